"""The runner's file commands: outputs, state, environment, path and job summary.

Every stage has fresh files. They are read after it has ended, by the grammar of the runner's
`FileCommandManager` (Linux).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

SUMMARY_LIMIT = 1024 * 1024
"""Bytes; the runner discards a larger summary completely."""

_PREFIXES = {
    "output": "set_output_",
    "state": "save_state_",
    "env": "set_env_",
    "path": "add_path_",
    "step_summary": "step_summary_",
}


class FileCommandError(ValueError):
    """A file that the runner cannot read."""


class FileCommands:
    """The five files of one stage, by their names in the `github` context."""

    def __init__(self, directory: Path) -> None:
        """Create empty files under new names."""
        suffix = uuid.uuid4()
        self.paths = {name: directory / f"{prefix}{suffix}" for name, prefix in _PREFIXES.items()}
        for path in self.paths.values():
            path.touch()

    def text(self, name: str) -> str:
        """Return a file's text, which is empty if the step has removed the file."""
        try:
            return self.paths[name].read_bytes().decode("utf-8-sig", errors="replace")
        except FileNotFoundError:
            return ""

    def pairs(self, name: str) -> dict[str, str]:
        """Return the values in a file; the last value of a name wins."""
        return dict(parse_pairs(self.text(name)))

    def summary(self) -> str:
        """Return the job summary as written; raises FileCommandError if it is too large."""
        text = self.text("step_summary")
        size = len(text.encode())
        if size > SUMMARY_LIMIT:
            raise FileCommandError(
                "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of "
                f"{SUMMARY_LIMIT // 1024}k, got {size // 1024}k."
            )
        return text


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """Return names and values in order, from `name=value` lines and `name<<DELIMITER` blocks.

    Only a line feed ends a line; a carriage return belongs to the value. Empty lines are skipped.
    """
    pairs = []
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in filter(None, lines):
        found = re.fullmatch(r"(.*?)(=|<<)(.*)", line, re.DOTALL)
        if not found:
            raise FileCommandError(f"Invalid format '{line}'")
        name, sign, value = found.groups()
        if not name or (sign == "<<" and not value):
            raise FileCommandError(
                f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty"
            )
        pairs.append((name, _read_block(lines, value) if sign == "<<" else value))
    return pairs


def _read_block(lines: Iterator[str], delimiter: str) -> str:
    block: list[str] = []
    for line in lines:
        if line == delimiter:
            return "\n".join(block)
        block.append(line)
    raise FileCommandError(f"Invalid value. Matching delimiter not found '{delimiter}'")
