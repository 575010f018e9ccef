"""Small things both vendors need."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from ..values.rules import InvalidValue, ruled

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")

CREATABLE_ID = re.compile(r"[A-Za-z0-9_.:-]{16,128}")
"""What a new deployment's id may be at Datadog [spec]."""

RATE_LIMIT = (
    "The account's rate limit is used up: spread the deployments out, or replay the event later."
)


def is_id(text: str) -> bool:
    """Whether `text` may be an id: it enters paths, outputs and the summary."""
    return _ID.fullmatch(text) is not None


def _deployment_id(text: str) -> str:
    if not is_id(text):
        rule = "must be a deployment's id: at most 128 letters, digits, '_', '.', ':' or '-'"
        raise InvalidValue(
            rule, "Take it from the output of the step that reported the deployment."
        )
    return text


DeploymentId = Annotated[str, ruled(_deployment_id)]


def _shown_whole(text: str, info: ValidationInfo) -> str:
    if info.context == COPIED and "***" in text:
        raise ValueError("the log has hidden a part of this (***): write the value in")
    return text


COPIED = "copied"
"""The context in which to validate what may come from a log, where the runner has masked secrets."""

Name = Annotated[str, Field(min_length=1), AfterValidator(_shown_whole)]
"""What tells whose deployment it is."""


def as_list(value: Any) -> list[Any]:
    """Return a JSON list as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []


def known(**fields: Any) -> dict[str, Any]:
    """Return the fields that say something: neither None nor empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [])}


def number_header(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header's whole number; None where it is missing or something else."""
    text = headers.get(name, "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text) else None
