"""A sandbox, and the pieces of delivery set up to reach it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.clocks import SkippingClock
from support.inprocess import SHA, make_sandbox, vendor_inputs
from support.quick import cleared

from deployment_events.delivery.deliver import Courier
from deployment_events.delivery.outbox import Outbox, parse
from deployment_events.delivery.vendor_client import Tools, VendorClient
from deployment_events.deployment import Event
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from deployment_events.inputs.read import read_inputs
from deployment_events.messages import DeliveryResult, Message
from deployment_events.vendors.base import Settings
from deployment_events.vendors.registry import VENDORS
from sandbox import Sandbox

NOW = 1_777_887_000_000
STARTED = NOW - 60_000


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with make_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield from cleared(running)


def finished(
    number: int = 0, *, vendor: str = "datadog", at: int = NOW, event: Event = Event.FINISHED
) -> Message:
    """A service's event for one vendor, in the body that this vendor takes."""
    service = f"service-{number}"
    if vendor == "datadog":
        id_ = f"4217.1:{service}:{at}"
        attributes = {
            "service": service,
            "started_at": STARTED,
            "finished_at": at,
            "id": id_,
            "git": {"commit_sha": SHA, "repository_url": "https://github.com/octo-org/shop"},
        }
        body: Any = {"data": {"attributes": attributes}}
        return Message(
            vendor=vendor, kind="deployment", service=service, event=event, at=at, body=body, id=id_
        )
    where = {
        "projectKey": "default",
        "environmentKey": "production",
        "applicationKey": service,
        "version": "1.0",
    }
    body = {**where, "eventType": event.value, "eventTime": at}
    search = {**where, "since": STARTED}
    return Message(
        vendor=vendor,
        kind="deployment-event",
        service=service,
        event=event,
        at=at,
        body=body,
        search=search,
    )


@dataclass
class Delivery:
    """All of delivery, pointed at the sandbox."""

    sandbox: Sandbox
    folder: Path
    clock: Clock = field(default_factory=SkippingClock)
    seconds: float = 30
    log: list[str] = field(default_factory=list)
    hide: Callable[[str], str] = str

    def __post_init__(self) -> None:
        raw = {**vendor_inputs(self.sandbox), "environment": "production"}
        self.settings: dict[str, Settings] = read_inputs(raw, NOW).settings
        self.transport = Transport(10)
        self.path = self.folder / "outbox.jsonl"

    def budget(self) -> Deadline:
        return Deadline(self.clock, self.seconds)

    def vendor(self, name: str) -> VendorClient:
        vendor = VendorClient(
            VENDORS[name],
            self.settings[name],
            Tools(self.transport, self.clock, self.budget(), self.hide, self.log.append),
        )
        self.transport.prepare(self.sandbox.datadog_url)
        self.transport.prepare(self.sandbox.launchdarkly_url)
        return vendor

    def deliver(
        self, *messages: Message, settings: dict[str, Settings] | None = None
    ) -> list[DeliveryResult]:
        courier = Courier(
            self.transport, self.clock, self.budget(), hide=self.hide, log=self.log.append
        )
        outbox = Outbox(self.path, self.log.append)
        outbox.keep(messages)
        return courier.deliver(messages, self.settings if settings is None else settings, outbox)

    @property
    def kept(self) -> list[Message]:
        """What the outbox holds."""
        return parse(self.path.read_text()) if self.path.exists() else []


@pytest.fixture
def delivery(sandbox: Sandbox, tmp_path: Path) -> Delivery:
    return Delivery(sandbox, tmp_path)


@pytest.fixture
def make_delivery(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Delivery]:
    return lambda **options: Delivery(sandbox, tmp_path, **options)


@pytest.fixture
def message() -> Callable[..., Message]:
    return finished
