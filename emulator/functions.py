"""The functions of GitHub's expression language that are supported."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from emulator.values import loosely_equal, to_text


class ExpressionError(ValueError):
    """An expression that GitHub would refuse, or that lies outside the supported subset."""


@dataclass(frozen=True)
class Function:
    """A function of its arguments, with how many it takes."""

    call: Callable[[list[object]], object]
    least: int
    most: int


def _format(arguments: list[object]) -> str:
    template, *values = (to_text(argument) for argument in arguments)
    try:
        return template.format(*values)
    except (IndexError, KeyError, ValueError) as error:
        raise ExpressionError(f"invalid format string {template!r}") from error


def _contains(arguments: list[object]) -> bool:
    search, item = arguments
    if isinstance(search, Sequence) and not isinstance(search, str):
        return any(loosely_equal(element, item) for element in search)
    return to_text(item).casefold() in to_text(search).casefold()


def _starts_with(arguments: list[object]) -> bool:
    text, prefix = (to_text(argument).casefold() for argument in arguments)
    return text.startswith(prefix)


def _ends_with(arguments: list[object]) -> bool:
    text, suffix = (to_text(argument).casefold() for argument in arguments)
    return text.endswith(suffix)


def _join(arguments: list[object]) -> str:
    items, separator = arguments[0], to_text(arguments[1]) if len(arguments) > 1 else ","
    if isinstance(items, Sequence) and not isinstance(items, str):
        return separator.join(to_text(item) for item in items)
    return to_text(items)


def _to_json(arguments: list[object]) -> str:
    return json.dumps(arguments[0], indent=2, ensure_ascii=False)


def _from_json(arguments: list[object]) -> object:
    try:
        return json.loads(to_text(arguments[0]))
    except ValueError as error:
        raise ExpressionError(f"fromJSON cannot read {to_text(arguments[0])!r}") from error


STATUS_FUNCTIONS: Mapping[str, Callable[[str], bool]] = {
    "always": lambda _status: True,
    "cancelled": lambda status: status == "cancelled",
    "failure": lambda status: status == "failure",
    "success": lambda status: status == "success",
}
"""By name in lower case: what each says of a status."""

FUNCTIONS: Mapping[str, Function] = {
    "contains": Function(_contains, 2, 2),
    "endswith": Function(_ends_with, 2, 2),
    "format": Function(_format, 1, 255),
    "fromjson": Function(_from_json, 1, 1),
    "join": Function(_join, 1, 2),
    "startswith": Function(_starts_with, 2, 2),
    "tojson": Function(_to_json, 1, 1),
}
"""By name in lower case."""
