"""Inputs that are present and empty: an expression evaluated to nothing.

The runner fills in a default only if the input is absent. See docs/vendors.md#runner-inputs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ..errors import Problem
from ..vendors.input_names import input_name
from ..vendors.plan import VendorSettings
from .services import NoService

AUTO = "auto"
"""The visible default: the complete value, in lower case."""
AUTOMATIC = frozenset({"service", "version", "commit-sha", "started-at", "finished-at"})
"""The inputs whose default is `auto`."""
_AUTOMATIC_VALUES = frozenset((name, AUTO) for name in AUTOMATIC)

_CAUSE = (
    "an expression evaluated to nothing. Check `needs`, step IDs, and output names. "
    "GitHub also drops job outputs that contain a secret's value."
)


def without_defaults(raw: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs that are neither empty nor `auto`."""
    return {
        name: text for name, text in raw.items() if text and (name, text) not in _AUTOMATIC_VALUES
    }


def empty_problems(raw: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the inputs that must not be empty: an empty `event` could hide a failed deployment."""
    if raw.get("event") == "":
        fix = f"Probably {_CAUSE} If it may be empty, use {_expression('event', AUTO)}."
        yield Problem("event", "must not be empty", None, fix)


def no_service(raw: Mapping[str, str]) -> NoService | None:
    """Return why nothing is reported if the list of services is empty."""
    if raw.get("service") != "":
        return None
    return NoService(
        f"`service` is empty, so nothing is reported: {_CAUSE} "
        f"To report the repository instead, use {_expression('service', AUTO)}.",
        expected=False,
    )


def empty_warnings(raw: Mapping[str, str], settings: VendorSettings) -> Iterator[str]:
    """Yield a sentence for each empty input whose default may be wrong."""
    for name in ("started-at", "finished-at"):
        if raw.get(name) == "":
            yield _message(name, AUTO)
    for vendor, shared in settings.enabled().shared.items():
        for field in sorted(shared.shown_defaults):
            name = input_name(vendor, field)
            if raw.get(name) == "":
                yield _message(name, _default(shared, field))


def empty_notices(raw: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each empty input whose default is nearly always right."""
    for name in ("version", "commit-sha"):
        if raw.get(name) == "":
            yield _message(name, AUTO)


def _default(model: BaseModel, field: str) -> Any:
    return type(model).model_fields[field].default


def _message(name: str, default: str) -> str:
    return (
        f"`{name}` is empty, so its default `{default}` is used: {_CAUSE} "
        f"If it may be empty, use {_expression(name, default)}."
    )


def _expression(name: str, default: str) -> str:
    return f"`${{{{ inputs.{name} || '{default}' }}}}`"
