"""Two vendors with different rate limits: each limit applies to its vendor only."""

from typing import Any

import pytest
from support.step import VENDORS

from sandbox import Sandbox
from sandbox.faults.statuses import retry_after

SERVICES = "one\ntwo\nthree"
NO_WAIT = retry_after("0", name="retry-after-0", description="429, asks for no wait")


@pytest.mark.parametrize("patient", VENDORS)
@pytest.mark.parametrize("limit", ["retry-after-day", "retry-after-date-day"])
def test_a_wait_beyond_the_deadline_and_no_wait_do_not_affect_each_other(
    make_step: Any, sandbox: Sandbox, patient: str, limit: str
) -> None:
    [other] = set(VENDORS) - {patient}
    sandbox.fail(patient, limit)
    sandbox.fail(other, NO_WAIT, times=3)
    step = make_step(sandbox, service=SERVICES, timeout_seconds="30")
    ended = step.main()
    assert ended.code == 0
    results = {
        name: [result for result in ended.results if result["vendor"] == name]
        for name in (patient, other)
    }
    assert {row["status"] for row in results[patient]} == {"undelivered"}
    assert all("longer than the time left" in result["error"] for result in results[patient])
    assert {result["attempts"] for result in results[patient]} == {1}
    assert {result["status"] for result in results[other]} == {"delivered"}
    assert sum(result["attempts"] for result in results[other]) == 6, "each refusal is tried again"
    assert ended.seconds < 5
    assert {line["vendor"] for line in step.outbox} == {patient}
    assert len(step.outbox) == 3
    [warning] = ended.annotations("warning")
    assert warning.startswith("LaunchDarkly" if patient == "launchdarkly" else "Datadog")


def test_a_vendor_that_may_be_waited_for_does_not_hold_up_the_other(
    make_step: Any, sandbox: Sandbox
) -> None:
    wait = retry_after("20", name="retry-after-20", description="429, asks to wait 20 s")
    sandbox.fail("datadog", wait, times=1)
    step = make_step(sandbox, service=SERVICES, timeout_seconds="30")
    ended = step.main()
    assert {row["status"] for row in ended.results} == {"delivered"}
    assert max(step.clock.waits) == pytest.approx(20, abs=0.1)
    attempts = {(result["vendor"], result["attempts"]) for result in ended.results}
    assert ("launchdarkly", 1) in attempts
    assert ("launchdarkly", 2) not in attempts
    assert ("datadog", 2) in attempts
