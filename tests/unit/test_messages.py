"""Responses, results and the entries of `results`."""

import json

import pytest
from support.deployments import result

from deployment_events.deployment import Event
from deployment_events.messages import Message, Response, Status


@pytest.mark.parametrize(
    ("status", "accepted"), [(199, False), (200, True), (202, True), (299, True), (300, False)]
)
def test_any_2xx_is_accepted(status: int, accepted: bool) -> None:
    assert Response(status, {}, b"").accepted is accepted


@pytest.mark.parametrize(
    ("status", "lost"),
    [
        (Status.DELIVERED, False),
        (Status.REFUSED, True),
        (Status.UNDELIVERED, True),
        (Status.SKIPPED, False),
        (Status.DRY_RUN, False),
    ],
)
def test_only_refused_and_undelivered_events_are_lost(status: Status, lost: bool) -> None:
    assert status.is_lost is lost


def test_an_entry_of_results_has_the_documented_fields() -> None:
    row = result(Status.DRY_RUN, id="i", error="e", fix="not documented", note="n").as_output()
    assert json.loads(json.dumps(row)) == {
        "service": "checkout",
        "vendor": "launchdarkly",
        "event": "finished",
        "status": "dry-run",
        "id": "i",
        "attempts": 1,
        "error": "e",
        "note": "n",
    }


def test_the_statuses_are_the_documented_ones() -> None:
    assert {status.value for status in Status} == {
        "delivered",
        "refused",
        "undelivered",
        "skipped",
        "dry-run",
        "valid",
    }


def test_a_saved_message_has_the_fields_that_other_versions_read() -> None:
    saved = Message(
        vendor="datadog", kind="deployment", service="s", event=Event.FINISHED, at=1, body={}
    )
    assert saved.model_dump(mode="json") == {
        "format": 1,
        "vendor": "datadog",
        "kind": "deployment",
        "service": "s",
        "event": "finished",
        "at": 1,
        "body": {},
        "id": "",
        "search": None,
        "cause": "",
    }
