"""The `tags` input: one `key:value` per line, or several separated by commas."""

from collections.abc import Iterator

from ..deployment import Tag
from ..values.list_lines import check_line, list_lines
from ..values.residue import residue_of_name
from ..values.rules import InvalidValue
from ..values.text import invisible_character, is_quoted

_FIX = "Write for example team:web."


def parse_tags(text: str) -> tuple[Tag, ...]:
    """Return the tags in their order. Raises `InvalidValue` for the first invalid line."""
    tags: list[Tag] = []
    for number, line in list_lines(text):
        try:
            check_line(line, _FIX)
            tags += [_parse_tag(part) for part in _parts(line)]
        except InvalidValue as error:
            rule = f"must have key:value in every line, and line {number} {error.rule}"
            raise InvalidValue(rule, error.fix) from None
    return tuple(tags)


def tag_warnings(text: str) -> Iterator[str]:
    """Yield which lines are one tag and look like several: a sentence each."""
    for number, line in list_lines(text):
        for part in _parts(line):
            words = part.split()
            if len(words) > 1 and all(map(_looks_like_tag, words)):
                yield (
                    f"`tags` line {number} is sent as one tag: "
                    "to send several, write each on its own line, or put commas between them."
                )


def _parts(line: str) -> list[str]:
    """Return the tags of a line. A comma separates them only if each part looks like a tag."""
    parts = [part.strip() for part in line.split(",") if part.strip()]
    return parts if parts and all(map(_looks_like_tag, parts)) else [line]


def _looks_like_tag(text: str) -> bool:
    """Return whether this is a tag, and no part of a text such as `see https://example.com`."""
    key, _, value = (part.strip() for part in text.partition(":"))
    return bool(key) and key[0].isalpha() and bool(value) and not value.startswith("//")


def _parse_tag(text: str) -> Tag:
    key, _, value = (part.strip() for part in text.partition(":"))
    if not (key and value):
        raise InvalidValue("has not", _FIX)
    residue = residue_of_name(value)
    if residue:
        raise InvalidValue(f"has a value that {residue}", "Check the expression.")
    character = invisible_character(text)
    if character:
        fix = "Remove it: it may have been copied along."
        raise InvalidValue(f"has the invisible character U+{ord(character):04X}", fix)
    if any(map(is_quoted, (text, key, value))):
        raise InvalidValue("has quotation marks around it", "Remove the quotation marks.")
    return key, value
