"""The runner's two grammars for commands in a log (its `ActionCommand`).

`::name key=value,key=value::data` counts at the start of a line, after blanks.
`##[name key=value;key=value]data` counts anywhere in a line. Names ignore case. A line that does not parse
under the first is tried under the second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

COMMANDS = frozenset(
    {
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    }
)
"""Every command a step can give; the token of `stop-commands` joins them while it is in force."""

_BLANKS = (
    "\t\n\v\f\r\x20\x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u2028\u2029\u202f\u205f\u3000"
)
"""What .NET's TrimStart takes off; Python's own strip knows four characters more."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

# The percent sign comes last, as in the runner: "%250A" is the text "%0A", not a line feed.
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_BRACKET = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    """One command as the runner understood it: its name in lower case, and what was unescaped."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def split_lines(text: str) -> Iterator[str]:
    """Cut a log into lines, each with its end; a carriage return alone ends a line too."""
    return (match.group() for match in _LINE.finditer(text))


def parse_command(line: str, registered: AbstractSet[str] = COMMANDS) -> Command | None:
    """Find the command that the runner would see in this one line, or None."""
    return _parse_colons(line, registered) or _parse_bracket(line, registered)


def find_commands(text: str) -> list[Command]:
    """Find every command in a whole log, without obeying any of them (not even `stop-commands`)."""
    parsed = (parse_command(line.rstrip("\r\n")) for line in split_lines(text))
    return [command for command in parsed if command]


def _parse_colons(line: str, registered: AbstractSet[str]) -> Command | None:
    text = line.lstrip(_BLANKS)
    end = text.find("::", 2)
    if not text.startswith("::") or end < 0:
        return None
    name, properties = _parse_head(text[2:end], ",", lambda value: _unescape(value, _PROPERTY))
    return (
        Command(name, properties, _unescape(text[end + 2 :], _DATA)) if name in registered else None
    )


def _parse_bracket(line: str, registered: AbstractSet[str]) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, properties = _parse_head(
        line[start + 3 : end], ";", lambda value: _unescape(value, _BRACKET)
    )
    return (
        Command(name, properties, _unescape(line[end + 1 :], _BRACKET))
        if name in registered
        else None
    )


def _parse_head(
    head: str, separator: str, unescape: Callable[[str], str]
) -> tuple[str, dict[str, str]]:
    """Read name and properties; a property without a value is dropped, as the runner does."""
    name, _, rest = head.partition(" ")
    properties: dict[str, str] = {}
    for item in rest.strip(_BLANKS).split(separator):
        key, _, value = item.lstrip("=").partition("=")
        value = value.lstrip("=")
        if value:
            properties[key.casefold()] = unescape(value)
    return name.casefold(), properties


def _unescape(text: str, replacements: tuple[tuple[str, str], ...]) -> str:
    for escaped, character in replacements:
        text = text.replace(escaped, character)
    return text
