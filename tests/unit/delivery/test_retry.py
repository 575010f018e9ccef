"""What is tried again, how often and when."""

import threading
from email.utils import formatdate
from time import monotonic, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clocks import HandClock
from support.cost import SLOW

from deployment_events.delivery.retry import (
    POLICY,
    Backoff,
    RateLimitGate,
    requested_wait,
    response_time,
)
from deployment_events.errors import Unavailable
from deployment_events.http.deadline import Clock, Deadline

RETRIED = {408, 429, *range(500, 600)}


@pytest.mark.parametrize("method", ["POST", "PATCH", "GET"])
def test_only_timeouts_rate_limits_and_server_errors_are_retried(method: str) -> None:
    assert {status for status in range(100, 600) if POLICY.is_retry(method, status)} == RETRIED


def test_the_wait_doubles_with_jitter_up_to_eight_seconds_and_ends_after_thirteen_tries() -> None:
    clock = HandClock()
    deadline, backoff = Deadline(clock, 3600), Backoff()
    waits = []
    for attempt in range(1, 13):
        backoff.attempts = attempt
        waits.append(backoff.next_wait(Unavailable("HTTP 503"), deadline))
    backoff.attempts = 13
    with pytest.raises(Unavailable, match="HTTP 503; the retry limit was reached"):
        backoff.next_wait(Unavailable("HTTP 503"), deadline)
    assert waits[0] == 0
    for wait, least in zip(waits[1:], [0.5, 1, 2, 4, *[8] * 7], strict=True):
        assert least <= wait <= min(8, least + 0.5)
    assert len(set(waits[1:5])) == 4


def test_the_jitter_differs_between_two_callers() -> None:
    def second_wait() -> float:
        backoff, deadline = Backoff(), Deadline(HandClock(), 30)
        backoff.next_wait(Unavailable("x"), deadline)
        return backoff.next_wait(Unavailable("x"), deadline)

    assert len({second_wait() for _ in range(20)}) > 1


def test_a_requested_wait_is_used_unchanged() -> None:
    assert (
        Backoff().next_wait(Unavailable("HTTP 429", 429, wait=7.5), Deadline(HandClock(), 30))
        == 7.5
    )


def test_a_requested_wait_of_zero_is_replaced_by_the_backoff() -> None:
    backoff, deadline = Backoff(), Deadline(HandClock(), 30)
    waits = [backoff.next_wait(Unavailable("HTTP 429", 429, wait=0), deadline) for _ in range(4)]
    assert waits[1] >= 0.5
    assert waits[3] >= 2


@pytest.mark.parametrize("wait", [30, 31, 86_400])
def test_a_wait_beyond_the_deadline_ends_the_retries_with_a_reason(wait: float) -> None:
    backoff = Backoff()
    backoff.attempts = 1
    with pytest.raises(Unavailable) as caught:
        backoff.next_wait(Unavailable("HTTP 429", 429, wait=wait), Deadline(HandClock(), 30))
    assert (
        str(caught.value) == f"HTTP 429; it asks for a wait of {wait} s, longer than the time left"
    )
    assert caught.value.status == 429


@pytest.mark.parametrize("text", ["3", " 3 ", "3\t"])
def test_retry_after_in_seconds_is_used(text: str) -> None:
    assert requested_wait({"Retry-After": text}, 99) == 3


def test_retry_after_as_a_date_is_used() -> None:
    assert requested_wait(
        {"Retry-After": formatdate(time() + 20, usegmt=True)}, None
    ) == pytest.approx(20, abs=2)


@pytest.mark.parametrize("skew", [-86_400, -120, 0, 120, 86_400])
def test_a_date_is_read_against_the_date_of_the_response(skew: int) -> None:
    sent_at = time() + skew
    headers = {
        "Date": formatdate(sent_at, usegmt=True),
        "Retry-After": formatdate(sent_at + 20, usegmt=True),
    }
    assert requested_wait(headers, None) == 20
    headers["Retry-After"] = formatdate(sent_at - 20, usegmt=True)
    assert requested_wait(headers, 99) == 0


@pytest.mark.parametrize("date", ["", "soon", "3", "Fri, 99 Xyz 2026 99:99:99 GMT"])
def test_without_a_valid_date_the_clock_of_the_runner_is_used(date: str) -> None:
    headers = {"Date": date, "Retry-After": formatdate(time() + 20, usegmt=True)}
    assert requested_wait(headers, None) == pytest.approx(20, abs=2)
    assert response_time(headers, 1_777_887_000_123) == 1_777_887_000_123


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [(0, 0), (400, 400), (999, 999), (1500, 999), (-1, 0), (-120_000, 0), (120_000, 999)],
)
def test_the_server_s_clock_is_used_to_the_second(milliseconds: int, expected: int) -> None:
    sent_at = 1_777_887_000
    headers = {"Date": formatdate(sent_at, usegmt=True)}
    assert response_time(headers, sent_at * 1000 + milliseconds) == sent_at * 1000 + expected


def test_a_date_in_the_past_asks_for_no_wait() -> None:
    assert requested_wait({"Retry-After": formatdate(time() - 500, usegmt=True)}, 99) == 0


@pytest.mark.parametrize(
    "text", ["soon", "", "-1", "1.5", "NaN", "0x10", "9" * 5000, "Fri, 99 Xyz 2026 99:99:99 GMT"]
)
def test_an_invalid_retry_after_is_replaced_by_the_vendor_s_header(text: str) -> None:
    assert requested_wait({"Retry-After": text}, 4.5) == 4.5
    assert requested_wait({"Retry-After": text}, None) is None


def test_without_retry_after_the_vendor_s_header_is_used() -> None:
    assert requested_wait({}, 2.5) == 2.5
    assert requested_wait({}, None) is None


@SLOW
@given(
    st.text()
    | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [-+A-Z0-9]*", fullmatch=True)
)
def test_any_retry_after_is_accepted(text: str) -> None:
    for headers in ({"Retry-After": text}, {"Retry-After": text, "Date": text}):
        wait = requested_wait(headers, 1.0)
        assert wait is not None
        assert wait >= 0
    assert isinstance(response_time({"Date": text}, 0), int)


class TestGate:
    def test_the_wait_of_one_thread_delays_all_threads(self) -> None:
        clock = HandClock()
        gate, deadline = RateLimitGate(clock), Deadline(clock, 30)
        gate.close(10)
        assert gate.wait(deadline)
        assert clock.waits == [10]
        assert gate.wait(deadline)
        assert clock.waits == [10]

    def test_the_longest_wait_is_used(self) -> None:
        clock = HandClock()
        gate = RateLimitGate(clock)
        gate.close(10)
        gate.close(3)
        gate.wait(Deadline(clock, 30))
        assert clock.waits == [10]

    def test_a_wait_beyond_the_deadline_returns_false_immediately(self) -> None:
        clock = HandClock()
        gate = RateLimitGate(clock)
        gate.close(31)
        assert not gate.wait(Deadline(clock, 30))
        assert clock.waits == []

    def test_a_wait_that_is_prolonged_meanwhile_is_completed(self) -> None:
        clock = HandClock()
        gate, deadline = RateLimitGate(clock), Deadline(clock, 30)
        gate.close(1)
        wait = clock.wait

        def wait_and_close(seconds: float) -> None:
            wait(seconds)
            if len(clock.waits) == 1:
                gate.close(5)

        clock.wait = wait_and_close  # type: ignore[method-assign]
        assert gate.wait(deadline)
        assert clock.waits == [1, 5]

    def test_a_cancel_ends_the_wait(self) -> None:
        clock = Clock()
        gate = RateLimitGate(clock)
        gate.close(20)
        threading.Timer(0.1, clock.stop).start()
        began = monotonic()
        assert not gate.wait(Deadline(clock, 30))
        assert monotonic() - began < 2
