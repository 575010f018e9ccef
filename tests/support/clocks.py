"""Clocks whose waits take no time."""

import threading
import time

from deployment_events.http.deadline import Clock


class SkippingClock(Clock):
    """The real clock, moved forward by every wait; sockets use the real time."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []
        """Every requested wait, in s."""
        self._skipped = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            if self.stopped_at is None:
                self._skipped += seconds


class HandClock(Clock):
    """A clock that only a wait or the test moves."""

    def __init__(self, now: int = 1_777_887_000_000) -> None:
        super().__init__()
        self.at = 1000.0
        self.waits: list[float] = []
        self._now = now

    def now(self) -> int:
        return self._now + int((self.at - 1000.0) * 1000)

    def monotonic(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds
