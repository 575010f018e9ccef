"""Outcomes: the rows of the table in the module's docstring."""

import pytest
from support.deployments import result

from deployment_events.errors import Problem, Section
from deployment_events.github.runner import Annotation
from deployment_events.messages import CheckResult, DeliveryResult, Status
from deployment_events.report.losses import NextStep
from deployment_events.report.outcome import (
    Outcome,
    internal_error,
    invalid_inputs,
    judge,
    judge_checks,
    judge_start,
    no_vendor,
    nothing_to_check,
)

REFUSED = result(
    Status.REFUSED, error="HTTP 401", fix="Check the key.", section=Section.UNAUTHORIZED
)
DOWN = result(Status.UNDELIVERED, error="HTTP 503")


@pytest.mark.parametrize(
    ("lost", "fail", "level", "code"),
    [
        (REFUSED, False, "error", 0),
        (REFUSED, True, "error", 1),
        (DOWN, False, "warning", 0),
        (DOWN, True, "warning", 1),
    ],
)
def test_a_lost_event_fails_the_step_only_with_fail_on_error(
    lost: DeliveryResult, fail: bool, level: str, code: int
) -> None:
    outcome = judge([lost], fail_on_error=fail)
    assert outcome.exit_code == code
    [annotation] = outcome.annotations
    assert annotation.level == level


@pytest.mark.parametrize(("lost", "level"), [(REFUSED, "error"), (DOWN, "notice")])
def test_a_lost_event_never_fails_the_step_before_post(lost: DeliveryResult, level: str) -> None:
    outcome = judge_start([lost])
    assert outcome.exit_code == 0
    [annotation] = outcome.annotations
    assert annotation.level == level


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.SKIPPED, Status.DRY_RUN])
def test_an_event_that_is_not_lost_has_no_annotation(status: Status) -> None:
    outcome = judge([result(status, error="by design")], fail_on_error=True)
    assert (outcome.exit_code, outcome.annotations) == (0, ())


def test_no_results_are_a_success() -> None:
    assert judge([], fail_on_error=True).exit_code == 0


@pytest.mark.parametrize(
    ("lost", "title", "section"),
    [
        (REFUSED, "LaunchDarkly: event refused", Section.UNAUTHORIZED),
        (DOWN, "LaunchDarkly: event undelivered", Section.NETWORK),
    ],
)
def test_an_annotation_has_a_title_and_a_section(
    lost: DeliveryResult, title: str, section: Section
) -> None:
    [annotation] = judge([lost], fail_on_error=False).annotations
    assert (annotation.title, annotation.section) == (title, section)


def test_before_post_an_annotation_says_that_post_resends() -> None:
    [annotation] = judge_start([DOWN]).annotations
    assert annotation.level == "notice"
    assert annotation.text.endswith("The post stage resends it when the job ends.")


def test_an_event_that_was_not_saved_is_in_the_log_and_a_warning() -> None:
    [annotation] = judge([DOWN], NextStep.REPLAY_LOG, fail_on_error=False).annotations
    assert annotation.level == "warning"
    assert annotation.text.endswith("The event is in this log; resend it with `event: replay`.")


def test_invalid_inputs_are_errors_and_fail_the_step() -> None:
    problems = [Problem("event", "is wrong", "x", "A."), Problem("tags", "is wrong", "y", "B.")]
    outcome = invalid_inputs(problems)
    assert outcome.exit_code == 1
    assert outcome.annotations == tuple(
        ("error", str(problem), "Invalid input", Section.INVALID_INPUT) for problem in problems
    )


def test_a_run_without_keys_is_a_warning() -> None:
    outcome = no_vendor()
    assert outcome.exit_code == 0
    [(level, text, title, section)] = outcome.annotations
    assert (level, title, section) == ("warning", "No keys", Section.NO_SECRETS)
    assert "neither `launchdarkly-access-token` nor `datadog-api-key` is set" in text
    assert "forks" in text


@pytest.mark.parametrize("fail", [True, False])
def test_an_internal_error_is_a_warning_that_asks_for_a_report(fail: bool) -> None:
    outcome = internal_error("KeyError at x.py:1", fail_on_error=fail)
    assert outcome.exit_code == int(fail)
    [(level, text, title, section)] = outcome.annotations
    assert (level, title, section) == ("warning", "Internal error", Section.BUG)
    assert text.startswith("Internal error: KeyError at x.py:1. ")


def test_the_note_of_a_delivered_event_is_a_single_notice() -> None:
    odd = result(note="Datadog accepted the event, but its response has no usable ID")
    outcome = judge([odd, odd], fail_on_error=True)
    assert outcome.exit_code == 0
    assert outcome.annotations == (Annotation("notice", odd.note),)


CHECK = CheckResult("datadog", Status.VALID, "`datadog-api-key`", "the plan")


@pytest.mark.parametrize("status", [Status.VALID, Status.DRY_RUN])
def test_a_check_that_did_not_fail_has_no_annotation(status: Status) -> None:
    assert judge_checks([CHECK._replace(status=status)]) == Outcome(0, ())


@pytest.mark.parametrize("status", [Status.REFUSED, Status.UNDELIVERED])
def test_a_check_that_failed_is_an_error_and_fails_the_step(status: Status) -> None:
    failed = CHECK._replace(status=status, error="HTTP 403", fix="Check the key.")
    outcome = judge_checks([CHECK, failed])
    assert outcome.exit_code == 1
    [(level, text, title, section)] = outcome.annotations
    assert (level, title, section) == ("error", "Datadog: check failed", Section.CHECK)
    assert text.endswith("`datadog-api-key`: HTTP 403. Check the key.")


def test_a_check_without_keys_is_an_error_and_fails_the_step() -> None:
    outcome = nothing_to_check()
    assert outcome.exit_code == 1
    [(level, text, title, section)] = outcome.annotations
    assert (level, title, section) == ("error", "No keys", Section.NO_SECRETS)
    assert "neither `launchdarkly-access-token` nor `datadog-api-key` is set" in text
