"""Reads a step's output as the runner does: obeys its commands, and renders the log for users."""

from __future__ import annotations

import threading
from collections import Counter

from emulator.commands import Command, parse_command
from emulator.masks import Masker
from emulator.results import Annotation

MAX_ANNOTATIONS = 10
"""The runner keeps this many of one level in one step."""
MAX_MESSAGE = 4096
"""The runner keeps this many characters of an annotation."""


class StepLog:
    """The log of one stage. Two threads may feed it, one for each stream."""

    def __init__(self, masker: Masker) -> None:
        self.annotations: list[Annotation] = []
        self.outputs: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.failed = False
        """Whether the runner fails the step, whatever its exit code."""
        self._masker = masker
        self._raw: list[str] = []
        self._rendered: list[str] = []
        self._levels: Counter[str] = Counter()
        self._indent = ""
        self._stop_token = ""
        self._lock = threading.Lock()

    @property
    def text(self) -> str:
        """The log so far, as a user sees it."""
        with self._lock:
            return "".join(self._rendered)

    @property
    def raw(self) -> str:
        """What the process has written so far."""
        with self._lock:
            return "".join(self._raw)

    def feed(self, line: str) -> None:
        """Read one line with its end, from either stream."""
        with self._lock:
            self._raw.append(line)
            text = line.rstrip("\r\n")
            if self._stop_token:
                if parse_command(text, {self._stop_token}):
                    self._stop_token = ""
                self._write(text)
            elif command := parse_command(text):
                self._obey(command, text)
            else:
                self._write(text)

    def issue(self, level: str, message: str) -> None:
        """Add an annotation of the runner itself; an error alone does not fail the step."""
        with self._lock:
            self._annotate(level, message)

    def _obey(self, command: Command, text: str) -> None:
        name, data = command.name, command.data
        if name in {"error", "warning", "notice"}:
            self._annotate(name, data, command.properties.get("title", ""))
        elif name == "add-mask":
            self._masker.add(data)
        elif name == "group":
            self._indent = ""
            self._write(f"▸ {data}")
            self._indent = "  "
        elif name == "endgroup":
            self._indent = ""
        elif name == "set-output":
            self.outputs[command.properties.get("name", "")] = data
        elif name == "save-state":
            self.state[command.properties.get("name", "")] = data
        elif name == "stop-commands":
            self._stop_token = data.casefold()
            self._write(text)
        elif name in {"set-env", "add-path"}:
            self.failed = True
            self._annotate("error", f"The `{name}` command is disabled.")

    def _write(self, text: str) -> None:
        self._rendered.append(f"{self._indent}{self._masker.mask(text)}\n")

    def _annotate(self, level: str, message: str, title: str = "") -> None:
        self._write(f"{level.capitalize()}: {message}")
        self._levels[level] += 1
        if self._levels[level] <= MAX_ANNOTATIONS:
            mask = self._masker.mask
            self.annotations.append(Annotation(level, mask(message)[:MAX_MESSAGE], mask(title)))
