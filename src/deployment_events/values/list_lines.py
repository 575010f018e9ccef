"""The lines of an input that is a list."""

from collections.abc import Iterator

from .invalid import InvalidValue
from .residue import residue_of_line


def list_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line, without empty lines and `#` comments."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def check_line(line: str, item: str, fix: str) -> None:
    """Raise `InvalidValue` if a line is not written as an item of the list.

    `item` is what a line contains: a noun phrase.
    """
    residue = residue_of_line(line)
    if residue:
        raise InvalidValue(f"must be {item}", f"It {residue}. {fix}")
