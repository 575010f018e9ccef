"""Events on disk until a vendor has them: one JSON line each, in the runner's temporary folder.

A line names a vendor, a kind of message and a body. It holds no key, host, URL or header, so a foreign
file can at worst report a deployment, never send a key elsewhere.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from errno import ENOENT
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from ..errors import OutboxError
from ..messages import DeliveryResult, Message
from ..values.strict_json import DEEPEST, load_json
from ..values.text import quoted
from ..vendors.registry import VENDORS
from ..vendors.shared import COPIED, is_id

FOLDER = "deployment-events"
LARGEST_LINE = 1024 * 1024
"""Characters of one event: an input is at most 128 KiB, and JSON writes a letter with up to six."""
_LARGEST_FOREIGN_FILE = 64 * 1024 * 1024  # bytes
_WRAPPED = 10  # levels of a line and a body around what the user wrote
_HARMLESS = r"\u0023\u0023["  # the same to a reader of JSON


def new_name() -> str:
    """Return a path for a new outbox, relative to the runner's temporary folder."""
    return f"{FOLDER}/undelivered-{uuid4().hex[:12]}.jsonl"


def dump(messages: Iterable[Message]) -> str:
    """Return the messages as lines of JSON that any log shows as they are.

    They are ASCII, and hold no `##[`, which the runner would take for a command.
    """
    lines = (json.dumps(message.model_dump(mode="json")) for message in messages)
    return "".join(f"{line.replace('##[', _HARMLESS)}\n" for line in lines)


def parse(text: str, *, foreign: bool = False) -> list[Message]:
    """Read lines of JSON, oldest event first. Raises `OutboxError` naming the first bad line.

    `foreign`: they may have been copied from a log.
    """
    messages = []
    context = COPIED if foreign else None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            messages.append(_parse_line(number, line, context))
    return sorted(messages, key=lambda message: message.at)


def _parse_line(number: int, line: str, context: str | None) -> Message:
    if len(line) > LARGEST_LINE:
        raise OutboxError(f"has a line {number} longer than {LARGEST_LINE // 1024} KiB")
    try:
        message = Message.model_validate(load_json(line, DEEPEST + _WRAPPED))
        provider = VENDORS[message.vendor]
        provider.bodies[message.kind].model_validate(message.body, context=context)
        if message.search is not None:
            provider.searches[message.kind].model_validate(message.search)
    except KeyError as error:
        raise OutboxError(
            f"names {quoted(str(error.args[0]))} in line {number}, which is unknown here"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise OutboxError(
            f"is no list of undelivered events: line {number}, {place}: {first['msg']}"
        ) from None
    except ValueError as error:
        raise OutboxError(
            f"is no list of undelivered events: line {number} is no JSON ({error})"
        ) from None
    if (message.id and not is_id(message.id)) or (
        provider.needs_id(message) and not message.search
    ):
        raise OutboxError(f"has an id in line {number} that is none")
    return message


def read(path: Path, *, foreign: bool = False) -> list[Message]:
    """Read an outbox that this action wrote. Raises `OutboxError`; the file stays as it is."""
    try:
        return parse(path.read_bytes().decode("utf-8"), foreign=foreign)
    except OSError as error:
        raise OutboxError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OutboxError("is no UTF-8 text") from None


def read_foreign(path: Path) -> list[Message]:
    """Read a file that the user named, which may be anything. Raises `OutboxError`; it stays as it is."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise OutboxError(f"cannot be read: {error.strerror}") from None
    if size > _LARGEST_FOREIGN_FILE:
        limit = _LARGEST_FOREIGN_FILE // 1024 // 1024
        raise OutboxError(f"has more than {limit} MiB: it is no file of undelivered events")
    return read(path, foreign=True)


def with_cause(message: Message, result: DeliveryResult) -> Message:
    """Return the message with why it was not delivered."""
    return message.model_copy(update={"cause": result.error})


def write_for_runner(path: Path, text: str) -> None:
    """Write a file in one step, for the owner of the folder it goes to. Raises `OSError`.

    In a container we are root; a self-hosted runner need not be, and has to clean up.
    """
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        _hand_over(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="ascii")
    _hand_over(beside)
    beside.replace(path)


def _hand_over(path: Path) -> None:
    with suppress(OSError):  # not root: then it is ours, and the runner's, already
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


class Outbox:
    """One file: what is still to be delivered, at every moment from before the first byte goes out."""

    def __init__(self, path: Path | None, warn: Callable[[str], None]) -> None:
        """`path` None: there is no temporary folder, so nothing can be kept; `warn` takes one line."""
        self._path = path
        self._warn = warn
        self._held: Sequence[Message] | None = None
        self.works = True
        """Whether what was to be kept is on disk."""

    def keep(self, messages: Sequence[Message]) -> None:
        """Have exactly these messages on disk; none, and the file is deleted. A full disk is warned of, once."""
        if not self.works or messages is self._held or (self._path is None and not messages):
            return
        try:
            self._write(self._path, messages)
            self._held = messages
        except OSError as error:
            self.works = False
            self._warn(
                f"Undelivered events cannot be kept in the runner's temporary folder: {error.strerror}."
            )

    @staticmethod
    def _write(path: Path | None, messages: Sequence[Message]) -> None:
        if path is None:
            raise FileNotFoundError(ENOENT, "RUNNER_TEMP is not set")
        if not messages:
            path.unlink(missing_ok=True)
            return
        write_for_runner(path, dump(messages))
