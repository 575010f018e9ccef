"""What is tried again, how often and when: urllib3's `Retry` decides, one budget limits it."""

from collections.abc import Mapping
from threading import Lock

from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError
from urllib3.util.retry import Retry

from ..errors import Unavailable
from ..http.deadline import Clock, Deadline

POLICY = Retry(
    total=12,
    allowed_methods=frozenset({"GET", "POST", "PATCH"}),  # the promise is "at least once"
    status_forcelist=frozenset({408, 429, *range(500, 600)}),
    backoff_factor=0.25,  # s: 0, 0.5, 1, 2, 4, 8, 8, …
    backoff_max=8,
    backoff_jitter=0.5,
    retry_after_max=10**9,  # the budget decides what is too long, and says so
)


def asked_wait(headers: Mapping[str, str], vendors_own: float | None) -> float | None:
    """Return the seconds a server asks to wait: `Retry-After` (seconds or a date), else the vendor's header."""
    try:
        value = headers.get("Retry-After")
        return vendors_own if value is None else POLICY.parse_retry_after(value)
    except (InvalidHeader, ValueError, OverflowError):
        return vendors_own


class Backoff:
    """One message's way through the policy."""

    def __init__(self) -> None:
        self._retry = POLICY
        self.attempts = 0

    def after(self, failure: Unavailable, budget: Deadline) -> float:
        """Return the seconds to wait before the next try. Raises `Unavailable` when there is none."""
        try:
            self._retry = self._retry.increment("POST", "", error=ResponseError())
        except MaxRetryError:
            raise Unavailable(f"{failure}; it was tried often enough", failure.status) from None
        wait = (
            failure.wait or self._retry.get_backoff_time()
        )  # "now" from a busy server is no leave to hammer it
        if wait >= budget.left():
            asked = (
                f"it asks to wait {wait:.0f} s, more than the time allowed" if failure.wait else ""
            )
            raise Unavailable(
                f"{failure}; {asked or 'the time allowed is used up'}", failure.status
            )
        return wait


class RateLimitGate:
    """A vendor's common patience: when it tells one thread to wait, all wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._opens = 0.0

    def close(self, seconds: float) -> None:
        """Let nobody through for so many s."""
        with self._lock:
            self._opens = max(self._opens, self._clock.monotonic() + seconds)

    def wait(self, budget: Deadline) -> bool:
        """Wait until the gate opens; False when that is beyond the budget."""
        while (ahead := self._opens - self._clock.monotonic()) > 0:
            if ahead >= budget.left() or self._clock.stopped_at is not None:
                return False
            self._clock.wait(ahead)
        return True
