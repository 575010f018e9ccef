"""Reads a step's output as the runner does: obeys its commands and renders the log a user sees."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import ClassVar, Literal

from emulator.commands import COMMANDS, Command, parse_command
from emulator.masks import Masker
from emulator.results import Annotation

MAX_ANNOTATIONS = 10
"""Of one level in one step (runner)."""
MAX_MESSAGE = 4096
"""Characters of an annotation (runner)."""

Level = Literal["error", "warning", "notice"]
_NEVER_ECHOED = {"add-mask", "debug", "error", "notice", "warning"}


class CommandError(ValueError):
    """A command the runner refuses; it fails the step."""


class StepLog:
    """The log of one stage. Lines of both streams may be fed from different threads."""

    def __init__(self, masker: Masker, *, debug: bool = False) -> None:
        self.raw: list[str] = []
        self.annotations: list[Annotation] = []
        self.commands: list[Command] = []
        self.masks: list[str] = []
        self.outputs: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.failed = False
        """Whether a command could not be obeyed."""
        self._masker = masker
        self._debug = debug
        self._lines: list[str] = []
        self._counts: Counter[str] = Counter()
        self._in_group = False
        self._echo = debug
        self._stop_token: str | None = None
        self._lock = threading.Lock()

    @property
    def text(self) -> str:
        """The log so far, as a user sees it."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines)

    @property
    def raw_text(self) -> str:
        """What was written so far."""
        with self._lock:
            return "".join(self.raw)

    def feed(self, line: str) -> None:
        """One line with its end, from either stream."""
        with self._lock:
            self.raw.append(line)
            content = line.rstrip("\r\n")
            command = self._active_command(content)
            if command is None:
                self._write(content)
            elif command.name == "stop-commands" or command.name == self._stop_token:
                self._switch(command, content)
            else:
                self._obey(command, content)

    def issue(self, level: Level, message: str) -> None:
        """Add an annotation of the runner itself; an error does not by itself fail the step."""
        with self._lock:
            self._annotate(Command(level, {}, message))

    def _active_command(self, content: str) -> Command | None:
        if self._stop_token is None:
            return parse_command(content)
        command = parse_command(content, COMMANDS | {self._stop_token})
        return command if command and command.name == self._stop_token else None

    def _switch(self, command: Command, content: str) -> None:
        """Stop obeying until the token comes, or start again."""
        self.commands.append(command)
        if self._stop_token is not None:
            self._stop_token = None
        elif not command.data or command.data.casefold() in COMMANDS | {"pause-logging"}:
            self._refuse(
                content, "the token of stop-commands must not be empty or a command's name"
            )
            return
        else:
            self._stop_token = command.data.casefold()
        self._write(content)

    def _obey(self, command: Command, content: str) -> None:
        self.commands.append(command)
        if self._echo and command.name not in _NEVER_ECHOED:
            self._write(content)
        try:
            self._handlers[command.name](self, command)
        except CommandError as error:
            self._refuse(content, str(error))

    def _refuse(self, content: str, problem: str) -> None:
        self.failed = True
        self._annotate(Command("error", {}, f"Unable to process command '{content}' successfully."))
        self._annotate(Command("error", {}, problem))

    def _write(self, text: str) -> None:
        indent = "  " if self._in_group else ""
        self._lines.append(indent + self._masker.mask(text))

    def _annotate(self, command: Command) -> None:
        level, message = command.name, self._masker.mask(command.data)[:MAX_MESSAGE]
        self._write(f"{level.capitalize()}: {command.data}")
        self._counts[level] += 1
        if self._counts[level] <= MAX_ANNOTATIONS:
            properties = {
                key: self._masker.mask(value) for key, value in command.properties.items()
            }
            title, file, line = (properties.get(key, "") for key in ("title", "file", "line"))
            self.annotations.append(Annotation(_level(level), message, title, file, line))

    def _show_debug(self, command: Command) -> None:
        if self._debug:
            self._write(f"Debug: {command.data}")

    def _open_group(self, command: Command) -> None:
        self._in_group = False
        self._write(f"▸ {command.data}")
        self._in_group = True

    def _close_group(self, _command: Command) -> None:
        self._in_group = False

    def _add_mask(self, command: Command) -> None:
        if not command.data.strip():
            self._annotate(
                Command(
                    "warning", {}, "Can't add secret mask for empty string in ##[add-mask] command."
                )
            )
            return
        self.masks.append(command.data)
        self._masker.add(command.data)

    def _set_echo(self, command: Command) -> None:
        if command.data.strip().casefold() not in {"on", "off"}:
            raise CommandError(
                f"Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '{command.data}'."
            )
        self._echo = command.data.strip().casefold() == "on"

    def _set_output(self, command: Command) -> None:
        self.outputs[_name_of(command)] = command.data

    def _save_state(self, command: Command) -> None:
        self.state[_name_of(command)] = command.data

    def _disabled(self, command: Command) -> None:
        raise CommandError(
            f"The `{command.name}` command is disabled. Please upgrade to using Environment Files."
        )

    def _ignore(self, _command: Command) -> None:
        """Problem matchers are recorded, not applied."""

    _handlers: ClassVar[dict[str, Callable[[StepLog, Command], None]]] = {
        "add-mask": _add_mask,
        "add-matcher": _ignore,
        "add-path": _disabled,
        "debug": _show_debug,
        "echo": _set_echo,
        "endgroup": _close_group,
        "error": _annotate,
        "group": _open_group,
        "notice": _annotate,
        "remove-matcher": _ignore,
        "save-state": _save_state,
        "set-env": _disabled,
        "set-output": _set_output,
        "warning": _annotate,
    }


def _level(name: str) -> Level:
    levels: dict[str, Level] = {"error": "error", "warning": "warning", "notice": "notice"}
    return levels[name]


def _name_of(command: Command) -> str:
    name = command.properties.get("name", "")
    if not name:
        raise CommandError(f"Required field 'name' is missing in ##[{command.name}] command.")
    return name
