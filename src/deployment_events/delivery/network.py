"""What delivery needs from the outside: connections, time and the log."""

from collections.abc import Callable
from typing import NamedTuple

from ..http.deadline import Clock, Deadline
from ..http.transport import Transport

THREADS = 10
"""Threads, and so connections, of one vendor.

All callers of an account share the vendor's rate limit, in windows of about 10 s. More threads
would take the others' share. With fewer, a hundred services would take longer than a second if a
response takes 100 ms.
"""
LATE_SECONDS = 0.25
"""Seconds after the deadline in which the threads that it stopped still report their results."""


class Network(NamedTuple):
    """The network of one stage: all requests share its connections and its deadline."""

    transport: Transport
    clock: Clock
    deadline: Deadline
    hide: Callable[[str], str]
    """Removes keys from a text."""
    log: Callable[[str], None]
    """Writes one line to the step's log; `deliver` calls it on its caller's thread only."""

    @classmethod
    def open(
        cls,
        clock: Clock,
        seconds: float,
        *,
        hide: Callable[[str], str],
        log: Callable[[str], None],
    ) -> "Network":
        """Return a network that may be used for `seconds` from now."""
        return cls(
            transport=Transport(THREADS),
            clock=clock,
            deadline=Deadline(clock, seconds),
            hide=hide,
            log=log,
        )
