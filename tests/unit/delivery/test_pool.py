"""One vendor's worker pool: its order, its connections, its look-ups and its bugs."""

import itertools
import re
import time
from typing import Any

import pytest

from deployment_events.deployment import Event
from deployment_events.errors import Section
from deployment_events.http.deadline import Clock
from deployment_events.http.transport import Transport
from deployment_events.messages import Message, Status
from deployment_events.vendors.launchdarkly.search import DeploymentSearch
from deployment_events.vendors.launchdarkly.vendor import LaunchDarkly
from sandbox import Fault, Sandbox
from sandbox.faults.base import Exchange
from sandbox.messages import json_response

BOTH = ("launchdarkly", "datadog")
INTERNAL_ERROR = re.compile(
    r"internal error, (?P<type>\w+) at test_pool\.py:\d+: please open an issue"
)


def test_a_hundred_services_share_ten_connections_a_vendor_and_two_seconds(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    delivery = make_delivery(clock=Clock())
    sandbox.latency = 0.1
    messages = [message(number, vendor=vendor) for number in range(100) for vendor in BOTH]
    before = {vendor: sandbox.connections(vendor) for vendor in BOTH}
    began = time.monotonic()
    results = delivery.deliver(*messages)
    took = time.monotonic() - began
    assert {result.status for result in results} == {Status.DELIVERED}
    assert all(result.id for result in results)
    assert took < 2.5
    for vendor in BOTH:
        assert 1 <= sandbox.connections(vendor) - before[vendor] <= 10
    assert len({result.id for result in results}) == 200
    lists = [request for request in sandbox.requests("launchdarkly") if request.method == "GET"]
    assert len(lists) == 1, "one list request serves a hundred services"


def test_the_start_of_a_service_is_sent_before_its_finish(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    sandbox.fail("launchdarkly", 503, times=3)
    end = message(0, vendor="launchdarkly")
    start = message(0, vendor="launchdarkly", at=end.at - 60_000, event=Event.STARTED)
    results = delivery.deliver(end, start)
    assert {result.status for result in results} == {Status.DELIVERED}
    accepted = [
        request.body["eventType"]
        for request in sandbox.requests("launchdarkly")
        if request.method == "POST"
    ]
    assert accepted == ["started"] * 4 + ["finished"]


def test_a_finish_is_not_sent_if_its_start_was_refused(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    sandbox.fail("launchdarkly", 400, times=1)
    end = message(0, vendor="launchdarkly")
    start = message(0, vendor="launchdarkly", at=end.at - 60_000, event=Event.STARTED)
    results = delivery.deliver(start, end)
    assert [result.status for result in results] == [Status.REFUSED, Status.UNDELIVERED]
    assert results[1].error == "not sent, because the `started` event was not accepted"
    assert len(sandbox.requests("launchdarkly")) == 1
    assert len(delivery.kept) == 2


@pytest.mark.parametrize(
    ("status", "section", "useless"),
    [(404, Section.NOT_FOUND, True), (401, Section.UNAUTHORIZED, False)],
)
def test_a_finish_that_is_not_sent_has_the_advice_of_its_start(
    delivery: Any, sandbox: Sandbox, message: Any, status: int, section: Section, useless: bool
) -> None:
    sandbox.fail("launchdarkly", status)
    end = message(0, vendor="launchdarkly")
    start = message(0, vendor="launchdarkly", at=end.at - 60_000, event=Event.STARTED)
    for result in delivery.deliver(start, end):
        assert (result.section, result.retry_is_useless) == (section, useless)


def test_no_event_depends_on_a_custom_event(delivery: Any, sandbox: Sandbox, message: Any) -> None:
    sandbox.fail("launchdarkly", 400, times=1)
    end = message(0, vendor="launchdarkly")
    custom = message(0, vendor="launchdarkly", at=end.at - 60_000, event=Event.CUSTOM)
    results = delivery.deliver(custom, end)
    assert [result.status for result in results] == [Status.REFUSED, Status.DELIVERED]


def test_a_failure_of_one_service_does_not_affect_another(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    sandbox.fail("datadog", 400, times=1)
    results = delivery.deliver(*(message(number) for number in range(30)))
    statuses = sorted(result.status for result in results)
    assert statuses == [Status.DELIVERED] * 29 + [Status.REFUSED]
    assert len(delivery.kept) == 1


def test_a_bug_in_one_message_does_not_stop_the_others(
    delivery: Any, sandbox: Sandbox, message: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Transport.send

    def send(self: Any, request: Any, *rest: Any) -> Any:
        if request.body and request.body["data"]["attributes"]["service"] == "service-1":
            raise KeyError("a bug")
        return real(self, request, *rest)

    monkeypatch.setattr(Transport, "send", send)
    results = delivery.deliver(*(message(number) for number in range(3)))
    assert [result.status for result in results] == [
        Status.DELIVERED,
        Status.UNDELIVERED,
        Status.DELIVERED,
    ]
    assert INTERNAL_ERROR.fullmatch(results[1].error)["type"] == "KeyError"
    assert "a bug" not in results[1].error
    assert [message.service for message in delivery.kept] == ["service-1"]


class TestBugsInLookups:
    """A bug is reported with its place, and never as a lack of time."""

    @pytest.fixture(params=[(LaunchDarkly, "lookup"), (DeploymentSearch, "take")], ids=str)
    def bug(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any) -> Any:
            raise RuntimeError("may hold a key")

        monkeypatch.setattr(*request.param, fail)

    @pytest.mark.usefixtures("bug")
    def test_a_message_that_needs_the_id_is_undelivered_and_the_others_are_sent(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        needing = change(message(0, vendor="launchdarkly"))
        results = delivery.deliver(needing, message(1, vendor="launchdarkly"), message(2))
        assert [result.status for result in results] == [
            Status.UNDELIVERED,
            Status.DELIVERED,
            Status.DELIVERED,
        ]
        assert INTERNAL_ERROR.fullmatch(results[0].error)["type"] == "RuntimeError"
        assert [message.cause for message in delivery.kept] == [results[0].error]
        assert {request.method for request in sandbox.requests("launchdarkly")} <= {"GET", "POST"}

    @pytest.mark.usefixtures("bug")
    def test_an_accepted_event_stays_delivered_and_a_note_and_the_log_name_the_bug(
        self, delivery: Any, message: Any
    ) -> None:
        [result] = delivery.deliver(message(0, vendor="launchdarkly"))
        assert (result.status, result.id, result.error) == (Status.DELIVERED, "", "")
        found = INTERNAL_ERROR.search(result.note)
        assert found is not None
        assert found["type"] == "RuntimeError"
        assert result.note == (
            f"LaunchDarkly accepted the event, but its ID could not be read ({found[0]})."
        )
        [line] = delivery.log
        assert line == f"LaunchDarkly: the deployment IDs could not be read ({found[0]})"
        assert delivery.kept == []


@pytest.mark.parametrize("method", ["deployment_key", "needs_lookup", "explain", "read_id"])
def test_a_bug_in_a_vendor_is_reported_with_its_place(
    delivery: Any, sandbox: Sandbox, message: Any, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("a bug")

    if method == "explain":
        sandbox.fail("launchdarkly", 400)
    monkeypatch.setattr(LaunchDarkly, method, fail)
    messages = [message(number, vendor="launchdarkly") for number in range(3)]
    results = delivery.deliver(*messages, message(0))
    assert [result.status for result in results] == [*[Status.UNDELIVERED] * 3, Status.DELIVERED]
    assert all(INTERNAL_ERROR.fullmatch(result.error) for result in results[:3])
    monkeypatch.undo()
    assert len(delivery.kept) == 3


def test_an_event_that_follows_a_bug_of_the_same_deployment_is_not_sent(
    delivery: Any, sandbox: Sandbox, message: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LaunchDarkly.request
    calls = []

    def fail_in_the_second_call(*arguments: Any) -> Any:
        calls.append(arguments)
        # The first call prepares the transport.
        if len(calls) == 2:
            raise RuntimeError("a bug")
        return real(*arguments)

    monkeypatch.setattr(LaunchDarkly, "request", fail_in_the_second_call)
    end = message(0, vendor="launchdarkly")
    start = message(0, vendor="launchdarkly", at=end.at - 60_000, event=Event.STARTED)
    results = delivery.deliver(start, end)
    assert INTERNAL_ERROR.fullmatch(results[0].error)
    assert results[1].error == "not sent, because the `started` event was not accepted"
    assert sandbox.requests("launchdarkly") == []


class TestRequiredLookups:
    def test_a_found_id_is_in_the_request(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        [event] = delivery.deliver(message(0, vendor="launchdarkly"))
        [result] = delivery.deliver(change(message(0, vendor="launchdarkly")))
        assert (result.status, result.id) == (Status.DELIVERED, event.id)
        [patch] = [
            request for request in sandbox.requests("launchdarkly") if request.method == "PATCH"
        ]
        assert patch.path.endswith(event.id)

    def test_without_the_deployment_nothing_is_changed(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        [result] = delivery.deliver(change(message(0, vendor="launchdarkly")))
        assert (result.status, result.attempts) == (Status.REFUSED, 0)
        assert result.error == "LaunchDarkly lists no deployment of this version"
        assert "`launchdarkly-deployment-id`" in result.fix
        assert result.section is Section.UPDATE
        assert [request.method for request in sandbox.requests("launchdarkly")] == ["GET"]

    def test_a_refused_lookup_refuses_the_change_with_its_fix(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        sandbox.fail("launchdarkly", 403, path="insights/deployments")
        needing = change(message(0, vendor="launchdarkly"))
        changed, sent = delivery.deliver(needing, message(1, vendor="launchdarkly"))
        assert (changed.status, changed.attempts) == (Status.REFUSED, 0)
        assert changed.error.startswith("HTTP 403")
        assert "Writer" in changed.fix
        assert sent.status is Status.DELIVERED

    def test_an_unavailable_lookup_leaves_the_change_undelivered(
        self, make_delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        sandbox.fail("launchdarkly", "retry-after-day", path="insights/deployments")
        delivery = make_delivery()
        [result] = delivery.deliver(change(message(0, vendor="launchdarkly")))
        assert result.status is Status.UNDELIVERED
        assert "it asks for a wait of 86400 s" in result.error
        assert len(delivery.kept) == 1

    def test_endless_pages_cause_a_limited_number_of_requests(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        [event] = delivery.deliver(message(0, vendor="launchdarkly"))
        sandbox.fail("launchdarkly", circle(3, deployment(event.id)), path="insights/deployments")
        found, missing = delivery.deliver(
            change(message(0, vendor="launchdarkly")), change(message(1, vendor="launchdarkly"))
        )
        assert (found.status, found.id) == (Status.DELIVERED, event.id)
        assert missing.status is Status.REFUSED
        assert missing.error == ("LaunchDarkly's list of deployments is too long to find this one")
        lists = [request for request in sandbox.requests("launchdarkly") if request.method == "GET"]
        assert len(lists) <= 6

    @pytest.mark.parametrize("failure", ["retry-after-day", 403])
    def test_a_deployment_of_an_earlier_page_is_changed_if_a_later_page_fails(
        self, delivery: Any, sandbox: Sandbox, message: Any, failure: str | int
    ) -> None:
        [event] = delivery.deliver(message(0, vendor="launchdarkly"))
        path = "insights/deployments"
        sandbox.fail("launchdarkly", circle(9, deployment(event.id)), path=path, times=1)
        sandbox.fail("launchdarkly", failure, path=path, times=1)
        found, missing = delivery.deliver(
            change(message(0, vendor="launchdarkly")), change(message(1, vendor="launchdarkly"))
        )
        assert (found.status, found.id) == (Status.DELIVERED, event.id)
        assert missing.status.is_lost
        assert "HTTP 4" in missing.error

    def test_slow_pages_leave_time_for_the_change(
        self, make_delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        delivery = make_delivery()
        [event] = delivery.deliver(message(0, vendor="launchdarkly"))

        def slow(exchange: Exchange) -> None:
            delivery.clock.wait(1)
            answer(exchange)

        answer = circle(10**6, deployment(event.id)).act
        fault = Fault("slow", "a page in 1 s", slow, accepted=True)
        sandbox.fail("launchdarkly", fault, path="insights/deployments")
        [result] = delivery.deliver(change(message(0, vendor="launchdarkly")))
        assert (result.status, result.id) == (Status.DELIVERED, event.id)

    def test_an_id_is_read_back_from_an_endless_list(
        self, delivery: Any, sandbox: Sandbox, message: Any
    ) -> None:
        sandbox.fail("launchdarkly", circle(2, deployment("found")), path="insights/deployments")
        [result] = delivery.deliver(message(0, vendor="launchdarkly"))
        assert (result.status, result.id, result.note) == (Status.DELIVERED, "found", "")
        assert delivery.log == []


def deployment(id_: str) -> dict[str, Any]:
    """Return the deployment of service-0 as LaunchDarkly lists it."""
    return {
        "id": id_,
        "environmentKey": "production",
        "applicationKey": "service-0",
        "applicationVersion": "1.0",
        "startedAt": 1_777_887_000_000,
    }


def circle(length: int, first: dict[str, Any]) -> Fault:
    """Return pages whose cursors repeat after `length`; the first page lists one deployment."""
    numbers = itertools.count()

    def act(exchange: Exchange) -> None:
        if exchange.request.method != "GET":
            exchange.respond(exchange.response)
            return
        number = next(numbers)
        page = {
            "items": [] if number else [first],
            "_links": {"next": {"href": f"?after=cursor-{number % length}"}},
        }
        exchange.respond(json_response(200, page))

    return Fault("circle", "pages without an end", act, accepted=True)


def change(event: Message) -> Message:
    """Return the message that changes an event's deployment, whose ID must be looked up."""
    body = [{"op": "replace", "path": "/status", "value": "failed"}]
    changes = {"kind": "deployment-patch", "event": Event.UPDATE, "body": body}
    return event.model_copy(update=changes)
