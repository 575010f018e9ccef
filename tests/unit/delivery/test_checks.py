"""The checks of `event: check`: a key is refused only if the vendor itself rejects it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from deployment_events.delivery.checks import VendorCheck, run_checks
from deployment_events.messages import CheckResult, Status
from deployment_events.vendors.registry import VENDORS
from sandbox import Sandbox

Read = Callable[[Any], bool | None]


def run(delivery: Any, read: Read = lambda _: True) -> dict[str, CheckResult]:
    """Return the result of each vendor's first check, whose response `read` judges."""
    checks = []
    for name, settings in delivery.settings.items():
        check = next(iter(VENDORS[name].checks(settings, "production")))
        checks.append(VendorCheck(name, settings, check._replace(read=read)))
    return {result.vendor: result for result in run_checks(checks, delivery.network())}


def fail(_: Any) -> bool:
    raise KeyError("a value of the user")


@pytest.mark.parametrize(
    ("read", "status", "error"),
    [
        (lambda _: True, Status.VALID, ""),
        (lambda _: False, Status.REFUSED, "Datadog responded that it is not valid"),
        (lambda _: None, Status.UNDELIVERED, "the response is not in Datadog's format"),
    ],
)
def test_the_response_decides_whether_a_key_is_valid(
    delivery: Any, read: Read, status: Status, error: str
) -> None:
    result = run(delivery, read)["datadog"]
    assert (result.status, result.error, result.attempts) == (status, error, 1)
    assert bool(result.fix) is bool(error)


def test_a_key_that_the_vendor_rejects_is_refused(delivery: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", 401)
    results = run(delivery)
    assert results["launchdarkly"].status is Status.REFUSED
    assert results["launchdarkly"].error.startswith("HTTP 401")
    assert results["datadog"].status is Status.VALID


@pytest.mark.parametrize("fault", [503, "redirect-302-foreign", "reset-before-reading"])
def test_a_key_is_not_refused_if_the_vendor_did_not_judge_it(
    delivery: Any, sandbox: Sandbox, fault: int | str
) -> None:
    sandbox.fail("datadog", fault)
    result = run(delivery)["datadog"]
    assert result.status is Status.UNDELIVERED
    assert result.error


def test_a_vendor_that_hangs_does_not_delay_the_other(make_delivery: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", "hang")
    results = run(make_delivery(seconds=0.5))
    assert results["launchdarkly"].status is Status.UNDELIVERED
    assert results["datadog"].status is Status.VALID


def test_a_vendor_that_hangs_is_reported_with_the_attempt_and_the_advice_of_an_event(
    make_delivery: Any, sandbox: Sandbox
) -> None:
    sandbox.fail("datadog", "hang")
    result = run(make_delivery(seconds=0.5))["datadog"]
    assert result.error.startswith("no response from ")
    assert result.attempts == 1
    assert "firewall and proxy of the runner" in result.fix


def test_a_bug_is_not_reported_as_an_invalid_key(delivery: Any) -> None:
    for result in run(delivery, fail).values():
        assert result.status is Status.UNDELIVERED
        assert re.match(r"internal error, KeyError at test_checks\.py:\d+: ", result.error)


def test_a_retry_is_logged(delivery: Any, sandbox: Sandbox) -> None:
    sandbox.fail("datadog", 503, times=1)
    assert run(delivery)["datadog"].attempts == 2
    [line] = delivery.log
    assert line.startswith("Datadog: HTTP 503")
