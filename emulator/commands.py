"""The runner's two grammars for commands in a log (its `ActionCommand`).

`::name key=value,key=value::data` counts at the start of a line, after spaces.
`##[name key=value;key=value]data` counts anywhere in a line. Names ignore case. A line that does
not parse under the first grammar is tried under the second.
"""

from __future__ import annotations

import io
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

COMMANDS = frozenset(
    """
    add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state
    set-env set-output stop-commands warning
    """.split()  # noqa: SIM905 - fifteen quoted words are hard to read
)
"""The commands that a step can write; while `stop-commands` is in force, only its token counts."""

# .NET's TrimStart removes the same characters as Python's \s, except for four control characters.
_START = re.compile(r"[^\S\x1c-\x1f]*::")

# The percent sign comes last, as in the runner: "%250A" is the text "%0A", not a line feed.
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%3A", ":"), ("%2C", ","), *_DATA)
_BRACKET = (("%3B", ";"), ("%5D", "]"), *_DATA)


@dataclass(frozen=True)
class Command:
    """One command as the runner reads it: the name in lower case, and unescaped values."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def parse_command(line: str, registered: AbstractSet[str] = COMMANDS) -> Command | None:
    """Return the command that the runner finds in this line, or None."""
    commands = []
    if start := _START.match(line):
        head, end, data = line[start.end() :].partition("::")
        if end:
            properties = _properties(head, ",", _PROPERTY)
            commands.append(Command(_name(head), properties, _unescape(data, _DATA)))
    head, end, data = line.partition("##[")[2].partition("]")
    if end:
        properties = _properties(head, ";", _BRACKET)
        commands.append(Command(_name(head), properties, _unescape(data, _BRACKET)))
    return next((command for command in commands if command.name in registered), None)


def find_commands(text: str) -> list[Command]:
    """Return all commands in a log, without obeying any of them (`stop-commands` included).

    A carriage return alone ends a line too.
    """
    lines = io.StringIO(text, newline="")
    parsed = (parse_command(line.rstrip("\r\n")) for line in lines)
    return [command for command in parsed if command]


def _name(head: str) -> str:
    return head.partition(" ")[0].casefold()


def _properties(
    head: str, separator: str, replacements: tuple[tuple[str, str], ...]
) -> dict[str, str]:
    """Return the properties; the runner drops one without a value."""
    properties = {}
    for item in head.partition(" ")[2].strip().split(separator):
        key, _, value = item.lstrip("=").partition("=")
        if value := value.lstrip("="):
            properties[key.casefold()] = _unescape(value, replacements)
    return properties


def _unescape(text: str, replacements: tuple[tuple[str, str], ...]) -> str:
    for escaped, character in replacements:
        text = text.replace(escaped, character)
    return text
