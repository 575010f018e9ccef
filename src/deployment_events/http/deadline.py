"""Time limits: one deadline for all network requests of a stage, and a clock that tests replace.

This module imports only the standard library, because `process.py` imports it before anything else.
"""

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

GRACE = 1.0
"""Seconds that requests in progress get after the job was cancelled.

The runner kills the step 10 s after a cancel: docs/vendors.md#runner-cancel-timing.
"""


class Clock:
    """The system's clocks, and whether the job was cancelled."""

    def __init__(self) -> None:
        self._stop = Event()
        self.stopped_at: float | None = None
        """When the job was cancelled, on the monotonic clock, or None."""

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


def run_with_deadline(deadline: Deadline, work: Callable[[], T]) -> T | None:
    """Run `work` in a thread and return its result, or None if the deadline ends first.

    Raises what `work` raises. The thread is a daemon: after the deadline, nothing waits for it.
    """
    results: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            results.put((work(), None))
        # The caller's thread raises it again.
        except Exception as error:  # noqa: BLE001
            results.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = results.get(timeout=deadline.left())
    except Empty:
        return None
    if error is not None:
        raise error
    return result
