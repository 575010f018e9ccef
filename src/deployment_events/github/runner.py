"""The interface to GitHub's runner: inputs, masks, log, annotations, outputs, state, summary.

Only this module writes to the log. All text passes `Runner`, which neutralizes workflow commands
and hides secrets. Workflow commands come from `actions_toolkit.core` only.

See docs/vendors.md#runner-log-commands.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from actions_toolkit import core

from ..errors import Section
from ..values.secrets import SecretMatcher
from ..values.text import clean, shorten, trim, well_formed
from .command_files import append, append_value
from .documentation import help_url
from .log import Log

Level = Literal["error", "warning", "notice"]

_LONGEST_ANNOTATION = 4000
"""Characters; the runner cuts at 4,096. See docs/vendors.md#runner-annotations."""
_MOST_ANNOTATIONS = 10
"""Of one level in one step; the runner drops more."""
_LARGEST_SUMMARY = 1024 * 1024 - 4096
"""Bytes; the runner drops a summary over 1 MiB. See docs/vendors.md#runner-summary-size."""
_LONGEST_LINE = 1024 * 1024
"""Characters of one log line: an undelivered event must fit."""

ACTION = "Deployment Events"
"""The title of an annotation that has no other."""


class Annotation(NamedTuple):
    """A message that the run shows."""

    level: Level
    text: str
    title: str = ACTION
    section: Section | None = None
    """The section of the documentation that has more: the annotation ends with a link to it."""


class Runner:
    """One step's connection to GitHub's runner."""

    def __init__(self, log: Log | None = None) -> None:
        self._log = log or Log()
        self._unwritable: set[str] = set()
        self.secrets = SecretMatcher()
        """The secrets that `mask` was given."""
        self._counts: dict[Level, int] = {"error": 0, "warning": 0, "notice": 0}
        self.annotations: list[str] = []
        """The text of every annotation so far, without links: the summary repeats them."""

    def inputs(self, names: Iterable[str]) -> dict[str, str]:
        """Return the inputs by name, trimmed.

        The runner sets an input that is empty, and one without a default that the user left out.
        An input without a variable is absent here, too. See docs/vendors.md#runner-inputs.
        """
        return {
            name: trim(well_formed(core.get_input(name)))
            for name in names
            if _variable(name) in os.environ
        }

    def mask(self, secrets: Iterable[str]) -> None:
        """Hide these secrets, in all forms in which they may appear, in the log and the summary."""
        self.secrets = SecretMatcher(secrets)
        with self._log.open():
            for form in self.secrets.forms:
                core.set_secret(form)

    def hide(self, text: str) -> str:
        """Return `text` with every known secret replaced by `***`."""
        return self.secrets.hide(text)

    def log(self, text: str = "") -> None:
        """Write lines to the log."""
        self._log.write("\n".join(map(self._line, text.split("\n"))))

    def debug(self, text: str) -> None:
        """Write a line that the log shows only with debug logging enabled."""
        if core.is_debug():
            with self._log.open():
                core.debug(self._line(text))

    def notice(self, text: str) -> None:
        """Add a notice to the run."""
        self.annotate("notice", text)

    def warning(self, text: str, section: Section | None = None) -> None:
        """Add a warning to the run, with a link to a section of the documentation."""
        self.annotate("warning", text, section=section)

    def error(self, text: str) -> None:
        """Add an error to the run."""
        self.annotate("error", text)

    def annotate(
        self, level: Level, text: str, title: str = ACTION, section: Section | None = None
    ) -> None:
        """Add an annotation; beyond the runner's limit it becomes a line of the log."""
        self._counts[level] += 1
        self.annotations.append(self.hide(text))
        link = f" See {help_url(section)}" if section else ""
        line = shorten(self._line(text), _LONGEST_ANNOTATION - len(link)) + link
        if self._counts[level] > _MOST_ANNOTATIONS:
            self.log(f"{level}: {line}")
            return
        with self._log.open():
            # core.error(title=…) would also write properties without a value.
            core.issue_command(level, {"title": title}, line)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold the lines that are logged in the meantime under a title."""
        with self._log.open():
            core.start_group(self._line(title))
        try:
            yield
        finally:
            with self._log.open():
                core.end_group()

    def set_output(self, name: str, value: str) -> None:
        """Set an output; if the runner's file cannot be written, a debug line contains it."""
        if not self._write("GITHUB_OUTPUT", lambda path: append_value(path, name, value)):
            self.debug(f"output {name}={value}")

    def save_state(self, name: str, value: str) -> bool:
        """Save `value` for this step's post stage; return whether that was possible."""
        return self._write("GITHUB_STATE", lambda path: append_value(path, name, value))

    def state(self, name: str) -> str:
        """Return what main saved, or an empty string."""
        return well_formed(core.get_state(name))

    def summarize(self, markdown: str) -> None:
        """Add to the job summary."""
        text = f"{self.hide(markdown)}\n"
        if len(text.encode()) <= _LARGEST_SUMMARY:
            self._write("GITHUB_STEP_SUMMARY", lambda path: append(path, text))

    @property
    def temp(self) -> Path | None:
        """The job's temporary folder, which later steps share, or None if it is not mounted.

        See docs/vendors.md#runner-temporary-folder.
        """
        path = os.environ.get("RUNNER_TEMP", "")
        return Path(path) if path and os.path.isdir(path) else None  # noqa: PTH112

    @property
    def workspace(self) -> Path | None:
        """The folder of the user's repository: nothing is ever written there."""
        path = os.environ.get("GITHUB_WORKSPACE", "")
        return Path(path) if path else None

    def _line(self, text: str) -> str:
        return shorten(clean(self.hide(text)), _LONGEST_LINE)

    def _write(self, variable: str, write: Callable[[str], None]) -> bool:
        """Write to one of the runner's files. A missing file or a full disk stops nothing."""
        path = os.environ.get(variable, "")
        if not path or not os.access(path, os.W_OK):
            return False
        try:
            write(path)
        except OSError as error:
            self._warn_of_file(variable, error)
            return False
        return True

    def _warn_of_file(self, variable: str, error: OSError) -> None:
        """Warn once of a file that cannot be written."""
        if variable not in self._unwritable:
            self._unwritable.add(variable)
            self.warning(
                f"{variable} could not be written: {error.strerror}. "
                "What this step writes there is incomplete. Check the runner's disk."
            )


def _variable(name: str) -> str:
    return f"INPUT_{name.upper()}"
