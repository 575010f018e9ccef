"""The outbox: a file with one line of JSON for each event that is not delivered yet."""

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

from ..errors import OutboxError
from ..messages import Message
from .copied_lines import decode
from .event_lines import dump, parse
from .runner_files import FOLDER, read_regular_file, write_for_runner, write_in_place

_LARGEST_FOREIGN_FILE = 64 * 1024 * 1024
"""Bytes."""


def new_name() -> str:
    """Return a path for a new outbox, relative to the runner's temporary folder."""
    return f"{FOLDER}/undelivered-{uuid4().hex[:12]}.jsonl"


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
        raise OutboxError(f"has more than {limit} MiB: it is not a file of undelivered events")
    return _read_text(path)


def _read_text(path: Path) -> str:
    try:
        return decode(read_regular_file(path))
    except OSError as error:
        raise OutboxError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OutboxError("is not UTF-8") from None


class Outbox:
    """A file of the undelivered messages, written before the first request."""

    def __init__(self, path: Path | None, warn: Callable[[str], None]) -> None:
        """Without a `path` there is no temporary folder, and nothing can be kept.

        `warn` receives one line about a file that cannot be written.
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
        if self._path is None:
            self.works = not messages
            return
        if messages is self._kept:
            return
        try:
            self._write(self._path, messages)
        except OSError as error:
            self._kept = None
            self.works = self._shrink(self._path, messages)
            if not self.works:
                self._warn_once(error)
        else:
            self._kept = messages
            self.works = True

    @staticmethod
    def _write(path: Path, messages: Sequence[Message]) -> None:
        if messages:
            write_for_runner(path, dump(messages))
        else:
            path.unlink(missing_ok=True)

    @staticmethod
    def _shrink(path: Path, messages: Sequence[Message]) -> bool:
        """Return whether the file could be rewritten in place.

        An accepted message must not stay in it: a replay would send it again. The causes are left
        out, so that the rest is never longer than before.
        """
        shortest = dump(message.model_copy(update={"cause": ""}) for message in messages)
        try:
            write_in_place(path, shortest)
        except OSError:
            return False
        return True

    def _warn_once(self, error: OSError) -> None:
        if not self._warned:
            self._warn(
                "Undelivered events cannot be saved in the runner's temporary folder: "
                f"{error.strerror}."
            )
        self._warned = True
