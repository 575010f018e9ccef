"""The `tags` input: one `key:value` per line, or several separated by commas."""

import re
from collections.abc import Iterator

from ..deployment import Tag
from ..values.invalid import InvalidValue, collecting, raise_all
from ..values.list_lines import check_line, list_lines
from ..values.residue import ESCAPED_BREAK, residue_of_text
from ..values.text import invisible_character, is_quoted

_FIX = "Example: `team:web`."
_SEPARATOR = re.compile(rf"[\s,;]|{ESCAPED_BREAK.pattern}", re.IGNORECASE)
"""What separates tags that another tool wrote."""


def parse_tags(text: str) -> tuple[Tag, ...]:
    """Return the tags in their order. Raises `InvalidValue` with every invalid tag."""
    tags: list[Tag] = []
    problems: list[InvalidValue] = []
    for number, line in list_lines(text):
        invalid: list[InvalidValue] = []
        with collecting(invalid):
            check_line(line, "`key:value`", _FIX)
            for part in _parts(line):
                with collecting(invalid):
                    tags.append(_parse_tag(part))
        problems += [error.at(f"line {number}", line) for error in invalid]
    raise_all(problems)
    return tuple(tags)


def tag_warnings(text: str) -> Iterator[str]:
    """Yield which lines are one tag and look like several: a sentence each."""
    for number, line in list_lines(text):
        for part in _parts(line):
            if sum(map(_looks_like_tag, _SEPARATOR.split(part))) > 1:
                yield (
                    f"`tags` line {number} is sent as one tag. "
                    "To send several, write one per line. Commas separate tags only if each part "
                    "is `key:value`."
                )


def _parts(line: str) -> list[str]:
    """Return the tags of a line. A comma separates them only if each part looks like a tag.

    A comma between quotation marks does not separate.
    """
    parts = [part.strip() for part in line.split(",") if part.strip()]
    separates = all(_looks_like_tag(part) and part.count('"') % 2 == 0 for part in parts)
    return parts if parts and separates else [line]


def _looks_like_tag(text: str) -> bool:
    """Return whether this is a tag, and no part of a text such as `see https://example.com`."""
    key, _, value = (part.strip() for part in text.partition(":"))
    return bool(key) and key[0].isalpha() and bool(value) and not value.startswith("//")


def _parse_tag(text: str) -> Tag:
    key, _, value = (part.strip() for part in text.partition(":"))
    if not (key and value):
        raise InvalidValue("must be `key:value`", _FIX)
    residue = residue_of_text(value)
    if residue:
        raise InvalidValue("must have a value", f"It {residue}. Check the expression.", value)
    character = invisible_character(text)
    if character:
        fix = f"Remove the character U+{ord(character):04X}."
        raise InvalidValue("must be text without invisible characters", fix)
    if any(map(is_quoted, (text, key, value))):
        fix = "Remove the quotation marks."
        raise InvalidValue("must be written without quotation marks around it", fix)
    return key, value
