"""A step while it runs: reading its output, waiting for a moment, cancelling and killing it."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO

from emulator.commands import split_lines
from emulator.files import FileCommandError, FileCommands
from emulator.log import StepLog
from emulator.results import NOT_STARTED, StepResult
from emulator.runners import Process

INTERRUPT_SECONDS = 7.5
"""From a cancel's SIGINT to its SIGTERM (runner)."""
TERMINATE_SECONDS = 2.5
"""From the SIGTERM to the kill (runner)."""
_POLL_SECONDS = 0.002
_DRAIN_SECONDS = 5.0
"""A daemon that escaped its process group may hold the pipes; the runner does not wait for it either."""


class RunningStep:
    """One stage of a step in the background. `Job.start` makes it; `wait` gives its result."""

    def __init__(
        self,
        process: Process | None,
        log: StepLog,
        files: FileCommands,
        complete: Callable[[RunningStep], StepResult],
        grace: float,
    ) -> None:
        self.log = log
        self.files = files
        self.cancelled = False
        """Whether a cancel reached it while it ran."""
        self.exit_code = NOT_STARTED
        self.seconds = 0.0
        self.streams: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._process = process
        self._complete = complete
        self._grace = grace
        self._result: StepResult | None = None
        self._started = time.monotonic()
        self._readers = list(self._start_readers()) if process else []

    @property
    def raw(self) -> str:
        """Everything written to both streams so far."""
        return self.log.raw_text

    @property
    def saved_state(self) -> str:
        """What the state file holds so far, as written."""
        try:
            return self.files.text("state")
        except FileCommandError:
            return ""

    @property
    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process is not None and self._process.popen.poll() is None

    def wait_for(
        self, sign: str | re.Pattern[str] | Callable[[RunningStep], bool], timeout: float = 10.0
    ) -> None:
        """Block until a predicate holds, or a regex is found in the log or the state file (seconds)."""
        deadline = time.monotonic() + timeout
        while True:
            was_running = self.running
            if not was_running:
                self._drain()
            if self._shows(sign):
                return
            if not was_running or time.monotonic() > deadline:
                reason = (
                    "was not seen in time" if was_running else "was not seen before the step ended"
                )
                raise TimeoutError(f"{sign!r} {reason}; the log so far:\n{self.raw}")
            time.sleep(_POLL_SECONDS)

    def cancel(self) -> None:
        """SIGINT now, SIGTERM after 7.5 s, a kill after 2.5 s more; times the job's `grace`."""
        if not self.running or self._process is None or self.cancelled:
            return
        self.cancelled = True
        self._process.send(signal.SIGINT)
        threading.Thread(target=self._escalate, args=(self._process,), daemon=True).start()

    def kill(self) -> None:
        """SIGKILL to the process and its children, as an out-of-memory kill would do."""
        if self._process is not None:
            self._process.kill()

    def wait(self) -> StepResult:
        """Wait for the end of the process, and give the result."""
        if self._result is None:
            if self._process is not None:
                self._finish(self._process)
            self._result = self._complete(self)
        return self._result

    def close(self) -> None:
        """Kill what still runs, and leave nothing behind."""
        if self._process is not None:
            self._process.kill()
            self._finish(self._process)

    def _finish(self, process: Process) -> None:
        code = process.popen.wait()
        self.seconds = time.monotonic() - self._started
        process.kill()  # what it left behind would keep the pipes open
        self._drain()
        self.exit_code = code if code >= 0 else 128 - code

    def _drain(self) -> None:
        for reader in self._readers:
            reader.join(_DRAIN_SECONDS)

    def _shows(self, sign: str | re.Pattern[str] | Callable[[RunningStep], bool]) -> bool:
        if isinstance(sign, (str, re.Pattern)):
            return bool(re.search(sign, self.raw) or re.search(sign, self.saved_state))
        return sign(self)

    def _escalate(self, process: Process) -> None:
        if not _ended_within(process, INTERRUPT_SECONDS * self._grace):
            process.send(signal.SIGTERM)
            if not _ended_within(process, TERMINATE_SECONDS * self._grace):
                process.kill()

    def _start_readers(self) -> Iterator[threading.Thread]:
        assert self._process is not None  # noqa: S101 - only called with a process
        popen = self._process.popen
        for name, stream in (("stdout", popen.stdout), ("stderr", popen.stderr)):
            if stream is not None:
                thread = threading.Thread(
                    target=self._read, args=(stream, self.streams[name]), daemon=True
                )
                thread.start()
                yield thread

    def _read(self, stream: IO[bytes], kept: list[str]) -> None:
        with contextlib.closing(stream):
            for line in _lines(stream):
                kept.append(line)
                self.log.feed(line)


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines with their ends as they come; a carriage return at the end of a read waits for its line feed."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    pending = ""
    while chunk := os.read(stream.fileno(), 65536):
        lines = list(split_lines(pending + decoder.decode(chunk)))
        pending = lines.pop() if lines and not lines[-1].endswith("\n") else ""
        yield from lines
    yield from split_lines(pending + decoder.decode(b"", final=True))


def _ended_within(process: Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process.popen.poll() is None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
