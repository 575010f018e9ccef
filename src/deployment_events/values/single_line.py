"""Values of one line: exactly what a step that prints the value would show."""

from typing import Annotated

from .residue import residue_of_name
from .rules import InvalidValue, checked_by
from .text import invisible_character, is_quoted


def single_line(text: str) -> str:
    """Return the text. Raises `InvalidValue` for more lines, invisible characters and quotation."""
    lines = len(text.splitlines())
    if lines > 1:
        fix = (
            "Set it to the value only: a program may print more than that, "
            "such as `[command]` and `::debug::` lines."
        )
        raise InvalidValue(f"must be one line, and it has {lines}", fix)
    character = invisible_character(text)
    if character:
        rule = f"must not contain the invisible character U+{ord(character):04X}"
        raise InvalidValue(rule, "Remove it: it may have been copied along.")
    if is_quoted(text):
        raise InvalidValue("must not be in quotation marks", "Remove the quotation marks.")
    return text


def identifier(text: str) -> str:
    """Return the name of something, on one line. Raises `InvalidValue` if it is residue."""
    residue = residue_of_name(single_line(text))
    if residue:
        fix = "Use an expression such as `${{ env.NAME }}`, and `${{ toJSON(…) }}` for a list."
        raise InvalidValue(f"must be a name, and this {residue}", fix)
    return text


SingleLine = Annotated[str, checked_by(single_line)]
"""Text for people."""
Identifier = Annotated[str, checked_by(identifier)]
"""A name, environment, version or key."""
