"""Each key is sent to its vendor in one header and appears nowhere else."""

import html
import json
from pathlib import Path
from typing import Any

import pytest
from support import leaks
from support.keys import (
    DATADOG_API_KEY,
    DATADOG_APP_KEY,
    GITHUB_TOKEN,
    KEYS,
    LAUNCHDARKLY_TOKEN,
)
from support.leaks import leaked
from support.process import run
from support.step import VENDORS, Step

from emulator import find_commands
from sandbox import Fault, Sandbox
from sandbox.faults import FAULTS, Exchange
from sandbox.messages import Response

SHOWN = {
    "launchdarkly": ("authorization", LAUNCHDARKLY_TOKEN),
    "datadog": ("dd-api-key", DATADOG_API_KEY),
}


@pytest.fixture
def foreign() -> Any:
    """Another server that accepts any request."""
    with Sandbox(strict=False) as elsewhere:
        yield elsewhere


def leads_to(url: str, status: int) -> Fault:
    return Fault(
        "redirect",
        "leads away",
        lambda exchange: exchange.respond(Response(status, b"", (("Location", url),))),
    )


def test_each_vendor_receives_only_its_own_key_in_its_own_header(
    make_step: Any, sandbox: Sandbox
) -> None:
    make_step(sandbox, github_token=GITHUB_TOKEN).main()
    for vendor, (header, key) in SHOWN.items():
        requests = sandbox.requests(vendor)
        assert requests
        for request in requests:
            assert request.headers[header] == key
            rest = [value for name, value in request.headers.items() if name != header]
            assert (
                leaked([*rest, request.path, json.dumps(request.query), request.raw.decode()]) == []
            )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("vendor", VENDORS)
def test_no_redirect_is_followed_to_another_host(
    make_step: Any, sandbox: Sandbox, foreign: Sandbox, vendor: str, status: int
) -> None:
    sandbox.fail(vendor, leads_to(f"{foreign.datadog_url}/api/v2/dora/deployment", status))
    ended = make_step(sandbox).main()
    assert ended.result(vendor)["status"] == "refused"
    assert foreign.requests() == []
    assert foreign.connections("datadog") == 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_redirect_is_followed_on_the_same_host(
    make_step: Any, sandbox: Sandbox, vendor: str
) -> None:
    url = {"launchdarkly": sandbox.launchdarkly_url, "datadog": sandbox.datadog_url}[vendor]
    sandbox.fail(vendor, leads_to(f"{url}/elsewhere", 307))
    make_step(sandbox).main()
    assert [request for request in sandbox.requests(vendor) if request.path == "/elsewhere"] == []


@pytest.mark.parametrize("variable", ["NETRC", "HOME"])
def test_netrc_does_not_replace_a_key(
    make_step: Any, sandbox: Sandbox, tmp_path: Path, variable: str
) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".netrc").write_text(
        "machine 127.0.0.1 login thief password stolen\ndefault login thief password stolen\n"
    )
    (folder / ".netrc").chmod(0o600)
    value = str(folder / ".netrc" if variable == "NETRC" else folder)
    ended = make_step(sandbox, env={variable: value}).main()
    assert {result["status"] for result in ended.results} == {"delivered"}
    for vendor, (header, key) in SHOWN.items():
        for request in sandbox.requests(vendor):
            assert request.headers[header] == key
            assert not request.headers.get("authorization", "").startswith("Basic")


def test_every_form_of_every_key_is_masked_before_anything_else_is_written(
    make_step: Any, sandbox: Sandbox
) -> None:
    ended = make_step(
        sandbox, datadog_app_key=DATADOG_APP_KEY, github_token=GITHUB_TOKEN, event="custom"
    ).main()
    commands = find_commands(ended.stdout)
    masks = [command.data for command in commands if command.name == "add-mask"]
    assert [command.name for command in commands[: len(masks)]] == ["add-mask"] * len(masks)
    assert ended.stdout.startswith("::add-mask::")
    from urllib.parse import quote  # noqa: PLC0415

    for key in KEYS:
        assert {key, quote(key, safe=""), json.dumps(key)[1:-1]} <= set(masks)


def test_post_masks_its_keys_too(make_step: Any, sandbox: Sandbox) -> None:
    step = make_step(sandbox, event="auto", started_at="auto")
    step.main()
    masks = [
        command.data for command in find_commands(step.post().stdout) if command.name == "add-mask"
    ]
    assert {LAUNCHDARKLY_TOKEN, DATADOG_API_KEY} <= set(masks)


@pytest.mark.parametrize(
    "bad", ["with blank", "with\nline break", "tab\tkey", "ümlaut", "nul\x7f", "“quoted”", "a\rb"]
)
@pytest.mark.parametrize(
    "name", ["launchdarkly-access-token", "datadog-api-key", "datadog-app-key", "github-token"]
)
def test_a_key_with_characters_that_no_header_allows_is_an_error_without_the_key(
    make_step: Any, sandbox: Sandbox, name: str, bad: str
) -> None:
    key = f"secret-{bad}-part"
    step = make_step(sandbox)
    step.inputs[name] = key
    ended = step.main()
    assert ended.code == 1
    [error] = ended.annotations("error")
    assert error.startswith(
        f"`{name}` must contain only characters that are allowed in an HTTP header"
    )
    texts = [ended.stdout, ended.stderr, ended.summary, ended.raw]
    assert leaked(texts, [key, *(part for part in key.split() if len(part) > 6)]) == []
    assert sandbox.requests() == []


@pytest.mark.parametrize("name", ["environment", "datadog-site", "event", "launchdarkly-base-url"])
@pytest.mark.parametrize("before", [0, 60, 68])
def test_a_key_in_another_input_is_never_shown(make_step: Any, name: str, before: int) -> None:
    """It is not shown complete, with HTML entities, or cut like a long value."""
    step = make_step(None, launchdarkly_access_token=LAUNCHDARKLY_TOKEN, service="shop\n,")
    step.inputs[name] = "x" * before + LAUNCHDARKLY_TOKEN
    ended = step.main()
    assert ended.code == 1
    assert "service" in " ".join(ended.annotations("error"))
    shown = html.unescape(ended.summary) + "".join(ended.annotations("error"))
    assert LAUNCHDARKLY_TOKEN[:8] not in shown


@pytest.mark.parametrize("fault", ["echo-key", "echo-key-everywhere"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_key_that_a_vendor_echoes_is_hidden(
    make_step: Any, sandbox: Sandbox, vendor: str, fault: str
) -> None:
    sandbox.fail(vendor, fault)
    step = make_step(sandbox, env={"RUNNER_DEBUG": "1"})
    ended = step.main()
    assert "***" in ended.result(vendor)["error"]
    assert step.leaks(ended) == []


@pytest.mark.parametrize("spell", [json.dumps, lambda key: key, lambda key: f"?key={key}&x"])
def test_a_key_echoed_in_a_successful_response_is_not_an_id(
    make_step: Any, sandbox: Sandbox, spell: Any
) -> None:
    def act(exchange: Exchange) -> None:
        key = exchange.request.headers["dd-api-key"]
        exchange.respond(Response(200, json.dumps({"data": {"id": spell(key)}}).encode()))

    sandbox.fail("datadog", Fault("echo", "echoes", act, accepted=True))
    step = make_step(sandbox)
    ended = step.main()
    assert (ended.result("datadog")["status"], ended.outputs["datadog-deployment-id"]) == (
        "delivered",
        "",
    )
    assert step.leaks(ended) == []


def test_a_key_in_the_form_of_an_id_is_not_an_id(make_step: Any) -> None:
    key = "feedface0123feedface4567feedface"
    with Sandbox(datadog_api_key=key) as plain:

        def act(exchange: Exchange) -> None:
            exchange.respond(Response(200, json.dumps({"data": {"id": key}}).encode()))

        plain.fail("datadog", Fault("echo", "echoes", act, accepted=True))
        step = make_step(None, datadog_api_key=key, datadog_base_url=plain.datadog_url)
        ended = step.main()
    assert (ended.result("datadog")["status"], ended.outputs["datadog-deployment-id"]) == (
        "delivered",
        "",
    )
    texts = [ended.stdout, ended.raw, *leaks.files_below(step.temp)]
    assert leaked(texts, [key]) == []


@pytest.mark.parametrize("fault", [name for name in FAULTS if not FAULTS[name].handshake][::6])
def test_a_key_in_the_exception_of_a_bug_is_hidden(
    make_step: Any, sandbox: Sandbox, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.fail("datadog", fault)

    def explode(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"cannot send {DATADOG_API_KEY} and {LAUNCHDARKLY_TOKEN!r}")

    monkeypatch.setattr("deployment_events.stages.main.judge", explode)
    step = make_step(sandbox, env={"RUNNER_DEBUG": "1"}, timeout_seconds="0.2")
    ended = step.main()
    [warning] = [text for text in ended.annotations("warning") if "Internal error" in text]
    assert "RuntimeError" in warning
    assert "Traceback" in "".join(message for name, message in ended.issued if name == "debug")
    assert step.leaks(ended) == []


@pytest.mark.parametrize("error", [OSError, ValueError, RuntimeError, KeyError])
def test_a_key_in_a_network_exception_is_hidden(
    make_step: Any, sandbox: Sandbox, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: Any, **__: Any) -> None:
        raise error(f"header {DATADOG_API_KEY} {LAUNCHDARKLY_TOKEN}")

    monkeypatch.setattr("requests.Session.send", explode)
    step = make_step(sandbox, env={"RUNNER_DEBUG": "1"})
    ended = step.main()
    assert {result["status"] for result in ended.results} == {"undelivered"}
    assert step.leaks(ended) == []


def test_the_saved_state_contains_no_key(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step(
        sandbox,
        event="auto",
        started_at="auto",
        service="\n".join(f"s{n}{'-' * 400}" for n in range(300)),
    )
    ended = step.main()
    assert "sha256" in step.state["deployment"], "a large state lives in a file"
    assert step.leaks(ended) == []


@pytest.mark.parametrize(
    "url", ["http://elsewhere.example", "http://10.0.0.1", "http://1.2.3.4:80", "http://2130706434"]
)
@pytest.mark.parametrize("vendor", VENDORS)
def test_no_key_is_sent_over_plain_http_to_another_machine(
    make_step: Any, sandbox: Sandbox, vendor: str, url: str
) -> None:
    step = make_step(sandbox)
    step.inputs[f"{vendor}-base-url"] = url
    ended = step.main()
    assert ended.code == 1
    assert "must use `https://`" in ended.annotations("error")[0]
    assert sandbox.requests() == []


def test_the_request_for_the_job_s_start_has_only_the_github_token(
    make_step: Any, sandbox: Sandbox
) -> None:
    sandbox.jobs = [
        {
            "runner_name": "GitHub Actions 7",
            "status": "in_progress",
            "started_at": "2026-05-04T09:30:00Z",
        }
    ]
    step = make_step(sandbox, started_at="auto", github_token=GITHUB_TOKEN)
    ended = step.main()
    assert ended.outputs["started-at"] == "2026-05-04T09:30:00.000Z"
    [asked] = sandbox.requests("github")
    assert asked.headers["authorization"] == f"Bearer {GITHUB_TOKEN}"
    assert leaked([json.dumps(asked.headers)], [LAUNCHDARKLY_TOKEN, DATADOG_API_KEY]) == []
    assert step.leaks(ended) == []


@pytest.mark.parametrize(
    "fault", ["hang", "drip-headers", "status-500", "html-body", "redirect-302-foreign", "echo-key"]
)
def test_faults_of_github_s_api_neither_stop_nor_delay_the_report(
    make_step: Any, sandbox: Sandbox, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployment_events.github.api.SECONDS", 0.3)
    sandbox.fail("github", fault)
    step = make_step(
        sandbox, started_at="auto", github_token=GITHUB_TOKEN, env={"RUNNER_DEBUG": "1"}
    )
    ended = step.main()
    assert ended.seconds < 1.5
    assert {result["status"] for result in ended.results} == {"delivered"}
    assert len(sandbox.requests("github")) == 1, "never tried again"
    assert step.leaks(ended) == []


def test_a_whole_process_leaks_no_key(make_step: Any, sandbox: Sandbox) -> None:
    for vendor in VENDORS:
        sandbox.fail(vendor, "echo-key-everywhere")
    step: Step = make_step(sandbox, event="auto", started_at="auto", env={"RUNNER_DEBUG": "1"})
    main = run(step)
    post = run(step, "post")
    assert (main.code, post.code) == (0, 0)
    assert main.stderr == post.stderr == ""
    assert step.leaks(main, post) == []
