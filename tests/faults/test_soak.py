"""Events with a third of all responses faulty: each is accepted with one ID, or kept."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from support.step import VENDORS, Step

from sandbox import Sandbox

SERVICES = 250
FAULTS = (
    *(
        "status-500",
        "status-503",
        "status-408",
        "status-429",
        "retry-after-seconds",
        "status-400",
        "status-403",
    ),
    *(
        "accept-then-reset",
        "accept-then-close",
        "reset-before-reading",
        "close-without-answer",
        "reset-mid-body",
    ),
    *(
        "html-body",
        "truncated-json",
        "status-204",
        "status-202",
        "redirect-302-foreign",
        "echo-key",
    ),
)
SHARE = 0.30


def spread(sandbox: Sandbox, share: float) -> None:
    """Install every fault so that together they hit this share of the requests."""
    each = 1 - (1 - share) ** (1 / len(FAULTS))
    for vendor in VENDORS:
        for fault in FAULTS:
            sandbox.fail(vendor, fault, probability=each)


def check_nothing_in_between(sandbox: Sandbox, step: Step, results: list[dict[str, Any]]) -> None:
    kept = {(line["vendor"], line["service"]) for line in step.outbox}
    assert len(kept) == len(step.outbox)
    known = {
        "launchdarkly": {
            deployment["applicationKey"] for deployment in sandbox.deployments("launchdarkly")
        },
        "datadog": {reported["service"] for reported in sandbox.deployments("datadog")},
    }
    for result in results:
        if result["status"] == "delivered":
            assert result["service"] in known[result["vendor"]], (
                f"reported as delivered, and is not: {result}"
            )
            assert (result["vendor"], result["service"]) not in kept
        else:
            assert result["status"] in ("refused", "undelivered")
            assert (result["vendor"], result["service"]) in kept, (
                f"neither delivered nor kept: {result}"
            )
    ids: dict[str, set[str]] = {}
    for request in sandbox.requests("datadog"):
        if request.body:
            attributes = request.body["data"]["attributes"]
            ids.setdefault(attributes["service"], set()).add(attributes["id"])
    assert {len(each) for each in ids.values()} == {1}, (
        "each deployment has one id, however often it was sent"
    )
    assert len(set.union(*ids.values())) == len(ids)


def test_no_event_is_lost_or_duplicated(make_step: Any, running: Sandbox) -> None:
    running.reset()
    spread(running, SHARE)
    services = "\n".join(f"service-{number}" for number in range(SERVICES))
    step = make_step(running, service=services, timeout_seconds="3600")

    ended = step.main()

    assert ended.code == 0
    assert len(ended.results) == SERVICES * len(VENDORS)
    posts = [request for request in running.requests() if request.method == "POST"]
    hit = sum(sent.fault is not None for sent in posts) / len(posts)
    assert abs(hit - SHARE) < 0.07, "the share of faults is not that of the test"
    check_nothing_in_between(running, step, ended.results)
    assert sum(result["attempts"] for result in ended.results) == len(posts)
    lost = [result for result in ended.results if result["status"] != "delivered"]
    assert 10 <= len(lost) <= 150, "refusals are not tried again, and outages are"
    assert {row["status"] for row in lost} == {"refused"}
    assert step.leaks(ended) == []

    running.heal()
    file = step.temp / ended.outputs["undelivered-path"]
    again = make_step(running, "again", event="replay", replay=str(file), started_at="auto").main()

    assert again.code == 0
    assert {result["status"] for result in again.results} == {"delivered"}
    assert len(again.results) == len(lost)
    assert not Path(file).exists()
    for vendor in VENDORS:
        assert len(running.deployments(vendor)) == SERVICES
    deployments = running.deployments("launchdarkly")
    assert Counter(len(deployment["events"]) for deployment in deployments) == {1: SERVICES}
    check_nothing_in_between(running, step, again.results)
    repeated = sum(request.accepted for request in posts) - len(ended.results) + len(lost)
    print(
        f"\n{len(ended.results)} events, {len(posts)} requests, {hit:.0%} with a fault; "
        f"{len(ended.results) - len(lost)} delivered, {len(lost)} refused and replayed; "
        f"{repeated} accepted more than once, none under a second ID"
    )


def test_a_job_with_faults_in_both_stages_loses_no_event(make_step: Any, running: Sandbox) -> None:
    running.reset()
    spread(running, SHARE)
    services = "\n".join(f"service-{number}" for number in range(60))
    step = make_step(
        running, event="auto", started_at="auto", service=services, timeout_seconds="3600"
    )
    started = step.main()
    ended = step.post()
    assert (started.code, ended.code) == (0, 0)
    began = json.loads(step.state["deployment"])["facts"]["started_at"]
    kept = {(line["vendor"], line["service"], line["event"]) for line in step.outbox}
    known = {
        deployment["applicationKey"]: deployment
        for deployment in running.deployments("launchdarkly")
    }
    for number in range(60):
        name = f"service-{number}"
        for event in ("started", "finished"):
            received = {each["eventType"] for each in known.get(name, {}).get("events", [])}
            assert event in received or ("launchdarkly", name, event) in kept
        if name in known and ("launchdarkly", name, "started") not in kept:
            assert known[name]["startedAt"] == began
    measured = {reported["service"] for reported in running.deployments("datadog")}
    assert all(
        f"service-{n}" in measured or ("datadog", f"service-{n}", "finished") in kept
        for n in range(60)
    )
