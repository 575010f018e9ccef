"""Which requests are retried, how often and when: urllib3's `Retry` decides within a deadline."""

from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz
from threading import Lock

from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError
from urllib3.util.retry import Retry

from ..errors import Unavailable
from ..http.deadline import Clock, Deadline

POLICY = Retry(
    total=12,
    # A POST may be repeated, because every event is delivered at least once.
    allowed_methods=frozenset({"GET", "POST", "PATCH"}),
    status_forcelist=frozenset({408, 429, *range(500, 600)}),
    # The waits are 0, 0.5, 1, 2, 4, 8, 8, … s.
    backoff_factor=0.25,
    backoff_max=8,
    backoff_jitter=0.5,
    # The deadline decides which wait is too long, and the error names that wait.
    retry_after_max=10**9,
)


def requested_wait(headers: Mapping[str, str], rate_limit_wait: float | None) -> float | None:
    """Return the wait in seconds that a response asks for, or None.

    `Retry-After`, in seconds or as a date, precedes the vendor's header, `rate_limit_wait`.
    """
    value = headers.get("Retry-After")
    if value is None:
        return rate_limit_wait
    retry_at, sent_at = _http_date(value), _http_date(headers.get("Date", ""))
    if retry_at is not None and sent_at is not None:
        return max(0.0, retry_at - sent_at)
    try:
        return POLICY.parse_retry_after(value)
    except (InvalidHeader, ValueError, OverflowError):
        return rate_limit_wait


def response_time(headers: Mapping[str, str], now: int) -> int:
    """Return when the server responded, by its clock: this runner's clock may be wrong.

    Times are Unix ms; `now` is this runner's. `Date` has whole seconds.
    """
    sent_at = _http_date(headers.get("Date", ""))
    if sent_at is None:
        return now
    first = int(sent_at * 1000)
    return min(max(now, first), first + 999)


def _http_date(text: str) -> float | None:
    """Return a date header in Unix seconds, or None."""
    try:
        date = parsedate_tz(text)
        return None if date is None else mktime_tz(date)
    except (ValueError, OverflowError):
        return None


class Backoff:
    """The attempts of one request."""

    def __init__(self) -> None:
        self._retry = POLICY
        self.attempts = 0

    def next_wait(self, failure: Unavailable, deadline: Deadline) -> float:
        """Return the wait before the next attempt, in seconds.

        Raises `Unavailable` if there is no next attempt.
        """
        try:
            self._retry = self._retry.increment("POST", "", error=ResponseError())
        except MaxRetryError:
            raise _given_up(failure, "the retry limit was reached") from None
        # A busy server may ask to wait 0 s. The backoff then prevents a hot loop.
        wait = failure.wait or self._retry.get_backoff_time()
        if wait < deadline.left():
            return wait
        if failure.wait:
            reason = f"it asks for a wait of {wait:.0f} s, longer than the time left"
            raise _given_up(failure, reason)
        raise _given_up(failure, "the time limit was reached")


def _given_up(failure: Unavailable, reason: str) -> Unavailable:
    return Unavailable(f"{failure}; {reason}", failure.status, failure.advice)


class RateLimitGate:
    """Makes all threads of a vendor wait when a response tells one of them to wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._opens_at = 0.0

    def close(self, seconds: float) -> None:
        """Stay closed for a number of seconds, or longer if that was asked for before."""
        with self._lock:
            self._opens_at = max(self._opens_at, self._clock.monotonic() + seconds)

    def wait(self, deadline: Deadline) -> bool:
        """Wait until the gate opens. Return False if that is after the deadline or a cancel."""
        while (wait := self._opens_at - self._clock.monotonic()) > 0:
            if wait >= deadline.left() or self._clock.stopped_at is not None:
                return False
            self._clock.wait(wait)
        return True
