"""A sandbox, and delivery that sends to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support import keys
from support.clocks import SkippingClock
from support.github import SHA

from deployment_events.delivery.deliver import Delivery, deliver
from deployment_events.delivery.event_lines import parse
from deployment_events.delivery.network import Network
from deployment_events.delivery.outbox import Outbox
from deployment_events.delivery.vendor_client import VendorClient
from deployment_events.deployment import Event
from deployment_events.http.deadline import Clock
from deployment_events.messages import DeliveryResult, Message
from deployment_events.vendors.registry import VENDORS
from deployment_events.vendors.settings import Settings
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


def finished(
    number: int = 0, *, vendor: str = "datadog", at: int = NOW, event: Event = Event.FINISHED
) -> Message:
    """A service's event for one vendor, in the body that this vendor accepts."""
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
class SandboxDelivery:
    """All of delivery, directed at the sandbox."""

    sandbox: Sandbox
    folder: Path
    clock: Clock = field(default_factory=SkippingClock)
    seconds: float = 30
    log: list[str] = field(default_factory=list)
    hide: Callable[[str], str] = str

    def __post_init__(self) -> None:
        values = {
            "launchdarkly": {
                "access_token": keys.LAUNCHDARKLY_TOKEN,
                "base_url": self.sandbox.launchdarkly_url,
            },
            "datadog": {
                "api_key": keys.DATADOG_API_KEY,
                "base_url": self.sandbox.datadog_url,
            },
        }
        self.settings: dict[str, Settings] = {
            name: VENDORS[name].settings.model_validate(own) for name, own in values.items()
        }
        self.path = self.folder / "outbox.jsonl"

    def network(self) -> Network:
        """A network whose deadline begins now."""
        return Network.open(self.clock, self.seconds, hide=self.hide, log=self.log.append)

    def client(self, name: str) -> VendorClient:
        """A client of one vendor."""
        network = self.network()
        network.transport.prepare(self.sandbox.datadog_url, network.deadline)
        network.transport.prepare(self.sandbox.launchdarkly_url, network.deadline)
        return VendorClient(VENDORS[name], self.settings[name], network)

    def deliver(
        self,
        *messages: Message,
        settings: dict[str, Settings] | None = None,
        withheld: Mapping[int, DeliveryResult] | None = None,
    ) -> tuple[DeliveryResult, ...]:
        """Deliver messages from an outbox, as a stage does."""
        return self.delivered(*messages, settings=settings, withheld=withheld).results

    def delivered(
        self,
        *messages: Message,
        settings: dict[str, Settings] | None = None,
        withheld: Mapping[int, DeliveryResult] | None = None,
    ) -> Delivery:
        """Deliver messages, and return all that `deliver` returns."""
        outbox = Outbox(self.path, self.log.append)
        outbox.keep(messages)
        settings = self.settings if settings is None else settings
        return deliver(messages, settings, outbox, self.network(), withheld)

    @property
    def kept(self) -> list[Message]:
        """What the outbox contains."""
        return parse(self.path.read_text()) if self.path.exists() else []


@pytest.fixture
def delivery(sandbox: Sandbox, tmp_path: Path) -> SandboxDelivery:
    return SandboxDelivery(sandbox, tmp_path)


@pytest.fixture
def make_delivery(sandbox: Sandbox, tmp_path: Path) -> Callable[..., SandboxDelivery]:
    return lambda **options: SandboxDelivery(sandbox, tmp_path, **options)


@pytest.fixture
def message() -> Callable[..., Message]:
    return finished
