"""A file of undelivered events is untrusted: an invalid one is rejected and not changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox

Lines = list[dict[str, Any]]


def at(*path: str | int, value: Any) -> Callable[[Lines], bytes]:
    """The same lines with one value set."""

    def spoil(lines: Lines) -> bytes:
        holder: Any = lines
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = value
        return text(lines)

    return spoil


def text(lines: Lines) -> bytes:
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


LAUNCHDARKLY, DATADOG = 0, 1
ATTRIBUTES = (DATADOG, "body", "data", "attributes")

BAD: dict[str, Callable[[Lines], bytes]] = {
    "truncated": lambda lines: text(lines)[:-40],
    "cut within the first line": lambda lines: text(lines)[:60],
    "a word": lambda _: b"hello\n",
    "HTML": lambda _: b"<!DOCTYPE html><html></html>",
    "a list": lambda _: b"[]\n",
    "null": lambda _: b"null\n",
    "a number": lambda _: b"42\n",
    "another JSON object": lambda _: b'{"name": "package", "version": "1.0"}\n',
    "no UTF-8": lambda lines: text(lines) + b"\xff\xfe\n",
    "zeros": lambda _: bytes(4096),
    "an oversized line": lambda lines: text(lines) + b'{"x": "' + b"x" * 1_100_000 + b'"}\n',
    "deep nesting": lambda lines: text(lines) + b"[" * 100_000 + b"]" * 100_000,
    "another format": at(LAUNCHDARKLY, "format", value=2),
    "an unknown vendor": at(LAUNCHDARKLY, "vendor", value="elsewhere"),
    "an unknown kind": at(LAUNCHDARKLY, "kind", value="secrets"),
    "the other vendor's kind": at(LAUNCHDARKLY, "kind", value="deployment"),
    "an unknown event": at(LAUNCHDARKLY, "event", value="deleted"),
    "a time that is none": at(LAUNCHDARKLY, "at", value="now"),
    "a host": at(LAUNCHDARKLY, "host", value="elsewhere.example"),
    "a URL": at(DATADOG, "url", value="https://elsewhere.example/"),
    "headers": at(DATADOG, "headers", value={"DD-API-KEY": "x"}),
    "a base URL": at(DATADOG, "base_url", value="https://elsewhere.example"),
    "a key": at(DATADOG, "datadog-api-key", value="x"),
    "a URL in the body": at(DATADOG, "body", "url", value="https://elsewhere.example/"),
    "an unknown attribute": at(*ATTRIBUTES, "api_key", value="x"),
    "a host in the search": at(LAUNCHDARKLY, "search", "host", value="elsewhere.example"),
    "a search without its version": at(LAUNCHDARKLY, "search", value={"projectKey": "default"}),
    "an id that climbs": at(DATADOG, "id", value=".."),
    "an id with a slash": at(DATADOG, "id", value="../../v1/users"),
    "an id with a query": at(DATADOG, "id", value="a?b=c"),
    "an id with a line break": at(DATADOG, "id", value="a\nb"),
    "an id that is endless": at(DATADOG, "id", value="a" * 129),
    "a short SHA": at(*ATTRIBUTES, "git", "commit_sha", value="abc123"),
    "a time as text": at(*ATTRIBUTES, "started_at", value="2026-05-04T09:30:00Z"),
    "a body that is a list": at(DATADOG, "body", value=[]),
    "an event type LaunchDarkly has not": at(LAUNCHDARKLY, "body", "eventType", value="deleted"),
    "a version outside LaunchDarkly's alphabet": at(LAUNCHDARKLY, "body", "version", value="a/b"),
    "no service": lambda lines: text([{k: v for k, v in lines[0].items() if k != "service"}]),
}


@pytest.mark.parametrize("name", BAD)
def test_an_invalid_file_is_an_error_and_stays_unchanged(
    make_step: Any, sandbox: Sandbox, lost: Path, name: str
) -> None:
    lines = [json.loads(line) for line in lost.read_text().splitlines()][:2]
    assert [line["vendor"] for line in lines] == ["launchdarkly", "datadog"]
    lost.write_bytes(BAD[name](lines))
    before = lost.read_bytes()
    step = make_step(event="replay", replay=str(lost))

    ended = step.main()

    assert ended.code == 1
    [error] = ended.annotations("error")
    assert error.startswith("`replay` ")
    assert "Nothing was sent" in error
    assert len(error) < 500
    assert lost.read_bytes() == before
    assert sandbox.requests() == []
    assert step.outbox == []
    assert step.leaks(ended) == []


def test_an_oversized_file_is_refused_without_being_read(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    with lost.open("ab") as file:
        file.truncate(65 * 1024 * 1024)  # of zeros, which take no space
    before = lost.stat()
    ended = make_step(event="replay", replay=str(lost)).main()
    assert ended.code == 1
    assert "has more than 64 MiB" in ended.annotations("error")[0]
    assert ended.seconds < 1
    assert (lost.stat().st_size, lost.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    "name", ["a host", "a URL", "an unknown kind", "an id that climbs", "truncated"]
)
def test_invalid_lines_in_the_input_are_refused(
    make_step: Any, sandbox: Sandbox, lost: Path, name: str
) -> None:
    lines = [json.loads(line) for line in lost.read_text().splitlines()][:2]
    ended = make_step(event="replay", replay=BAD[name](lines).decode()).main()
    assert ended.code == 1
    assert "line" in ended.annotations("error")[0]
    assert sandbox.requests() == []


def test_the_error_names_the_line(make_step: Any, lost: Path) -> None:
    lines = lost.read_text().splitlines()
    lines[3] = '{"format": 1}'
    lost.write_text("\n".join(lines))
    [error] = make_step(event="replay", replay=str(lost)).main().annotations("error")
    assert "line 4" in error


def test_the_error_does_not_contain_text_from_the_file(make_step: Any, tmp_path: Path) -> None:
    secret = tmp_path / "id_rsa"
    secret.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n")
    ended = make_step(event="replay", replay=str(secret)).main()
    assert ended.code == 1
    assert "b3Blb" not in ended.stdout
    assert "OPENSSH" not in ended.stdout


def test_post_leaves_a_damaged_outbox_unchanged_and_reports_both_events(
    make_step: Any, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step("job")
    step.main()
    [file] = (step.temp / "deployment-events").glob("*.jsonl")
    file.write_text("garbage\n")
    sandbox.heal()
    ended = step.post()
    assert ended.code == 0
    assert file.read_text() == "garbage\n"
    assert "It stays as it is" in ended.annotations("warning")[0]
    started = json.loads(step.state["deployment"])["facts"]["started_at"]
    assert [deployment["startedAt"] for deployment in sandbox.deployments("launchdarkly")] == [
        started
    ]
    assert [deployment["status"] for deployment in sandbox.deployments("launchdarkly")] == [
        "finished"
    ]
    assert len(sandbox.deployments("datadog")) == 1
