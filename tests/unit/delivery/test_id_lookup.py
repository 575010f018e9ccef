"""Reading IDs back: the event is accepted, whatever happens to the list of deployments."""

import time
from typing import Any

import pytest
from support.faults import answer
from support.keys import LAUNCHDARKLY_TOKEN

from deployment_events.delivery import id_lookup
from deployment_events.http.deadline import Clock
from deployment_events.messages import Status
from sandbox import Sandbox


def test_an_id_that_is_listed_later_is_found(delivery: Any, sandbox: Sandbox, message: Any) -> None:
    sandbox.fail(
        "launchdarkly",
        answer(200, {"items": []}, accepted=True),
        times=2,
        path="insights/deployments",
    )
    [result] = delivery.deliver(message(0, vendor="launchdarkly"))
    assert result.id == sandbox.deployments("launchdarkly")[0]["id"]
    assert delivery.clock.waits == [0.25, 0.5]


@pytest.mark.parametrize(
    "fault",
    [
        *(
            "status-400",
            "status-403",
            "status-500",
            "retry-after-day",
            "html-body",
            "deep-json",
            "null-body",
        ),
        *(
            "list-body",
            "items-scalars",
            "data-list",
            "reset-after-reading",
            "close-without-answer",
            "id-path",
        ),
        *(
            "id-huge",
            "id-newlines",
            "id-number",
            "id-empty",
            "no-id",
            "redirect-302-foreign",
            "big-body",
        ),
    ],
)
def test_a_faulty_list_does_not_affect_an_accepted_event(
    delivery: Any, sandbox: Sandbox, message: Any, fault: str
) -> None:
    sandbox.fail("launchdarkly", fault, path="insights/deployments")
    [result] = delivery.deliver(message(0, vendor="launchdarkly"))
    assert (result.status, result.id, result.error) == (Status.DELIVERED, "", "")
    assert not delivery.path.exists()
    assert sum(delivery.clock.waits) <= 2


@pytest.mark.parametrize(
    "fault", ["hang", "drip-headers", "drip-body", "continue-flood", "endless-body"]
)
def test_a_list_that_hangs_delays_the_stage_by_at_most_two_seconds(
    make_delivery: Any,
    sandbox: Sandbox,
    message: Any,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deployment_events.delivery.id_lookup._READ_BACK_SECONDS", 0.3)
    delivery = make_delivery(clock=Clock())
    sandbox.fail("launchdarkly", fault, path="insights/deployments")
    began = time.monotonic()
    results = delivery.deliver(message(0, vendor="launchdarkly"), message(0))
    assert time.monotonic() - began < 0.3 + 2
    assert {result.status for result in results} == {Status.DELIVERED}


def test_reading_ids_back_takes_at_most_two_seconds() -> None:
    assert id_lookup._READ_BACK_SECONDS == 2


def test_an_id_that_contains_the_key_is_not_shown(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    delivery = make_delivery(hide=lambda text: text.replace("api-0123", "***"))
    item = {"id": "api-0123", "environmentKey": "production", "applicationKey": "service-0"}
    item |= {"applicationVersion": "1.0", "startedAt": 2_000_000_000_000}
    sandbox.fail(
        "launchdarkly",
        answer(200, {"items": [item]}, accepted=True),
        path="insights/deployments",
    )
    sandbox.fail("datadog", answer(200, {"data": {"id": "api-0123"}}, accepted=True))
    results = delivery.deliver(message(0, vendor="launchdarkly"), message(0))
    assert [(result.status, result.id) for result in results] == [(Status.DELIVERED, "")] * 2


def test_the_key_is_sent_to_the_list_but_not_in_its_url(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    delivery.deliver(message(0, vendor="launchdarkly"))
    [asked] = [request for request in sandbox.requests("launchdarkly") if request.method == "GET"]
    assert asked.headers["authorization"] == LAUNCHDARKLY_TOKEN
    assert LAUNCHDARKLY_TOKEN not in str(asked.query)
