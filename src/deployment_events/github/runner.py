"""The only room that talks to the runner: inputs, masks, log, annotations, outputs, state, summary.

All text goes through one sink, `Runner`, which lets no text start a workflow command and no key out.
Live commands come from `actions_toolkit.core` alone.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from urllib.parse import quote

from actions_toolkit import core

from ..report.markdown import escape
from ..report.outcome import Verdict
from ..values.text import clean, shorten, well_formed

_LONGEST_ANNOTATION = 4000  # characters; the runner cuts at 4,096
_MOST_ANNOTATIONS = 10  # of a level a step; the runner drops more
_LARGEST_SUMMARY = 1024 * 1024 - 4096  # bytes; the runner throws a larger one away whole
_LONGEST_LINE = 1024 * 1024  # characters of one log line: an undelivered event must fit whole


class Runner:
    """One step's line to GitHub's runner."""

    def __init__(self) -> None:
        self._secrets: list[str] = []
        self._annotations = {"error": 0, "warning": 0, "notice": 0}
        self.said: list[str] = []
        """Every annotation so far, in its words: the summary repeats them."""

    def inputs(self, names: Iterable[str]) -> dict[str, str]:
        """Return the inputs by name, trimmed; an unset one is empty."""
        return {name: well_formed(core.get_input(name)) for name in names}

    def mask(self, secrets: Iterable[str]) -> None:
        """Have the runner hide these keys, in every form a log or the summary could show, and hide them ourselves."""
        forms = {form for secret in secrets for form in _forms(secret)}
        self._secrets.extend(sorted(forms, key=len, reverse=True))
        for secret in self._secrets:
            core.set_secret(secret)

    def hide(self, text: str) -> str:
        """Return `text` with every known key replaced by `***`."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def log(self, text: str = "") -> None:
        """Write lines to the log."""
        for line in text.split("\n"):
            sys.stdout.write(f"{self._line(line)}\n")
        sys.stdout.flush()

    def debug(self, text: str) -> None:
        """Write a line that is shown with RUNNER_DEBUG alone."""
        if core.is_debug():
            core.debug(self._line(text))

    def notice(self, text: str) -> None:
        """Annotate the run: worth knowing."""
        self._annotate("notice", text)

    def warning(self, text: str) -> None:
        """Annotate the run: something may be wrong."""
        self._annotate("warning", text)

    def error(self, text: str) -> None:
        """Annotate the run: something is wrong."""
        self._annotate("error", text)

    def annotate(self, verdict: Verdict) -> int:
        """Write a verdict's annotations and return its exit code."""
        say = {"error": self.error, "warning": self.warning, "notice": self.notice}
        for level, text in verdict.annotations:
            say[level](text)
        return verdict.exit_code

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold the lines logged meanwhile under a title."""
        core.start_group(self._line(title))
        try:
            yield
        finally:
            core.end_group()
            sys.stdout.flush()

    def set_output(self, name: str, value: str) -> None:
        """Set an output; where the runner's file cannot be written, the log says so."""
        if not self._write("GITHUB_OUTPUT", lambda: core.set_output(name, value)):
            self.debug(f"output {name}={value}")

    def save_state(self, name: str, value: str) -> bool:
        """Hand `value` to this step's post stage; return whether that was possible."""
        return self._write("GITHUB_STATE", lambda: core.save_state(name, value))

    def state(self, name: str) -> str:
        """Return what main handed over, or an empty string."""
        return well_formed(core.get_state(name))

    def summarize(self, markdown: str) -> None:
        """Add to the job's summary page."""
        text = f"{self.hide(markdown)}\n"
        if len(text.encode()) <= _LARGEST_SUMMARY:
            self._write(
                "GITHUB_STEP_SUMMARY",
                lambda: _append(Path(os.environ["GITHUB_STEP_SUMMARY"]), text),
            )

    @property
    def temp(self) -> Path | None:
        """The job's own temporary folder, which later steps share."""
        path = os.environ.get("RUNNER_TEMP", "")
        return Path(path) if path else None

    @property
    def workspace(self) -> Path | None:
        """The folder of the user's repository: nothing is ever written there."""
        path = os.environ.get("GITHUB_WORKSPACE", "")
        return Path(path) if path else None

    def _annotate(self, level: str, text: str) -> None:
        """Beyond what the runner shows, an annotation is only a line of the log: none is lost there."""
        self._annotations[level] += 1
        self.said.append(self.hide(text))
        line = shorten(self._line(text), _LONGEST_ANNOTATION)
        if self._annotations[level] > _MOST_ANNOTATIONS:
            self.log(f"{level}: {line}")
            return
        {"error": core.error, "warning": core.warning, "notice": core.notice}[level](line)
        sys.stdout.flush()

    def _line(self, text: str) -> str:
        return shorten(clean(self.hide(text)), _LONGEST_LINE)

    def _write(self, variable: str, write: Callable[[], None]) -> bool:
        """Write to one of the runner's files; a missing one or a full disk must not break the step."""
        path = os.environ.get(variable, "")
        if not path or not os.access(path, os.W_OK):
            return False
        try:
            write()
        except OSError as error:
            self.log(f"{variable} could not be written: {error.strerror}")
            return False
        return True


def _forms(secret: str) -> set[str]:
    """As given, in an address, in JSON, in Markdown."""
    return {
        secret,
        quote(secret, safe=""),
        dumps(secret)[1:-1],
        escape(secret, limit=10 * len(secret) + 10),
    }


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
