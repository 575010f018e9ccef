"""Errors: one line, with the cause first and the fix last."""

import re

import pytest

from deployment_events import errors
from deployment_events.errors import (
    Advice,
    DeliveryFailed,
    DeploymentEventsError,
    InputError,
    Problem,
    Refused,
    Section,
    Unavailable,
    describe_bug,
)
from deployment_events.vendors.plan import VendorSettings

ADVICE = Advice("Fix it.", Section.REFUSED)


def test_a_problem_names_the_input_the_rule_the_value_and_the_fix() -> None:
    problem = Problem("commit-sha", "must be a full commit SHA", "abc", "Use git rev-parse HEAD.")
    assert (
        str(problem) == "`commit-sha` must be a full commit SHA, not 'abc'. Use git rev-parse HEAD."
    )


def test_the_problem_of_a_secret_shows_no_value() -> None:
    assert str(Problem("datadog-api-key", "is wrong", None, "Copy it again.")) == (
        "`datadog-api-key` is wrong. Copy it again."
    )


def test_a_problem_escapes_and_shortens_untrusted_text() -> None:
    text = str(Problem("tags", "is wrong", "a\n::error::x" + "y" * 200, "Correct it."))
    assert text.splitlines() == [text]
    assert r"'a\n::error::x" in text
    assert len(text) < 130


def test_an_empty_value_is_shown_in_quotes() -> None:
    assert "not ''" in str(Problem("service", "is wrong", "", "Correct it."))


def test_an_input_error_lists_every_problem() -> None:
    first, second = Problem("event", "is wrong", "x", "A."), Problem("tags", "is wrong", "y", "B.")
    error = InputError([first, second])
    assert error.problems == (first, second)
    assert str(error) == f"{first}; {second}"


@pytest.mark.parametrize(
    "error", [errors.InputError, errors.StateError, errors.OutboxError, Refused, Unavailable]
)
def test_all_errors_have_one_base_class(error: type[Exception]) -> None:
    assert issubclass(error, DeploymentEventsError)


def test_a_delivery_error_has_a_status_advice_and_a_wait() -> None:
    refused, down = Refused("no", 400, ADVICE), Unavailable("later", 429, wait=2.5)
    assert isinstance(refused, DeliveryFailed)
    assert isinstance(down, DeliveryFailed)
    assert (refused.status, refused.advice) == (400, ADVICE)
    assert (down.status, down.advice, down.wait) == (429, None, 2.5)
    assert Unavailable("nobody").status is None


def test_an_unexpected_error_is_described_by_its_type_and_its_module() -> None:
    with pytest.raises(KeyError) as caught:
        VendorSettings({}).of("acme", "api")
    assert re.fullmatch(r"KeyError at vendors/plan\.py:\d+", describe_bug(caught.value))


def test_an_unexpected_error_in_another_file_is_described_without_a_path() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        assert 1 // 0
    assert re.fullmatch(r"ZeroDivisionError at test_errors\.py:\d+", describe_bug(caught.value))
