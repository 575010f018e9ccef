"""A new vendor is one file: `Acme`, below. No other module refers to it.

It is also the example for a real vendor: see CONTRIBUTING.md.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

import pytest
from pydantic import Field
from support.step import Step

import deployment_events
from deployment_events.deployment import Deployment, Event
from deployment_events.errors import Advice, Section
from deployment_events.messages import Message, Request, Response
from deployment_events.values.frozen import Frozen
from deployment_events.values.rules import Secret, server_url
from deployment_events.vendors.base import Explanation, Skip, Vendor
from deployment_events.vendors.registry import VENDORS
from deployment_events.vendors.settings import Settings
from deployment_events.vendors.shared import without_empty

# --- the vendor's one file ---------------------------------------------------------------------


class AcmeSettings(Settings):
    """The `acme-…` inputs."""

    key_field = "api_key"
    service_keys = {"owner": "owner"}

    api_key: Secret | None = None
    base_url: Annotated[str, server_url("https://api.acme.example")] = "https://api.acme.example"
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

    def plan(
        self, settings: AcmeSettings, deployment: Deployment, event: Event, now: int
    ) -> Message | Skip:
        if event is Event.CUSTOM:
            return Skip("Acme has no custom events.")
        at = deployment.at(event)
        name = deployment.service.name
        return Message(
            vendor=self.name,
            kind="notice",
            service=name,
            event=event,
            at=at,
            body=without_empty(application=name, what=event.value, at=at, owner=settings.owner),
        )

    def request(self, settings: AcmeSettings, message: Message) -> Request:
        key = settings.api_key.get_secret_value() if settings.api_key else ""
        return Request(
            "POST",
            f"{settings.base_url}/notices",
            message.body,
            credentials={"X-Acme-Key": key},
        )

    def validate(self, message: Message, *, copied: bool) -> None:
        Notice.model_validate(message.body)

    def read_id(self, message: Message, body: Any) -> str:
        return str(body["number"])

    def explain(self, settings: AcmeSettings, request: Request, response: Response) -> Explanation:
        body = response.json()
        message = str(body.get("why", "")) if isinstance(body, dict) else ""
        return Explanation(
            message, Advice("Ask Acme for another acme-api-key.", Section.UNAUTHORIZED)
        )


# --- the proof ---------------------------------------------------------------------------------

KEY = "acme-secret-key-123"
PACKAGE = Path(deployment_events.__file__).parent


@dataclass
class Server:
    """Acme's API."""

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
            response = json.dumps(
                {"number": f"acme-{len(acme.got)}", "why": "Acme is closed"}
            ).encode()
            self.send_response(acme.status)
            self.send_header("Content-Length", str(len(response)))
            self.end_headers()
            self.wfile.write(response)

        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        acme.url = f"http://127.0.0.1:{http.server_address[1]}"
        Thread(target=http.serve_forever, daemon=True).start()
        yield acme
        http.shutdown()


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line in `vendors/registry.py`."""
    monkeypatch.setitem(VENDORS, "acme", Acme())


def make(tmp_path: Path, server: Server, **inputs: str) -> Step:
    return Step(tmp_path, acme_api_key=KEY, acme_base_url=server.url, **inputs)


def test_it_is_delivered_in_both_stages_output_and_summarized(
    tmp_path: Path, server: Server
) -> None:
    step = make(tmp_path, server)
    main, post = step.main(), step.post()
    assert (main.code, post.code) == (0, 0)
    assert [
        (request["application"], request["what"], request["key"]) for request in server.got
    ] == [
        ("octo-repo", "started", KEY),
        ("octo-repo", "finished", KEY),
    ]
    assert main.outputs["acme-deployment-id"] == "acme-1"
    assert main.result("acme")["status"] == "delivered"
    assert "Acme: finished (octo-repo) delivered, ID acme-2" in post.stdout
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
    assert ended.annotations("error")[0].startswith("`acme-base-url` must use `https://`")
    assert not server.got


def test_a_services_line_may_override_its_settings(tmp_path: Path, server: Server) -> None:
    ended = make(
        tmp_path, server, event="finished", service="cart,owner=ann\nocto-repo", acme_owner="bob"
    ).main()
    assert {request["application"]: request["owner"] for request in server.got} == {
        "cart": "ann",
        "octo-repo": "bob",
    }
    assert {result["service"] for result in ended.results} == {"cart", "octo-repo"}


def test_its_refusal_has_its_message_and_its_advice(tmp_path: Path, server: Server) -> None:
    server.status = 403
    ended = make(tmp_path, server, event="finished", fail_on_error="true").main()
    assert ended.code == 1
    [error] = ended.annotations("error")
    assert error.startswith(
        'Acme refused the finished event of octo-repo: HTTP 403, "Acme is closed". '
        "Ask Acme for another acme-api-key."
    )
    assert ended.outputs["undelivered-path"]


def test_what_it_did_not_get_is_replayed(tmp_path: Path, server: Server) -> None:
    server.status = 403
    failed = make(tmp_path, server, event="finished").main()
    server.status = 200
    again = make(tmp_path, server, event="replay", replay=failed.outputs["undelivered-path"]).main()
    assert [result["status"] for result in again.results] == ["delivered"]
    assert server.got[0] == server.got[1]


def test_what_it_does_not_want_is_skipped_with_its_reason(tmp_path: Path, server: Server) -> None:
    ended = make(tmp_path, server, event="custom").main()
    assert ended.result("acme")["error"] == "Acme has no custom events."
    assert "Acme has no custom events" in ended.summary


def test_without_any_key_its_input_is_named(tmp_path: Path) -> None:
    [warning] = Step(tmp_path).main().annotations("warning")
    assert "acme-api-key" in warning


@pytest.mark.parametrize("vendor", ["launchdarkly", "datadog"])
def test_the_two_vendors_are_named_in_their_own_folders_only(vendor: str) -> None:
    """In code, in any case; prose in docstrings may name them as examples."""
    folder = f"vendors/{vendor}/"
    naming = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if vendor in _code(path).lower()
    }
    others = {name for name in naming if not name.startswith(folder)}
    assert others == {"vendors/registry.py"}


def _code(path: Path) -> str:
    """Return a module's code without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", [])
        for child in body if isinstance(body, list) else []:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                child.value.value = ""
    return ast.unparse(tree)
