"""Outcomes: the table of the module's docstring, row by row."""

import re

import pytest
from support.deployments import result

from deployment_events.deployment import Event
from deployment_events.errors import Problem
from deployment_events.messages import Status
from deployment_events.report.outcome import (
    Outcome,
    describe_lost,
    internal_error,
    invalid_inputs,
    judge,
    no_vendor,
)

REFUSED = result(Status.REFUSED, error="HTTP 401", fix="Check the key.")
DOWN = result(Status.UNDELIVERED, error="HTTP 503")


@pytest.mark.parametrize(
    ("one", "post_follows", "fail", "level", "code"),
    [
        (REFUSED, False, False, "error", 0),
        (REFUSED, False, True, "error", 1),
        (REFUSED, True, False, "error", 0),
        (REFUSED, True, True, "error", 0),
        (DOWN, False, False, "warning", 0),
        (DOWN, False, True, "warning", 1),
        (DOWN, True, False, "notice", 0),
        (DOWN, True, True, "notice", 0),
    ],
)
def test_only_fail_on_error_makes_a_lost_event_fail_the_step_and_never_before_post(
    one: object, post_follows: bool, fail: bool, level: str, code: int
) -> None:
    outcome = judge([one], fail_on_error=fail, post_follows=post_follows)  # type: ignore[list-item]
    assert outcome.exit_code == code
    [(found, _)] = outcome.annotations
    assert found == level


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.SKIPPED, Status.DRY_RUN])
def test_what_is_not_lost_is_neither_told_nor_judged(status: Status) -> None:
    outcome = judge([result(status, error="by design")], fail_on_error=True, post_follows=False)
    assert (outcome.exit_code, outcome.annotations) == (0, ())


def test_no_receipts_are_no_trouble() -> None:
    assert judge([], fail_on_error=True, post_follows=False).exit_code == 0


def test_an_annotation_says_who_what_why_and_what_to_do() -> None:
    [told] = describe_lost([REFUSED])
    assert re.match(
        r"LaunchDarkly refused .*finished.* of checkout: HTTP 401\. Check the key\. ", told
    )
    assert "event: replay" in told
    [told] = describe_lost([DOWN])
    assert re.match(r"LaunchDarkly did not get .*finished.* of checkout: HTTP 503\. ", told)


def test_before_post_the_next_step_is_post_s() -> None:
    [(_, told)] = judge([DOWN], fail_on_error=False, post_follows=True).annotations
    assert "sent again when the job ends" in told
    assert "event: replay" not in told


def test_post_sends_also_what_could_not_be_kept() -> None:
    [(level, told)] = judge([DOWN], fail_on_error=False, post_follows=True, kept=False).annotations
    assert level == "notice"
    assert told.endswith("It is sent again when the job ends.")


def test_what_could_not_be_kept_is_in_the_log_and_stays_a_warning() -> None:
    [(level, told)] = judge([DOWN], fail_on_error=False, kept=False).annotations
    assert level == "warning"
    assert told.endswith("The event is in this log, for event: replay.")
    [told] = describe_lost([DOWN], kept=False)
    assert "in this log" in told


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        ((0,), "HTTP 503."),
        ((1, 1), "503."),
        ((5, 5), "503 (5 tries)."),
        ((2, 5), "(2 to 5 tries)."),
    ],
)
def test_an_annotation_says_how_often_it_was_tried(attempts: tuple[int, ...], said: str) -> None:
    [told] = describe_lost(
        [result(Status.UNDELIVERED, error="HTTP 503", attempts=number) for number in attempts]
    )
    assert said in told


def test_wrong_inputs_are_errors_and_fail_the_step() -> None:
    problems = [Problem("event", "is wrong", "x", "A."), Problem("tags", "is wrong", "y", "B.")]
    assert invalid_inputs(problems) == Outcome(
        1, tuple(("error", str(problem)) for problem in problems)
    )


def test_a_run_without_any_key_is_a_warning() -> None:
    outcome = no_vendor()
    assert outcome.exit_code == 0
    [(level, told)] = outcome.annotations
    assert level == "warning"
    assert "neither launchdarkly-access-token nor datadog-api-key is set" in told
    assert "forks" in told


@pytest.mark.parametrize("fail", [True, False])
def test_an_error_of_ours_is_a_warning_that_asks_for_a_report(fail: bool) -> None:
    outcome = internal_error("KeyError at x.py:1", fail_on_error=fail)
    assert outcome.exit_code == int(fail)
    [(level, told)] = outcome.annotations
    assert level == "warning"
    assert told.startswith("This action has a bug: KeyError at x.py:1. ")


def test_services_that_failed_alike_share_one_annotation() -> None:
    alike = [result(Status.REFUSED, service=f"s{number}", error="HTTP 400") for number in range(5)]
    [told] = describe_lost(alike)
    assert "of s0, s1, s2 and 2 more: HTTP 400." in told


@pytest.mark.parametrize(
    "other",
    [
        result(Status.REFUSED, error="HTTP 403"),
        result(Status.UNDELIVERED, error="HTTP 401"),
        result(Status.REFUSED, error="HTTP 401", vendor="datadog"),
        result(Status.REFUSED, error="HTTP 401", event=Event.STARTED),
    ],
)
def test_another_cause_vendor_or_event_has_an_annotation_of_its_own(other: object) -> None:
    assert len(describe_lost([REFUSED, other])) == 2  # type: ignore[list-item]


def test_what_is_odd_about_a_delivered_event_is_a_notice_once() -> None:
    odd = result(note="Datadog accepted the event, but the answer holds no usable id")
    outcome = judge([odd, odd], fail_on_error=True, post_follows=False)
    assert outcome.exit_code == 0
    assert outcome.annotations == (("notice", odd.note),)
