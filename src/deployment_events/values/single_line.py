"""Values of one line: exactly what a step that prints the value would show."""

from typing import Annotated

from .invalid import InvalidValue
from .residue import residue_of_name
from .rules import checked_by
from .text import invisible_character, is_quoted


def single_line(text: str) -> str:
    """Return the text.

    Raises `InvalidValue` for several lines, invisible characters, and quotation marks around it.
    """
    lines = len(text.splitlines())
    if lines > 1:
        fix = (
            f"It has {lines} lines: the program that wrote it may also print other lines, "
            "such as `[command]` or `::debug::`."
        )
        raise InvalidValue("must be a single line", fix)
    character = invisible_character(text)
    if character:
        fix = f"Remove the character U+{ord(character):04X}."
        raise InvalidValue("must be text without invisible characters", fix)
    if is_quoted(text):
        rule = "must be written without quotation marks around it"
        raise InvalidValue(rule, "Remove the quotation marks.")
    return text


def identifier(text: str) -> str:
    """Return the name of something, on one line. Raises `InvalidValue` if it is residue."""
    residue = residue_of_name(single_line(text))
    if residue:
        fix = "Set it to the name only, or to an expression such as `${{ env.NAME }}`."
        raise InvalidValue("must be a plain name", f"It {residue}. {fix}")
    return text


SingleLine = Annotated[str, checked_by(single_line)]
"""Text for people."""
Identifier = Annotated[str, checked_by(identifier)]
"""A name, environment, version or key."""
