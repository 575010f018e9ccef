"""Checks bodies from a file with a vendor's models."""

from typing import Any

from pydantic import BaseModel, ValidationError


def accepts(model: type[BaseModel], body: Any) -> bool:
    try:
        model.model_validate(body)
    except ValidationError:
        return False
    return True
