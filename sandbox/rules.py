"""The vendors' published rules about JSON objects, written as tables of fields and checked here."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

INT64 = range(-(2**63), 2**63)

Check = Callable[[Any], str | None]
"""Takes a value and returns why it is refused, or None."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object: what its value must be, and whether it must be there."""

    check: Check
    required: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: where, and why."""

    path: tuple[str, ...]
    reason: str

    @property
    def pointer(self) -> str:
        """The place as a JSON Pointer (RFC 6901)."""
        return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in self.path)


def check_object(
    value: Any, fields: Mapping[str, Field], *, strict: bool, at: tuple[str, ...] = ()
) -> list[Problem]:
    """Return every rule an object breaks; a field the table does not know is one only when `strict`."""
    if not isinstance(value, dict):
        return [Problem(at, "must be an object")]
    problems = [
        Problem((*at, name), "is required")
        for name, field in fields.items()
        if field.required and name not in value
    ]
    for name, item in value.items():
        check = fields[name].check if name in fields else unknown
        reason = check(item)
        if reason and (strict or name in fields):
            problems.append(Problem((*at, name), reason))
    return problems


def unknown(_value: Any) -> str:
    """Refuse a field no table names."""
    return "is not a known field"


def text(value: Any) -> str | None:
    """Accept a string that is not empty."""
    if not isinstance(value, str):
        return "must be a string"
    return None if value else "must not be empty"


def matching(pattern: str, rule: str) -> Check:
    """Accept a string that matches a pattern from end to end; `rule` is the reason given otherwise."""
    compiled = re.compile(pattern)

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "must be a string"
        return None if compiled.fullmatch(value) else rule

    return check


def one_of(*allowed: str) -> Check:
    """Accept one of a few strings."""

    def check(value: Any) -> str | None:
        return (
            None
            if isinstance(value, str) and value in allowed
            else f"must be one of {', '.join(allowed)}"
        )

    return check


def int64(value: Any) -> str | None:
    """Accept a JSON integer of 64 bits: no string, no float, no boolean."""
    if not isinstance(value, int) or isinstance(value, bool):
        return "must be an integer (int64)"
    return None if value in INT64 else "must fit in 64 bits"


def boolean(value: Any) -> str | None:
    """Accept true or false."""
    return None if isinstance(value, bool) else "must be a boolean"


def an_object(value: Any) -> str | None:
    """Accept any JSON object."""
    return None if isinstance(value, dict) else "must be an object"


def anything(_value: Any) -> str | None:
    """Accept any value: another rule looks at it."""
    return None


def summary(problems: Iterable[Problem]) -> str:
    """Return the problems as one sentence."""
    return "; ".join(f"{problem.pointer or 'body'} {problem.reason}" for problem in problems)
