"""Outcomes: the rows of the table in the module's docstring."""

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
    ("lost", "post_follows", "fail", "level", "code"),
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
def test_a_lost_event_fails_the_step_only_with_fail_on_error_and_never_before_post(
    lost: object, post_follows: bool, fail: bool, level: str, code: int
) -> None:
    outcome = judge([lost], fail_on_error=fail, post_follows=post_follows)  # type: ignore[list-item]
    assert outcome.exit_code == code
    [(found, _)] = outcome.annotations
    assert found == level


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.SKIPPED, Status.DRY_RUN])
def test_an_event_that_is_not_lost_has_no_annotation(status: Status) -> None:
    outcome = judge([result(status, error="by design")], fail_on_error=True, post_follows=False)
    assert (outcome.exit_code, outcome.annotations) == (0, ())


def test_no_results_are_a_success() -> None:
    assert judge([], fail_on_error=True, post_follows=False).exit_code == 0


def test_an_annotation_names_the_vendor_the_event_the_cause_and_the_fix() -> None:
    [text] = describe_lost([REFUSED])
    assert re.match(
        r"LaunchDarkly refused .*finished.* of checkout: HTTP 401\. Check the key\. ", text
    )
    assert "event: replay" in text
    [text] = describe_lost([DOWN])
    assert re.match(r"LaunchDarkly did not get .*finished.* of checkout: HTTP 503\. ", text)


def test_before_post_an_annotation_says_that_post_retries() -> None:
    [(_, text)] = judge([DOWN], fail_on_error=False, post_follows=True).annotations
    assert "sent again when the job ends" in text
    assert "event: replay" not in text


def test_post_sends_also_what_could_not_be_kept() -> None:
    [(level, text)] = judge([DOWN], fail_on_error=False, post_follows=True, kept=False).annotations
    assert level == "notice"
    assert text.endswith("It is sent again when the job ends.")


def test_an_event_that_could_not_be_kept_is_in_the_log_and_a_warning() -> None:
    [(level, text)] = judge([DOWN], fail_on_error=False, kept=False).annotations
    assert level == "warning"
    assert text.endswith("The event is in this log, for event: replay.")
    [text] = describe_lost([DOWN], kept=False)
    assert "in this log" in text


@pytest.mark.parametrize(
    ("attempts", "part"),
    [
        ((0,), "HTTP 503."),
        ((1, 1), "503."),
        ((5, 5), "503 (5 tries)."),
        ((2, 5), "(2 to 5 tries)."),
    ],
)
def test_an_annotation_names_the_number_of_tries(attempts: tuple[int, ...], part: str) -> None:
    [text] = describe_lost(
        [result(Status.UNDELIVERED, error="HTTP 503", attempts=number) for number in attempts]
    )
    assert part in text


def test_invalid_inputs_are_errors_and_fail_the_step() -> None:
    problems = [Problem("event", "is wrong", "x", "A."), Problem("tags", "is wrong", "y", "B.")]
    assert invalid_inputs(problems) == Outcome(
        1, tuple(("error", str(problem)) for problem in problems)
    )


def test_a_run_without_keys_is_a_warning() -> None:
    outcome = no_vendor()
    assert outcome.exit_code == 0
    [(level, text)] = outcome.annotations
    assert level == "warning"
    assert "neither launchdarkly-access-token nor datadog-api-key is set" in text
    assert "forks" in text


@pytest.mark.parametrize("fail", [True, False])
def test_an_internal_error_is_a_warning_that_asks_for_a_report(fail: bool) -> None:
    outcome = internal_error("KeyError at x.py:1", fail_on_error=fail)
    assert outcome.exit_code == int(fail)
    [(level, text)] = outcome.annotations
    assert level == "warning"
    assert text.startswith("This action has a bug: KeyError at x.py:1. ")


def test_services_with_the_same_cause_share_one_annotation() -> None:
    alike = [result(Status.REFUSED, service=f"s{number}", error="HTTP 400") for number in range(5)]
    [text] = describe_lost(alike)
    assert "of s0, s1, s2 and 2 more: HTTP 400." in text


@pytest.mark.parametrize(
    "other",
    [
        result(Status.REFUSED, error="HTTP 403"),
        result(Status.UNDELIVERED, error="HTTP 401"),
        result(Status.REFUSED, error="HTTP 401", vendor="datadog"),
        result(Status.REFUSED, error="HTTP 401", event=Event.STARTED),
    ],
)
def test_another_cause_vendor_or_event_has_a_separate_annotation(other: object) -> None:
    assert len(describe_lost([REFUSED, other])) == 2  # type: ignore[list-item]


def test_the_note_of_a_delivered_event_is_a_single_notice() -> None:
    odd = result(note="Datadog accepted the event, but the answer holds no usable id")
    outcome = judge([odd, odd], fail_on_error=True, post_follows=False)
    assert outcome.exit_code == 0
    assert outcome.annotations == (("notice", odd.note),)
