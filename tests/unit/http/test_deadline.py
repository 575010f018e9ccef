"""One budget for everything, and the runner's cancel."""

import threading
import time

import pytest
from support.clocks import HandClock

from deployment_events.http.deadline import GRACE, Clock, Deadline, run_with_deadline


def test_a_budget_runs_down_to_nothing_and_no_further() -> None:
    clock = HandClock()
    budget = Deadline(clock, 30)
    assert budget.left() == 30
    clock.at += 12
    assert budget.left() == 18
    clock.at += 100
    assert budget.left() == 0


def test_a_part_is_never_more_than_what_is_left() -> None:
    clock = HandClock()
    budget = Deadline(clock, 30)
    assert budget.part(2).left() == 2
    clock.at += 29
    part = budget.part(2)
    assert part.left() == 1
    clock.at += 1
    assert (budget.left(), part.left()) == (0, 0)


def test_a_part_runs_down_with_the_clock_and_leaves_the_whole_its_rest() -> None:
    clock = HandClock()
    budget = Deadline(clock, 30)
    part = budget.part(2)
    clock.at += 2
    assert (part.left(), budget.left()) == (0, 28)


def test_a_cancel_shrinks_every_budget_to_the_grace() -> None:
    clock = HandClock()
    long, short = Deadline(clock, 30), Deadline(clock, 0.5)
    clock.stop()
    assert (long.left(), short.left()) == (GRACE, 0.5)
    clock.at += GRACE
    assert long.left() == 0


def test_a_cancel_ends_a_wait_of_the_real_clock() -> None:
    clock = Clock()
    threading.Timer(0.05, clock.stop).start()
    began = time.monotonic()
    clock.wait(20)
    assert time.monotonic() - began < 2


def test_the_real_clock_waits_as_long_as_it_is_asked_to() -> None:
    began = time.monotonic()
    Clock().wait(0.05)
    assert time.monotonic() - began >= 0.05


def test_now_is_unix_time_in_milliseconds() -> None:
    assert abs(Clock().now() - time.time() * 1000) < 1000


def test_bounded_work_gives_its_result() -> None:
    assert run_with_deadline(Deadline(Clock(), 5), lambda: 42) == 42


def test_bounded_work_gives_its_exception_to_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        run_with_deadline(Deadline(Clock(), 5), lambda: 1 // 0)


def test_nobody_waits_for_work_that_hangs() -> None:
    hung = threading.Event()
    began = time.monotonic()
    assert run_with_deadline(Deadline(Clock(), 0.1), hung.wait) is None
    assert time.monotonic() - began < 1
    hung.set()
