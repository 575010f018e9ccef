"""A step while it runs: reads its output, waits for a condition, cancels and kills it."""

from __future__ import annotations

import io
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO

from emulator.log import StepLog
from emulator.results import NOT_STARTED, StepResult
from emulator.runners import Process

CANCEL_SIGNALS = ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5))
"""What a cancelled step receives, and the seconds until the next signal or the kill (runner)."""
_POLL_SECONDS = 0.002
_DRAIN_SECONDS = 5.0
"""How long to read on: a daemon that left its process group may keep the pipes open."""


class RunningStep:
    """One stage of a step in the background. `Job.start` makes it; `wait` returns its result."""

    def __init__(
        self,
        process: Process | None,
        log: StepLog,
        complete: Callable[[RunningStep], StepResult],
        grace: float,
    ) -> None:
        """Take a started process, or None if there is none to wait for.

        `complete` makes the result once the process has ended.
        """
        self.keep: Callable[[StepResult], None] = lambda _result: None
        """Receives the result once."""
        self.log = log
        self.process = process
        self.cancelled = False
        """Whether a cancel reached the step while it ran."""
        self.exit_code = NOT_STARTED
        self.seconds = 0.0
        self.streams: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._complete = complete
        self._grace = grace
        self._result: StepResult | None = None
        self._started = time.monotonic()
        self._readers: list[threading.Thread] = []
        if process:
            self._read("stdout", process.popen.stdout)
            self._read("stderr", process.popen.stderr)

    @property
    def raw(self) -> str:
        """What the process has written so far."""
        return self.log.raw

    @property
    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self.process is not None and self.process.popen.poll() is None

    def wait_for(self, condition: Callable[[RunningStep], object], timeout: float = 10.0) -> None:
        """Block until a condition holds (timeout in seconds); raises `TimeoutError`."""
        deadline = time.monotonic() + timeout
        while True:
            was_running = self.running
            if not was_running:
                self._drain()
            if condition(self):
                return
            if not was_running or time.monotonic() > deadline:
                raise TimeoutError(f"the condition did not become true; the log:\n{self.raw}")
            time.sleep(_POLL_SECONDS)

    def cancel(self) -> None:
        """Send SIGINT, SIGTERM after 7.5 s and a kill after 2.5 s more, times the job's `grace`."""
        if self.process and self.running and not self.cancelled:
            self.cancelled = True
            threading.Thread(target=self._escalate, args=(self.process,), daemon=True).start()

    def kill(self) -> None:
        """Send SIGKILL to the process and its children, like the kernel when memory runs out."""
        if self.process:
            self.process.kill()

    def wait(self) -> StepResult:
        """Wait for the end of the process, and return the result."""
        if self._result is None:
            self._finish()
            self._result = self._complete(self)
            self.keep(self._result)
        return self._result

    def close(self) -> None:
        """Kill what still runs."""
        self.kill()
        self._finish()

    def _finish(self) -> None:
        if self.process:
            code = self.process.popen.wait()
            self.exit_code = code if code >= 0 else 128 - code
            self.seconds = time.monotonic() - self._started
            # Its children would keep the pipes open.
            self.process.kill()
            self._drain()

    def _drain(self) -> None:
        for reader in self._readers:
            reader.join(_DRAIN_SECONDS)

    def _escalate(self, process: Process) -> None:
        for number, seconds in CANCEL_SIGNALS:
            process.popen.send_signal(number)
            try:
                process.popen.wait(seconds * self._grace)
                return
            except subprocess.TimeoutExpired:
                continue
        process.kill()

    def _read(self, name: str, stream: IO[bytes] | None) -> None:
        """Read a stream in a thread, line by line; a carriage return alone ends a line too."""
        assert stream is not None  # noqa: S101 - Process has made a pipe
        lines = io.TextIOWrapper(stream, "utf-8", "replace", newline="")

        def read() -> None:
            with lines:
                for line in lines:
                    self.streams[name].append(line)
                    self.log.feed(line)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        self._readers.append(thread)
