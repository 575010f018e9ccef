"""Time limits: one deadline for all network requests of a stage, and a clock that tests replace.

This module imports only the standard library, because `process.py` imports it before anything else.
"""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")

GRACE = 1.0
"""Seconds that requests in progress get after the job was cancelled.

The runner kills the step 10 s after a cancel: docs/vendors.md#runner-cancel-timing.
"""
_POLL_SECONDS = 0.1
"""Seconds until a thread that waits notices a cancel."""


class Clock:
    """The system's clocks, and whether the job was cancelled."""

    def __init__(self) -> None:
        self._stop = Event()
        self.stopped_at: float | None = None
        """When the job was cancelled, on the monotonic clock, or None."""
        self.started_at: float | None = None
        """When the process started, on the monotonic clock, or None if that is unknown."""

    def stop(self) -> None:
        """End all waits and shorten all deadlines to `GRACE`, because the job was cancelled."""
        self.stopped_at = self.monotonic()
        self._stop.set()

    def now(self) -> int:
        """Return Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return a time in seconds that never goes backwards."""
        return time.monotonic()

    def since_start(self) -> float:
        """Return the age of the process in seconds."""
        return 0.0 if self.started_at is None else self.monotonic() - self.started_at

    def wait(self, seconds: float) -> None:
        """Wait for a number of seconds, or until the job is cancelled."""
        self._stop.wait(seconds)


class Deadline:
    """The end of a time limit that connections, bodies, waits and look-ups share."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, at least 0."""
        end = self._end
        stopped_at = self._clock.stopped_at
        if stopped_at is not None:
            end = min(end, stopped_at + GRACE)
        return max(0.0, end - self._clock.monotonic())

    def part(self, seconds: float) -> "Deadline":
        """Return a deadline in at most `seconds`, and not after this one."""
        return Deadline(self._clock, min(seconds, self.left()))


class Throttle:
    """Limits an action to once per interval."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock.monotonic() + seconds

    def over(self) -> bool:
        """Return whether the interval is over; if it is, the next interval begins."""
        if self._clock.monotonic() < self._end:
            return False
        self._end = self._clock.monotonic() + self._seconds
        return True


class Background(Generic[T]):
    """Work in a daemon thread, whose result several threads may wait for.

    No thread waits for the end of the work: a file or a resolver may hang forever.
    """

    def __init__(self, work: Callable[[], T], without: Callable[[], T] | None = None) -> None:
        """If there is no thread, the caller's runs `without`, or else `work`."""
        self._work = work
        self._done = Event()
        self._result: T | None = None
        self._error: Exception | None = None
        try:
            Thread(target=self._run, daemon=True).start()
        # The system allows no more threads. The work may then exceed the deadline.
        except RuntimeError:
            self._work = without or work
            self._run()

    def result(self, deadline: Deadline) -> T | None:
        """Return the result, or None if the deadline ends first. Raises what the work raises."""
        while not self._done.wait(min(_POLL_SECONDS, deadline.left())):
            if not deadline.left():
                return None
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work()
        # The threads that wait for the result raise it again.
        except Exception as error:  # noqa: BLE001
            self._error = error
        finally:
            self._done.set()


def run_with_deadline(deadline: Deadline, work: Callable[[], T]) -> T | None:
    """Run `work` in a thread and return its result, or None if the deadline ends first.

    Raises what `work` raises.
    """
    return Background(work).result(deadline)
