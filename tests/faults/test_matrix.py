"""Every fault of the sandbox, at each vendor, against the whole stage over real sockets."""

import time
from typing import Any

import pytest
from faults.expectations import ALWAYS, LIMITS, expected
from support.step import VENDORS, Ended

from sandbox import FAULTS, Sandbox

EVENTS = {"launchdarkly": "deployment-events", "datadog": "dora/deployment"}
PATIENT = 30.0
HASTY = 0.4  # s a stage gets where sockets must really wait
OVERDRAFT = 1.0  # s that a stage may take beyond its time
SEEN = 0.3  # s in which the healthy vendor must have its event


def posts(sandbox: Sandbox, vendor: str) -> list[Any]:
    return [one for one in sandbox.requests(vendor) if one.method == "POST"]


def other(vendor: str) -> str:
    return VENDORS[1 - VENDORS.index(vendor)]


def sent_ids(sandbox: Sandbox) -> set[str]:
    return {one.body["data"]["attributes"]["id"] for one in posts(sandbox, "datadog") if one.body}


@pytest.fixture
def faulty(request: pytest.FixtureRequest, fault: str) -> Sandbox:
    """The sandbox the fault needs: a handshake can only fail with TLS."""
    running: Sandbox = request.getfixturevalue(
        "tls_sandbox" if FAULTS[fault].handshake else "plain_sandbox"
    )
    running.reset()
    return running


def misbehave(sandbox: Sandbox, vendor: str, fault: str, **times: Any) -> None:
    path = None if FAULTS[fault].handshake else EVENTS[vendor]
    sandbox.fail(vendor, fault, path=path, **times)


def check_healthy_vendor(sandbox: Sandbox, ended: Ended, vendor: str, began: float) -> None:
    result = ended.result(vendor)
    assert (result["status"], result["attempts"], result["error"]) == ("delivered", 1, "")
    [seen] = posts(sandbox, vendor)
    assert seen.at - began < SEEN, "the other vendor's trouble has delayed it"


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_lasting_fault_ends_as_promised(
    faulty: Sandbox, fault: str, vendor: str, make_step: Any
) -> None:
    promise = expected(fault, vendor)
    misbehave(faulty, vendor, fault)
    step = make_step(faulty, timeout_seconds=str(HASTY if promise.hangs else PATIENT))
    began = time.monotonic()

    ended = step.main()

    took = time.monotonic() - began
    result = ended.result(vendor)
    assert result["status"] == promise.status, result
    assert ended.code == 0
    assert ended.stderr == ""
    assert "has a bug" not in ended.stdout
    assert step.leaks(ended) == []
    assert ended.seconds <= (HASTY if promise.hangs else PATIENT) + OVERDRAFT
    assert took < (HASTY + OVERDRAFT if promise.hangs else 5)
    least, most = promise.seen
    assert least <= len(posts(faulty, vendor)) <= most
    if promise.seen != (0, 0):
        assert result["attempts"] in (len(posts(faulty, vendor)), 0 if promise.hangs else None)
    if vendor == "datadog":
        assert len(sent_ids(faulty)) <= 1, "one deployment has one id, however often it is sent"
    check_healthy_vendor(faulty, ended, other(vendor), began)
    if promise.status == "delivered":
        assert result["error"] == ""
        assert step.outbox == []
        assert ended.outputs["undelivered-path"] == ""
        assert not (step.temp / ended.outputs["undelivered-path"]).is_file()
        check_id(faulty, ended, vendor, promise.id, hangs=promise.hangs)
    else:
        assert promise.told in result["error"]
        assert result["error"] != ""
        [kept] = step.outbox
        assert (kept["vendor"], kept["cause"]) == (vendor, result["error"])
        assert (step.temp / ended.outputs["undelivered-path"]).is_file()
        level = "error" if promise.status == "refused" else "warning"
        [told] = ended.annotations(level)
        assert result["error"] in told
        assert "1 undelivered event" in ended.stdout
        assert "event: replay" in ended.summary


def check_id(sandbox: Sandbox, ended: Ended, vendor: str, its_id: str, *, hangs: bool) -> None:
    """LaunchDarkly's id comes from its list, whatever it answers; Datadog's from the answer alone."""
    given = ended.result(vendor)["id"]
    assert ended.outputs[f"{vendor}-deployment-id"] == given
    if vendor == "launchdarkly":
        [known] = sandbox.deployments("launchdarkly")
        assert given == known["id"] or (hangs and given == "")
        assert ("did not show the deployment" in " ".join(ended.annotations("notice"))) == (
            given == ""
        )
    elif its_id:
        assert {given} == (sent_ids(sandbox) if its_id == "ours" else {its_id})
        assert ended.annotations("notice") == []
    else:
        assert given == ""
        [notice] = ended.annotations("notice")
        assert "Datadog accepted the event, but" in notice


PASSING = [
    (fault, vendor)
    for fault in FAULTS
    for vendor in VENDORS
    if expected(fault, vendor).status == "undelivered"
    and not expected(fault, vendor).hangs
    and not expected(fault, vendor).told.startswith("asks")
]


@pytest.mark.parametrize(("fault", "vendor"), PASSING)
def test_a_passing_fault_is_tried_again_and_delivered(
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
