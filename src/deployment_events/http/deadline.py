"""Time: one deadline for all a stage does on the network, and a clock that tests can replace."""

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

GRACE = 1.0
"""s that a request under way gets after the runner's cancel; it kills the step after 10 s."""


class Clock:
    """The machine's clocks, and the runner's cancel: nothing on the network outlasts it by much."""

    def __init__(self) -> None:
        self._stop = Event()
        self.stopped_at: float | None = None
        """When the step was cancelled, on the monotonic clock."""

    def stop(self) -> None:
        """Tell everybody that the runner cancels the step: waits end, and budgets shrink to the grace."""
        self.stopped_at = self.monotonic()
        self._stop.set()

    def now(self) -> int:
        """Return Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Wait, in s, but not beyond a cancel."""
        self._stop.wait(seconds)


class Deadline:
    """What is left of a time allowance; connects, bodies, waits and look-ups all draw on it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, never below 0."""
        stopped = self._clock.stopped_at
        end = self._end if stopped is None else min(self._end, stopped + GRACE)
        return max(0.0, end - self._clock.monotonic())

    def part(self, seconds: float) -> "Deadline":
        """Return an allowance of at most `seconds` out of this one."""
        return Deadline(self._clock, min(seconds, self.left()))


class Throttle:
    """Something to do now and then, every so many s."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock.monotonic() + seconds

    def over(self) -> bool:
        """Whether the time has come; if so, the next interval begins."""
        if self._clock.monotonic() < self._end:
            return False
        self._end = self._clock.monotonic() + self._seconds
        return True


def run_with_deadline(budget: Deadline, work: Callable[[], T]) -> T | None:
    """Return what `work` returns, or None when the budget ends first; its exception is raised here."""
    results: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            results.put((work(), None))
        except Exception as error:  # noqa: BLE001  it is raised again in the caller's thread
            results.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = results.get(timeout=budget.left())
    except Empty:
        return None
    if error is not None:
        raise error
    return result
