"""Broken rules → problems with inputs."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem
from ..values.invalid import InvalidValue


def problem(name: str, value: str, invalid: InvalidValue) -> Problem:
    """Return the problem with the value of an input."""
    shown = value if invalid.shown is None else invalid.shown
    return Problem(name, invalid.rule, shown or None, invalid.fix)


def problems_of(name: str, value: str, detail: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield every problem in a detail of a `ValidationError`."""
    error = detail.get("ctx", {}).get("error")
    if not isinstance(error, InvalidValue):
        error = InvalidValue(detail["msg"], "Correct the value.")
    for invalid in error.problems:
        yield problem(name, value, invalid)
