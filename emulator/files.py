"""The runner's file commands: outputs, state, environment, path and job summary.

Fresh files for every stage, read after it ended, by the grammar of the runner's `FileCommandManager` (Linux).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from pathlib import Path

SUMMARY_LIMIT = 1024 * 1024
"""Bytes; a larger summary is thrown away whole (runner)."""

_PREFIXES = {
    "output": "set_output_",
    "state": "save_state_",
    "env": "set_env_",
    "path": "add_path_",
    "step_summary": "step_summary_",
}


class FileCommandError(ValueError):
    """A file the runner cannot read; it fails the step."""


@dataclass(frozen=True)
class FileCommands:
    """The five files of one stage, by the name of their place in the `github` context."""

    paths: dict[str, Path]

    @classmethod
    def create(cls, directory: Path) -> FileCommands:
        """Empty files under names never used before."""
        suffix = uuid.uuid4()
        paths = {name: directory / f"{prefix}{suffix}" for name, prefix in _PREFIXES.items()}
        for path in paths.values():
            path.touch()
        return cls(paths)

    def text(self, name: str) -> str:
        """Read a file; empty when the step removed it."""
        try:
            return self.paths[name].read_bytes().decode("utf-8-sig", errors="replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise FileCommandError(str(error)) from error

    def pairs(self, name: str) -> dict[str, str]:
        """Read the values of a file; a later one of the same name wins."""
        return dict(parse_pairs(self.text(name)))

    def directories(self) -> list[str]:
        """Read the lines of `GITHUB_PATH`."""
        return [line for line in re.split(r"\r\n|\r|\n", self.text("path")) if line]

    def summary(self) -> str:
        """Read the summary as written; raises when it is too large."""
        text = self.text("step_summary")
        size = self.paths["step_summary"].stat().st_size if text else 0
        if size > SUMMARY_LIMIT:
            raise FileCommandError(
                "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of "
                f"{SUMMARY_LIMIT // 1024}k, got {size // 1024}k."
            )
        return text


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """Names and values in order: `name=value` lines and `name<<DELIMITER` blocks, whichever sign comes first.

    Lines end with a line feed alone; a carriage return belongs to the value. Empty lines are skipped.
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            pairs.append(_parse_line(line))
        elif heredoc >= 0:
            name, delimiter = _parse_heredoc(line)
            end = _find_delimiter(lines, position, delimiter)
            pairs.append((name, "\n".join(lines[position:end])))
            position = end + 1
        else:
            raise FileCommandError(f"Invalid format '{line}'")
    return pairs


def _parse_line(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    if not name:
        raise FileCommandError(f"Invalid format '{line}'. Name must not be empty")
    return name, value


def _parse_heredoc(line: str) -> tuple[str, str]:
    name, _, delimiter = line.partition("<<")
    if not name or not delimiter:
        raise FileCommandError(
            f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty"
        )
    return name, delimiter


def _find_delimiter(lines: list[str], start: int, delimiter: str) -> int:
    try:
        return lines.index(delimiter, start)
    except ValueError:
        raise FileCommandError(
            f"Invalid value. Matching delimiter not found '{delimiter}'"
        ) from None
