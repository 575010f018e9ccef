"""A new vendor is one file: `Acme`, below, is delivered, summarized and output, and no other module knows it.

It is also the example for whoever adds a real one: CONTRIBUTING.md.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import Field
from support.inprocess import Step

from deployment_events.deployment import Deployment, Event, Frozen
from deployment_events.messages import Message, Request, Skip
from deployment_events.report import summary
from deployment_events.values.rules import BaseUrl, Secret
from deployment_events.vendors.base import Settings, Vendor
from deployment_events.vendors.registry import VENDORS

# --- the vendor's one file -------------------------------------------------------------------------------------------


class AcmeSettings(Settings):
    """The `acme-…` inputs."""

    api_key: Secret | None = None
    base_url: BaseUrl = "https://api.acme.example"
    owner: str = ""


class Notice(Frozen):
    """POST /notices."""

    application: str = Field(min_length=1)
    what: str
    at: int
    owner: str | None = None


class Acme(Vendor[AcmeSettings]):
    """One POST for each event."""

    name = "acme"
    title = "Acme"
    settings = AcmeSettings
    key_field = "api_key"
    attributes = {"owner": "owner"}
    bodies = {"notice": Notice}

    def plan(
        self, settings: AcmeSettings, deployment: Deployment, event: Event, now: int
    ) -> Message | Skip:
        if event is Event.CUSTOM:
            return Skip("Acme knows no custom events.")
        at = deployment.at(event)
        body = Notice(
            application=deployment.service, what=event, at=at, owner=settings.owner or None
        )
        return Message(
            vendor=self.name,
            kind="notice",
            service=deployment.service,
            event=event,
            at=at,
            body=body.model_dump(exclude_none=True),
        )

    def request(self, settings: AcmeSettings, message: Message) -> Request:
        return Request("POST", f"{settings.base_url}/notices", message.body)

    def keys(self, settings: AcmeSettings, message: Message | None) -> Mapping[str, str]:
        return {"X-Acme-Key": settings.api_key.get_secret_value()} if settings.api_key else {}

    def identify(self, message: Message, answer: Any) -> str:
        return str(answer["number"])

    def words(self, answer: Any) -> tuple[str, str]:
        return (str(answer.get("why", "")), "") if isinstance(answer, dict) else ("", "")

    def advice(self, settings: AcmeSettings, status: int, attribute: str) -> str:
        return "Ask Acme for another acme-api-key."


# --- the proof -------------------------------------------------------------------------------------------------------

KEY = "acme-secret-key-123"


@dataclass
class Server:
    """What Acme would be."""

    url: str = ""
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    acme = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            acme.got.append({**body, "key": self.headers["X-Acme-Key"]})
            said = json.dumps({"number": f"acme-{len(acme.got)}", "why": "nobody is home"}).encode()
            self.send_response(acme.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        acme.url = f"http://127.0.0.1:{http.server_address[1]}"
        Thread(target=http.serve_forever, daemon=True).start()
        yield acme
        http.shutdown()


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line in `providers/__init__.py`."""
    monkeypatch.setitem(VENDORS, "acme", Acme())


def make(tmp_path: Path, server: Server, **inputs: str) -> Step:
    return Step(tmp_path, acme_api_key=KEY, acme_base_url=server.url, **inputs)


def test_it_is_delivered_in_both_stages_output_and_summarized(
    tmp_path: Path, server: Server
) -> None:
    step = make(tmp_path, server)
    main, post = step.main(), step.post()
    assert (main.code, post.code) == (0, 0)
    assert [(one["application"], one["what"], one["key"]) for one in server.got] == [
        ("shop", "started", KEY),
        ("shop", "finished", KEY),
    ]
    assert main.outputs["acme-deployment-id"] == "acme-1"
    assert main.result("acme")["status"] == "delivered"
    assert "Acme: finished of shop: delivered, id acme-2" in post.stdout
    assert "| Service | Acme |" in post.summary
    assert "acme-2" in post.summary
    assert not [
        text
        for text in (main.stdout, post.stdout, main.raw, post.raw)
        if KEY in text.replace(f"::{KEY}", "")
    ]


def test_its_key_is_masked_and_its_inputs_are_checked(tmp_path: Path, server: Server) -> None:
    ended = Step(tmp_path, acme_api_key=KEY, acme_base_url="http://api.acme.example").main()
    assert ended.code == 1
    assert ("add-mask", KEY) in ended.issued
    assert ended.annotations("error")[0].startswith("acme-base-url must use https://")
    assert not server.got


def test_a_services_line_may_override_its_settings(tmp_path: Path, server: Server) -> None:
    ended = make(
        tmp_path, server, event="finished", service="cart,owner=ann\nshop", acme_owner="bob"
    ).main()
    assert {one["application"]: one["owner"] for one in server.got} == {
        "cart": "ann",
        "shop": "bob",
    }
    assert {one["service"] for one in ended.results} == {"cart", "shop"}


def test_its_refusal_carries_its_words_and_its_advice(tmp_path: Path, server: Server) -> None:
    server.status = 403
    ended = make(tmp_path, server, event="finished", fail_on_error="true").main()
    assert ended.code == 1
    told = "Acme refused the finished event of shop: HTTP 403, nobody is home. Ask Acme for another acme-api-key."
    assert ended.annotations("error")[0].startswith(told)
    assert ended.outputs["undelivered-path"]


def test_what_it_did_not_get_is_replayed(tmp_path: Path, server: Server) -> None:
    server.status = 403
    failed = make(tmp_path, server, event="finished").main()
    server.status = 200
    again = make(tmp_path, server, event="replay", replay=failed.outputs["undelivered-path"]).main()
    assert [one["status"] for one in again.results] == ["delivered"]
    assert server.got[0] == server.got[1]


def test_what_it_does_not_want_is_skipped_with_its_reason(tmp_path: Path, server: Server) -> None:
    ended = make(tmp_path, server, event="custom").main()
    assert ended.result("acme")["error"] == "Acme knows no custom events."
    assert "Acme knows no custom events" in ended.summary.replace("&#46;", ".")


def test_without_any_key_its_input_is_named(tmp_path: Path) -> None:
    [warning] = Step(tmp_path).main().annotations("warning")
    assert "acme-api-key" in warning


@pytest.mark.parametrize("vendor", ["launchdarkly", "datadog"])
def test_the_two_vendors_are_named_in_their_own_files_alone(vendor: str) -> None:
    package = Path(summary.__file__).parent
    code = {
        path.relative_to(package).as_posix(): path.read_text() for path in package.rglob("*.py")
    }
    naming = {
        name for name, text in code.items() if f'"{vendor}' in text or f"import {vendor}" in text
    }
    assert {name for name in naming if not name.startswith("providers/")} == set()
