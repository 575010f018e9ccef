"""The step's log. It imports only the standard library, because `process.py` needs it first."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Self, TextIO


class Log:
    """Writes to stdout. A log that cannot be written never stops a stage.

    After the first failure nothing more is written, because the command that masks a key may be
    what was lost.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        """Without a `stream`, what is stdout at the time of each line is used."""
        self._stream = stream
        self.is_lost = False

    @classmethod
    def take_over(cls) -> Self:
        """Return the only log that reaches stdout: from now on, no library can print anything."""
        # Without an open stdout there is no stream.
        stream: TextIO | None = sys.stdout
        sys.stdout = sys.stderr = _NullStream()
        log = cls(stream)
        log.is_lost = stream is None
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return log

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let the lines that are printed meanwhile reach the log."""
        stream = _NullStream() if self.is_lost else self._stream or sys.stdout
        try:
            with redirect_stdout(stream):
                yield
                stream.flush()
        # The disk is full, nobody reads, or stdout was closed.
        except (OSError, ValueError):
            self.is_lost = True

    def write(self, line: str) -> None:
        """Write a line that is safe for the log."""
        with self.open():
            sys.stdout.write(f"{line}\n")


class _NullStream(io.TextIOBase):
    """A stream that drops what is written."""

    def write(self, text: str) -> int:
        return len(text)
