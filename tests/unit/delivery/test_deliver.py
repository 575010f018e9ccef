"""All vendors in parallel before one deadline, and an outbox that is correct at every moment."""

import socket
import threading
import time
from typing import Any

import pytest

from deployment_events.delivery.event_lines import parse
from deployment_events.delivery.outbox import Outbox
from deployment_events.errors import Section
from deployment_events.http import addresses
from deployment_events.http.deadline import Clock
from deployment_events.messages import Status, undelivered
from sandbox import Fault, Sandbox
from sandbox.faults import Exchange
from sandbox.faults.wire import slow

BOTH = ("launchdarkly", "datadog")


def answered(act: Any, *, accepted: bool = True) -> Fault:
    """A fault that acts before it answers as the vendor would; not accepted, it answers 503."""

    def look(exchange: Exchange) -> None:
        act()
        exchange.respond(exchange.response)

    return Fault("look", "answers, after a look", look, accepted=accepted)


def both(message: Any, count: int) -> list[Any]:
    return [message(number, vendor=vendor) for number in range(count) for vendor in BOTH]


def test_every_event_is_on_disk_before_it_is_sent(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    seen: list[list[str]] = []
    look = answered(
        lambda: seen.append([message.service for message in parse(delivery.path.read_text())])
    )
    sandbox.fail("datadog", look, times=1)
    delivery.deliver(message(0), message(1), message(2))
    assert seen == [["service-0", "service-1", "service-2"]]


def test_accepted_events_are_removed_while_others_are_sent(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    delivery = make_delivery(clock=Clock(), seconds=0.8)
    sandbox.fail("launchdarkly", "hang", path="deployment-events")
    left: list[set[str]] = []

    def watch() -> None:
        time.sleep(0.6)
        left.append({message.vendor for message in parse(delivery.path.read_text())})

    watcher = threading.Thread(target=watch)
    watcher.start()
    delivery.deliver(*both(message, 2))
    watcher.join()
    assert left == [{"launchdarkly"}]


def test_an_empty_outbox_is_deleted(delivery: Any, message: Any) -> None:
    results = delivery.deliver(*both(message, 2))
    assert [result.status for result in results] == [Status.DELIVERED] * 4
    assert not delivery.path.exists()
    assert list(delivery.folder.iterdir()) == []


def test_results_are_in_the_order_of_their_messages(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    sandbox.fail("datadog", 503, times=7)
    messages = both(message, 10)
    results = delivery.deliver(*messages)
    assert [(result.vendor, result.service) for result in results] == [
        (message.vendor, message.service) for message in messages
    ]


def test_an_event_that_is_not_accepted_stays_with_its_cause(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    sandbox.fail("datadog", 403)
    [result] = delivery.deliver(message(0))
    [kept] = delivery.kept
    assert kept.cause == result.error == 'HTTP 403, "Forbidden"'
    assert kept.model_copy(update={"cause": ""}) == message(0)


def test_messages_of_a_vendor_without_its_key_are_kept_and_not_sent(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    settings = {"launchdarkly": delivery.settings["launchdarkly"]}
    results = delivery.deliver(*both(message, 1), settings=settings)
    assert [result.status for result in results] == [Status.DELIVERED, Status.UNDELIVERED]
    assert results[1].error == "Datadog's key is not set"
    assert results[1].fix == "Set `datadog-api-key`."
    assert results[1].section is Section.REPLAY
    assert [message.vendor for message in delivery.kept] == ["datadog"]
    assert sandbox.requests("datadog") == []


def test_a_withheld_message_is_kept_and_not_sent(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    messages = [message(0), message(1), message(2, vendor="launchdarkly")]
    withheld = {1: undelivered(messages[1], "a secret")}
    sent, kept, other = delivery.deliver(*messages, withheld=withheld)
    assert [result.status for result in (sent, other)] == [Status.DELIVERED, Status.DELIVERED]
    assert kept == withheld[1]
    assert [message.cause for message in delivery.kept] == ["a secret"]
    assert len(sandbox.requests("datadog")) == 1


def test_the_delivery_is_kept_if_the_remaining_events_are_on_disk(
    delivery: Any, sandbox: Sandbox, message: Any, tmp_path: Any
) -> None:
    sandbox.fail("datadog", 403)
    assert delivery.delivered(message(0)).kept
    (tmp_path / "file").write_text("not a folder")
    delivery.path = tmp_path / "file" / "outbox.jsonl"
    assert not delivery.delivered(message(0)).kept


def test_a_delivery_of_no_messages_is_empty_and_kept(delivery: Any) -> None:
    assert delivery.delivered() == ((), True)


@pytest.mark.parametrize("vendor", BOTH)
def test_an_unsupported_proxy_refuses_the_messages_of_the_vendor(
    delivery: Any, sandbox: Sandbox, message: Any, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "socks5://127.0.0.1:9")
    results = delivery.deliver(message(0, vendor=vendor), message(1, vendor=vendor))
    assert {(result.status, result.attempts) for result in results} == {(Status.REFUSED, 0)}
    assert {result.error for result in results} == {"SOCKS proxies are not supported"}
    assert all("to an HTTP proxy" in result.fix for result in results)
    assert len(delivery.kept) == 2
    assert sandbox.requests(vendor) == []


def test_a_vendor_that_hangs_does_not_delay_the_other(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    delivery = make_delivery(clock=Clock(), seconds=0.6)
    sandbox.fail("launchdarkly", "hang")
    began = time.monotonic()
    results = delivery.deliver(*both(message, 20))
    assert time.monotonic() - began < 0.6 + 1
    datadog = [result for result in results if result.vendor == "datadog"]
    assert {one.status for one in datadog} == {Status.DELIVERED}
    assert all(request.at - began < 0.5 for request in sandbox.requests("datadog"))
    assert {result.status for result in results if result.vendor == "launchdarkly"} == {
        Status.UNDELIVERED
    }
    assert len(delivery.kept) == 20


@pytest.mark.parametrize("fault", ["hang", "drip-headers"])
def test_the_error_of_an_unsent_event_contains_the_reason(
    make_delivery: Any, sandbox: Sandbox, message: Any, fault: str
) -> None:
    delivery = make_delivery(clock=Clock(), seconds=0.3)
    sandbox.fail("datadog", fault)
    results = delivery.deliver(*(message(number) for number in range(15)))
    assert all("time" in result.error for result in results)
    assert len(sandbox.requests("datadog")) == 10
    assert len(delivery.kept) == 15


def test_a_name_server_that_hangs_cannot_exceed_the_deadline(
    make_delivery: Any, sandbox: Sandbox, message: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    real = socket.getaddrinfo

    def hang(host: Any, *rest: Any, **more: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            released.wait(20)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(addresses, "_ANSWERED", {})
    delivery = make_delivery(clock=Clock(), seconds=0.3)
    began = time.monotonic()
    [result] = delivery.deliver(message(0))
    assert time.monotonic() - began < 1.3
    assert result.status is Status.UNDELIVERED
    assert delivery.kept != []
    released.set()


def test_a_cancel_ends_the_network_within_the_grace(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    clock = Clock()
    delivery = make_delivery(clock=clock, seconds=30)
    sandbox.fail("datadog", "hang")
    threading.Timer(0.1, clock.stop).start()
    began = time.monotonic()
    [result] = delivery.deliver(message(0))
    assert time.monotonic() - began < 2
    assert result.status is Status.UNDELIVERED
    assert [message.service for message in delivery.kept] == ["service-0"]


def test_a_cancel_between_two_tries_ends_the_retries(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    clock = Clock()
    delivery = make_delivery(clock=clock, seconds=30)
    sandbox.fail("datadog", 503)
    threading.Timer(0.3, clock.stop).start()
    began = time.monotonic()
    [result] = delivery.deliver(message(0))
    assert time.monotonic() - began < 2.5
    assert result.status is Status.UNDELIVERED
    assert len(sandbox.requests("datadog")) < 8


def test_a_response_in_the_last_second_is_used(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    delivery = make_delivery(clock=Clock(), seconds=0.5)
    sandbox.fail("datadog", slow(0.35))
    [result] = delivery.deliver(message(0))
    assert result.status is Status.DELIVERED


def test_a_full_disk_is_a_warning_and_the_events_are_sent(
    delivery: Any, sandbox: Sandbox, message: Any, tmp_path: Any
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    delivery.path = blocked / "outbox.jsonl"
    results = delivery.deliver(message(0), message(1))
    assert {result.status for result in results} == {Status.DELIVERED}
    assert len([line for line in delivery.log if "cannot be saved" in line]) == 1


def test_a_disk_that_fills_up_is_warned_of_once(
    tmp_path: Any, message: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    outbox = Outbox(tmp_path / "outbox.jsonl", warnings.append)
    outbox.keep([message(0), message(1)])

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left")

    for name in ("write_for_runner", "write_in_place"):
        monkeypatch.setattr(f"deployment_events.delivery.outbox.{name}", fail)
    outbox.keep([message(0)])
    outbox.keep([message(1)])
    assert warnings == [
        "Undelivered events cannot be saved in the runner's temporary folder: No space left."
    ]
    assert len(parse((tmp_path / "outbox.jsonl").read_text())) == 2, (
        "the earlier message is still complete"
    )


def test_the_progress_of_a_long_list_is_logged(
    delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    sandbox.fail("datadog", 503)
    delivery.deliver(*(message(number) for number in range(30)))
    progress = [line for line in delivery.log if "responses received" in line]
    assert progress
    assert all(line.endswith("of 30 responses received") for line in progress)


def test_no_event_is_retried_after_a_cancel(
    make_delivery: Any, sandbox: Sandbox, message: Any
) -> None:
    clock = Clock()
    delivery = make_delivery(clock=clock)
    sandbox.fail("datadog", answered(clock.stop, accepted=False))
    results = delivery.deliver(*(message(number) for number in range(50)))
    assert {result.status for result in results} == {Status.UNDELIVERED}
    assert {result.attempts for result in results} == {1}
    assert len(delivery.kept) == 50


def test_a_gzip_bomb_is_not_unpacked(sandbox: Sandbox, delivery: Any, message: Any) -> None:
    import tracemalloc  # noqa: PLC0415

    sandbox.fail("datadog", "gzip-bomb", times=1)
    delivery.deliver(message(1))  # loads what loads once
    sandbox.fail("datadog", "gzip-bomb", times=1)
    tracemalloc.start()
    [result] = delivery.deliver(message(0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.status == "delivered"
    assert peak < 20_000_000
