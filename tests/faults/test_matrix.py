"""Every fault of the sandbox at each vendor, against the complete stage over real sockets."""

import time
from typing import Any

import pytest
from faults.expectations import ALWAYS, LIMITS, expected
from support.step import VENDORS, Ended

from sandbox import FAULTS, Sandbox

EVENTS = {"launchdarkly": "deployment-events", "datadog": "dora/deployment"}
LONG_LIMIT = 30.0
"""Seconds on a clock whose waits take no time."""
SHORT_LIMIT = 0.8
"""Seconds of a stage whose sockets really wait."""
EXCESS = 2.0
"""Seconds that a stage may exceed its limit by. A loaded machine takes more than half of them."""


def posts(sandbox: Sandbox, vendor: str) -> list[Any]:
    return [request for request in sandbox.requests(vendor) if request.method == "POST"]


def other(vendor: str) -> str:
    return VENDORS[1 - VENDORS.index(vendor)]


def sent_ids(sandbox: Sandbox) -> set[str]:
    return {
        request.body["data"]["attributes"]["id"]
        for request in posts(sandbox, "datadog")
        if request.body
    }


@pytest.fixture
def faulty(request: pytest.FixtureRequest, fault: str) -> Sandbox:
    """Return the sandbox that the fault needs: a handshake fails only with TLS."""
    running: Sandbox = request.getfixturevalue(
        "tls_sandbox" if FAULTS[fault].handshake else "running"
    )
    running.reset()
    return running


def misbehave(sandbox: Sandbox, vendor: str, fault: str, **times: Any) -> None:
    path = None if FAULTS[fault].handshake else EVENTS[vendor]
    sandbox.fail(vendor, fault, path=path, **times)


def check_healthy_vendor(sandbox: Sandbox, ended: Ended, vendor: str) -> None:
    """Check that the vendor's only event was delivered, so within the stage's limit."""
    result = ended.result(vendor)
    assert (result["status"], result["attempts"], result["error"]) == ("delivered", 1, "")
    assert len(posts(sandbox, vendor)) == 1


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_permanent_fault_has_the_expected_result(
    faulty: Sandbox, fault: str, vendor: str, make_step: Any
) -> None:
    wanted_result = expected(fault, vendor)
    misbehave(faulty, vendor, fault)
    limit = SHORT_LIMIT if wanted_result.hangs else LONG_LIMIT
    step = make_step(faulty, timeout_seconds=str(limit))
    began = time.monotonic()

    ended = step.main()

    took = time.monotonic() - began
    result = ended.result(vendor)
    assert result["status"] == wanted_result.status, result
    assert ended.code == 0
    assert ended.stderr == ""
    assert "Internal error" not in ended.stdout
    assert step.leaks(ended) == []
    assert ended.seconds <= limit + EXCESS
    assert took < (limit + EXCESS if wanted_result.hangs else 5 + EXCESS)
    least, most = wanted_result.seen
    assert least <= len(posts(faulty, vendor)) <= most
    if wanted_result.seen != (0, 0):
        assert result["attempts"] in (
            len(posts(faulty, vendor)),
            0 if wanted_result.hangs else None,
        )
    if vendor == "datadog":
        assert len(sent_ids(faulty)) <= 1, "one deployment has one id, however often it is sent"
    check_healthy_vendor(faulty, ended, other(vendor))
    if wanted_result.status == "delivered":
        assert result["error"] == ""
        assert step.outbox == []
        assert ended.outputs["undelivered-path"] == ""
        assert not (step.temp / ended.outputs["undelivered-path"]).is_file()
        check_id(faulty, ended, vendor, wanted_result.id, hangs=wanted_result.hangs)
    else:
        assert wanted_result.reason in result["error"]
        assert result["error"] != ""
        [kept] = step.outbox
        assert (kept["vendor"], kept["cause"]) == (vendor, result["error"])
        assert (step.temp / ended.outputs["undelivered-path"]).is_file()
        level = "error" if wanted_result.status == "refused" else "warning"
        [annotation] = ended.annotations(level)
        assert result["error"] in annotation
        assert "1 undelivered event" in ended.stdout
        # Content that was rejected is not to be replayed, and the summary says so.
        assert "replay" in ended.summary


def check_id(sandbox: Sandbox, ended: Ended, vendor: str, wanted: str, *, hangs: bool) -> None:
    """Check the ID: LaunchDarkly's comes from its list, Datadog's from the response."""
    given = ended.result(vendor)["id"]
    assert ended.outputs[f"{vendor}-deployment-id"] == given
    if vendor == "launchdarkly":
        [known] = sandbox.deployments("launchdarkly")
        assert given == known["id"] or (hangs and given == "")
        assert ("did not list the deployment" in " ".join(ended.annotations("notice"))) == (
            given == ""
        )
    elif wanted:
        assert {given} == (sent_ids(sandbox) if wanted == "ours" else {wanted})
        assert ended.annotations("notice") == []
    else:
        assert given == ""
        [notice] = ended.annotations("notice")
        assert "Datadog accepted the event, but" in notice


# One vendor for each fault: the first test has shown that the other one reacts in the same way.
PASSING = [
    (fault, vendor)
    for number, fault in enumerate(FAULTS)
    for vendor in [VENDORS[number % 2]]
    if expected(fault, vendor).status == "undelivered"
    and not expected(fault, vendor).hangs
    and not expected(fault, vendor).reason.startswith("asks")
]


@pytest.mark.parametrize(("fault", "vendor"), PASSING)
def test_a_temporary_fault_is_retried_until_delivery(
    faulty: Sandbox, fault: str, vendor: str, make_step: Any
) -> None:
    misbehave(faulty, vendor, fault, times=2)
    step = make_step(faulty, fail_on_error="true")

    ended = step.main()

    assert ended.code == 0
    assert (ended.result(vendor)["status"], ended.result(vendor)["attempts"]) == ("delivered", 3)
    assert len(faulty.deployments(vendor)) == 1
    assert len(sent_ids(faulty)) == 1
    assert ended.stdout.count("next try in") == 2
    assert "after 3 tries" in ended.stdout
    assert step.outbox == []
    assert ended.annotations("warning") == []
    assert step.leaks(ended) == []


def test_every_fault_has_an_expectation() -> None:
    assert ALWAYS.keys() | LIMITS.keys() == FAULTS.keys()
