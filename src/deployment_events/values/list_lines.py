"""The lines of an input that is a list."""

from collections.abc import Iterator

from .residue import residue_of_line
from .rules import InvalidValue


def list_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line, without blank lines and `#` comments."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def check_line(line: str, fix: str) -> None:
    """Raise `InvalidValue` with this fix if a line contains more than an item of the list."""
    residue = residue_of_line(line)
    if residue:
        raise InvalidValue(residue, fix)
