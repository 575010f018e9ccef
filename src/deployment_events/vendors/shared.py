"""Helpers of more than one vendor."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from ..values.rules import InvalidValue, checked_by

RATE_LIMIT = (
    "The account's rate limit is used up: spread the deployments out, or replay the event later."
)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")


def is_id(text: str) -> bool:
    """Return whether `text` can be a deployment ID in a URL path, an output and the summary."""
    return _ID.fullmatch(text) is not None


def _deployment_id(text: str) -> str:
    if not is_id(text):
        raise InvalidValue(
            "must be a deployment's id: at most 128 letters, digits, '_', '.', ':' or '-'",
            "Take it from the output of the step that reported the deployment.",
        )
    return text


DeploymentId = Annotated[str, checked_by(_deployment_id)]


COPIED = "copied"
"""The validation context of text that may come from a log, in which the runner masks secrets."""


def _not_masked(text: str, info: ValidationInfo) -> str:
    if info.context == COPIED and "***" in text:
        raise ValueError("the log has hidden a part of this (***): write the value in")
    return text


Name = Annotated[str, Field(min_length=1), AfterValidator(_not_masked)]
"""A value that identifies the deployment."""


def check_id(text: str) -> None:
    """Check an ID from a file. Raises `ValueError`."""
    if text and not is_id(text):
        raise ValueError("has an id that is none")


def as_list(value: Any) -> list[Any]:
    """Return a JSON list unchanged, and anything else as an empty list."""
    return value if isinstance(value, list) else []


def without_empty(**fields: Any) -> dict[str, Any]:
    """Return the fields that are neither None nor empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [])}


def number_header(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header's whole number, or None if it is missing or something else."""
    text = headers.get(name, "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text) else None
