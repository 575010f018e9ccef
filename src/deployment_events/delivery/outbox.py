"""The outbox: a file with one line of JSON for each event that is not delivered yet.

A line contains a vendor, a kind of message and a body, but no key, host, URL or header. A file from
a stranger can report a deployment, but cannot send a key anywhere.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from errno import ENOENT, ENOSPC
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from ..errors import OutboxError
from ..messages import DeliveryResult, Message
from ..values.strict_json import DEEPEST, load_json
from ..values.text import quoted
from ..vendors.registry import VENDORS
from .copied_lines import copied_lines, decode

FOLDER = "deployment-events"
LARGEST_LINE = 1024 * 1024
"""Characters of one line. An input has at most 128 KiB, and JSON writes a letter with up to six."""
_LARGEST_FOREIGN_FILE = 64 * 1024 * 1024
"""Bytes."""
_WRAPPER_LEVELS = 10
"""Levels of nesting that a line and a body add to the user's values."""
_ESCAPED_COMMAND = r"\u0023\u0023["
"""`##[` in JSON. The runner takes a line that contains `##[` for a command."""


def new_name() -> str:
    """Return a path for a new outbox, relative to the runner's temporary folder."""
    return f"{FOLDER}/undelivered-{uuid4().hex[:12]}.jsonl"


def dump(messages: Iterable[Message]) -> str:
    """Return the messages as lines of ASCII, which the runner's log shows unchanged."""
    lines = (json.dumps(message.model_dump(mode="json")) for message in messages)
    return "".join(f"{line.replace('##[', _ESCAPED_COMMAND)}\n" for line in lines)


def parse(text: str, *, foreign: bool = False) -> list[Message]:
    """Return the messages of a file, the oldest first. Raises `OutboxError` for the first bad line.

    `foreign`: the lines may have been copied from a log, with other lines around them.
    """
    messages = _parse_copied(text) if foreign else _parse_own(text)
    return sorted(messages, key=lambda message: message.at)


def _parse_own(text: str) -> list[Message]:
    return [
        _parse_line(number, _load(number, line), foreign=False)
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]


def _first_line(text: str) -> list[tuple[int, str]]:
    """Return the first line that is not blank, so that an error names it."""
    numbered = enumerate(text.split("\n"), 1)
    return next(([(number, line)] for number, line in numbered if line.strip()), [])


def _parse_copied(text: str) -> list[Message]:
    """Skip what is no event, such as an input's value in a log, unless there is no event."""
    lines = list(copied_lines(text)) or _first_line(text)
    values = [(number, _load(number, line)) for number, line in lines]
    events = [(number, value) for number, value in values if _is_event(value)]
    return [_parse_line(number, value, foreign=True) for number, value in events or values]


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.keys() & {"format", "vendor"})


def _load(number: int, line: str) -> Any:
    if len(line) > LARGEST_LINE:
        raise OutboxError(f"has a line {number} longer than {LARGEST_LINE // 1024} KiB")
    try:
        return load_json(line, DEEPEST + _WRAPPER_LEVELS)
    except ValueError as error:
        raise _no_outbox(f"line {number} is no JSON ({error})") from None


def _parse_line(number: int, value: Any, *, foreign: bool) -> Message:
    try:
        message = Message.model_validate(value)
        VENDORS[message.vendor].validate(message, copied=foreign)
    except KeyError as error:
        name = quoted(str(error.args[0]))
        raise OutboxError(f"names {name} in line {number}, which is unknown here") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise _no_outbox(f"line {number}, {place}: {first['msg']}") from None
    except ValueError as error:
        raise _no_outbox(f"line {number} {error}") from None
    return message


def _no_outbox(reason: str) -> OutboxError:
    return OutboxError(f"is no list of undelivered events: {reason}")


def read(path: Path) -> list[Message]:
    """Read an outbox that this action wrote. Raises `OutboxError`; the file stays unchanged."""
    return parse(_read_text(path))


def read_foreign(path: Path) -> str:
    """Return the text of a file that the user named. Raises `OutboxError`."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise OutboxError(f"cannot be read: {error.strerror}") from None
    if size > _LARGEST_FOREIGN_FILE:
        limit = _LARGEST_FOREIGN_FILE // 1024 // 1024
        raise OutboxError(f"has more than {limit} MiB: it is no file of undelivered events")
    return _read_text(path)


def _read_text(path: Path) -> str:
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise OutboxError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OutboxError("is no UTF-8 text") from None


def with_cause(message: Message, result: DeliveryResult) -> Message:
    """Return the message with the reason why it was not delivered."""
    return message.model_copy(update={"cause": result.error})


def write_for_runner(path: Path, text: str) -> None:
    """Write a file in one step, and give it to the folder's owner. Raises `OSError`.

    The container runs as root. A self-hosted runner may be another user and must delete the file.
    """
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        _give_to_folder_owner(path.parent)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="ascii")
        _give_to_folder_owner(unfinished)
        unfinished.replace(path)
    except OSError:
        # The rest of a full disk is needed by others.
        with suppress(OSError):
            unfinished.unlink()
        raise


def _write_in_place(path: Path, text: str) -> None:
    """Replace a file's content by one that is not longer: a full disk has room for it.

    Raises `OSError`. Blank lines fill the file until it is cut, so that it is valid at any moment.
    """
    data = text.encode("ascii")
    size = path.stat().st_size
    if len(data) > size:
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    with path.open("r+b") as file:
        file.write(data.ljust(size, b"\n"))
        file.truncate(len(data))


def _give_to_folder_owner(path: Path) -> None:
    # Without root, the file belongs to the runner's user already.
    with suppress(OSError):
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


class Outbox:
    """A file with what is not delivered yet, from before the first request on."""

    def __init__(self, path: Path | None, warn: Callable[[str], None]) -> None:
        """Without a `path` there is no temporary folder, and nothing can be kept.

        `warn` receives one line.
        """
        self._path = path
        self._warn = warn
        self._kept: Sequence[Message] | None = None
        self._warned = False
        self.works = True
        """Whether everything that was to be kept is on disk, and nothing else."""

    def keep(self, messages: Sequence[Message]) -> None:
        """Write exactly these messages to the file, or delete the file if there are none.

        A failure is warned of once, and the next call tries again.
        """
        if messages is self._kept:
            return
        try:
            self._write(messages)
        except OSError as error:
            self._kept = None
            self.works = self._shrink(messages)
            if not self.works:
                self._warn_once(error)
        else:
            self._kept = messages
            self.works = True

    def _write(self, messages: Sequence[Message]) -> None:
        if self._path is not None and messages:
            write_for_runner(self._path, dump(messages))
        elif self._path is not None:
            self._path.unlink(missing_ok=True)
        elif messages:
            raise FileNotFoundError(ENOENT, "RUNNER_TEMP is not an existing directory")

    def _shrink(self, messages: Sequence[Message]) -> bool:
        """Return whether the file could be rewritten in place.

        An accepted message must not stay in it: a replay would send it again. The causes are left
        out, so that the rest is never longer than before.
        """
        if self._path is None:
            return False
        shortest = dump(message.model_copy(update={"cause": ""}) for message in messages)
        try:
            _write_in_place(self._path, shortest)
        except OSError:
            return False
        return True

    def _warn_once(self, error: OSError) -> None:
        if not self._warned:
            self._warn(
                "Undelivered events cannot be kept in the runner's temporary folder: "
                f"{error.strerror}."
            )
        self._warned = True
