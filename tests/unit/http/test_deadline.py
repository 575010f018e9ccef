"""Time limits, and what a cancelled job does to them."""

import threading
import time

import pytest
from support.clocks import HandClock

from deployment_events.http.deadline import GRACE, Clock, Deadline, Throttle, run_with_deadline


def test_the_time_left_decreases_to_zero_and_no_further() -> None:
    clock = HandClock()
    deadline = Deadline(clock, 30)
    assert deadline.left() == 30
    clock.at += 12
    assert deadline.left() == 18
    clock.at += 100
    assert deadline.left() == 0


def test_a_part_ends_no_later_than_the_deadline() -> None:
    clock = HandClock()
    deadline = Deadline(clock, 30)
    assert deadline.part(2).left() == 2
    clock.at += 29
    part = deadline.part(2)
    assert part.left() == 1
    clock.at += 1
    assert (deadline.left(), part.left()) == (0, 0)


def test_the_end_of_a_part_leaves_the_rest_of_the_deadline() -> None:
    clock = HandClock()
    deadline = Deadline(clock, 30)
    part = deadline.part(2)
    clock.at += 2
    assert (part.left(), deadline.left()) == (0, 28)


def test_a_cancel_shortens_every_deadline_to_the_grace() -> None:
    clock = HandClock()
    long, short = Deadline(clock, 30), Deadline(clock, 0.5)
    clock.stop()
    assert (long.left(), short.left()) == (GRACE, 0.5)
    clock.at += GRACE
    assert long.left() == 0


def test_a_cancel_ends_a_wait_of_the_real_clock() -> None:
    clock = Clock()
    threading.Timer(0.05, clock.stop).start()
    start = time.monotonic()
    clock.wait(20)
    assert time.monotonic() - start < 2


def test_the_real_clock_waits_as_long_as_it_should() -> None:
    start = time.monotonic()
    Clock().wait(0.05)
    assert time.monotonic() - start >= 0.05


def test_now_is_unix_time_in_milliseconds() -> None:
    assert abs(Clock().now() - time.time() * 1000) < 1000


def test_a_throttle_allows_one_action_per_interval() -> None:
    clock = HandClock()
    throttle = Throttle(clock, 10)
    assert not throttle.over()
    clock.at += 9.5
    assert not throttle.over()
    clock.at += 0.5
    assert throttle.over()
    assert not throttle.over()
    clock.at += 10
    assert throttle.over()


def test_work_within_the_deadline_returns_its_result() -> None:
    assert run_with_deadline(Deadline(Clock(), 5), lambda: 42) == 42


def test_an_exception_of_the_work_is_raised_in_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        run_with_deadline(Deadline(Clock(), 5), lambda: 1 // 0)


def test_work_that_hangs_is_left_behind_at_the_deadline() -> None:
    released = threading.Event()
    start = time.monotonic()
    assert run_with_deadline(Deadline(Clock(), 0.1), released.wait) is None
    assert time.monotonic() - start < 1
    released.set()
