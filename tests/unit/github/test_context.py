"""The version, environment and times from the environment and the payload."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.github import HEAD, SHA, context, deployment_status, environ
from support.moments import MINUTE, NOW

from deployment_events.github.context import read_context


@pytest.mark.parametrize(
    ("event", "payload", "ref", "version"),
    [
        ("push", {}, "refs/heads/main", "commit"),
        ("push", {}, "refs/tags/v1.4.0", "v1.4.0"),
        ("push", {}, "refs/tags/app/v1.4.0", "app/v1.4.0"),
        ("push", {}, "refs/heads/tags/v1", "commit"),
        ("push", {"release": {"tag_name": "v9"}}, "refs/heads/main", "commit"),
        ("release", {"release": {"tag_name": "v1.4.0"}}, "refs/tags/other", "v1.4.0"),
        ("release", {}, "refs/tags/v1.4.0", "v1.4.0"),
        ("pull_request", {}, "refs/pull/5/merge", "commit"),
        ("push", {}, "", "commit"),
    ],
)
def test_the_version_is_a_release_s_or_pushed_tag_else_the_commit(
    event: str, payload: dict[str, Any], ref: str, version: str
) -> None:
    assert context(event, payload, ref=ref).version("commit").value == version


def test_a_deployment_status_has_a_state_an_environment_and_times() -> None:
    run = context("deployment_status", deployment_status("failure"))
    assert (run.deployment_state, run.environment) == ("failure", "staging")
    assert run.deployment_created_at == NOW - 30 * MINUTE
    assert run.status_created_at == NOW - 20 * MINUTE


def test_other_events_have_no_deployment() -> None:
    run = context("push", {"deployment_status": {"state": "failure", "created_at": "when?"}})
    assert (run.deployment_state, run.environment, run.deployment_created_at) == ("", "", None)
    assert run.status_created_at is None


def test_the_repository_and_the_run_have_urls_on_this_server() -> None:
    run = context(server_url="https://ghes.example", run_attempt="3")
    assert run.repository_url == "https://ghes.example/octo-org/octo-repo"
    assert run.repository_name == "octo-repo"
    assert (
        run.run_url == "https://ghes.example/octo-org/octo-repo/actions/runs/17500000000/attempts/3"
    )
    assert context(repository="").repository_url == ""


def test_the_metadata_names_the_run() -> None:
    assert context().metadata() == {
        "github.run_url": "https://github.com/octo-org/octo-repo/actions/runs/17500000000/attempts/1",
        "github.run_id": "17500000000",
        "github.run_attempt": "1",
        "github.workflow": "Deploy",
        "github.job": "deploy",
        "github.actor": "octocat",
        "github.ref": "refs/heads/main",
    }


def test_the_metadata_links_to_the_job_if_its_id_is_known() -> None:
    page = "https://github.com/octo-org/octo-repo/actions/runs/17500000000/job/41"
    assert context().metadata("41")["github.job_url"] == page
    assert "github.job_url" not in context().metadata("../41")


def test_unknown_values_are_left_out_of_the_metadata() -> None:
    assert context(run_id="", actor="").metadata().keys() == {
        *("github.run_attempt", "github.workflow", "github.job", "github.ref")
    }


@pytest.mark.parametrize("name", ["v1\x00", "v1\n::error::x", "\x1b[31mv1"])
def test_a_tag_with_control_characters_is_not_a_version(name: str) -> None:
    release = context(event_name="release", ref="", payload={"release": {"tag_name": name}})
    assert release.version(SHA).value == SHA


def test_a_workflow_name_of_two_lines_becomes_one_line_of_metadata() -> None:
    assert context(workflow="Deploy\r\n  it").metadata()["github.workflow"] == "Deploy it"


def test_the_environment_is_read_and_trimmed(tmp_path: Path) -> None:
    payload = tmp_path / "event.json"
    payload.write_text(json.dumps({"after": HEAD}))
    run = read_context(
        environ(
            event_path=str(payload),
            repository=" octo-org/octo-repo ",
            server_url="https://ghes.example/",
        )
    )
    assert run.payload == {"after": HEAD}
    assert run.warnings == ()
    assert run.repository == "octo-org/octo-repo"
    assert run.server_url == "https://ghes.example"
    assert (run.event_name, run.job, run.runner_name) == ("push", "deploy", "GitHub Actions 7")


def test_an_empty_environment_is_not_an_error() -> None:
    run = read_context({})
    assert (run.server_url, run.api_url, run.run_attempt) == (
        "https://github.com",
        "https://api.github.com",
        "1",
    )
    assert run.commit().value == ""
    assert run.repository_name == ""
    [warning] = run.warnings
    assert "payload could not be read" in warning


def test_bytes_of_another_encoding_do_not_break_the_step() -> None:
    run = read_context(environ(ref="refs/tags/caf\udce9", workflow="\udcff"))
    assert run.version("").value == "caf\ufffd"
    assert run.metadata()["github.workflow"] == "\ufffd"


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe\x00", b"\x00", b"not json"),
        b"[" * 200_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_broken_payload_is_a_warning_and_github_sha_is_used(tmp_path: Path, raw: bytes) -> None:
    payload = tmp_path / "event.json"
    payload.write_bytes(raw)
    run = read_context(environ(event_path=str(payload), event_name="deployment"))
    assert run.commit().value == SHA
    [warning] = run.warnings
    assert "payload could not be read" in warning


@pytest.mark.parametrize("path", ["", "/", "/nowhere/event.json", "event\0.json"])
def test_a_missing_payload_is_a_warning(path: str) -> None:
    assert len(read_context(environ(event_path=path)).warnings) == 1


def test_a_payload_too_large_for_any_webhook_is_not_read(tmp_path: Path) -> None:
    payload = tmp_path / "event.json"
    with payload.open("wb") as file:
        file.write(b"{}")
        file.truncate(32 * 1024 * 1024 + 1)
    assert "too large" in read_context(environ(event_path=str(payload))).warnings[0]


def test_a_payload_with_a_lone_surrogate_breaks_nothing(tmp_path: Path) -> None:
    payload = tmp_path / "event.json"
    payload.write_text(
        '{"deployment": {"environment": "cut \\ud83d", "sha": "\\udfff", "created_at": "\\udfff"}}'
    )
    run = read_context(environ(event_path=str(payload), event_name="deployment"))
    assert run.environment == "cut \ufffd"
    assert run.commit().value == SHA
    assert run.deployment_created_at is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "deployment",
                        "deployment_status",
                        "pull_request",
                        "head",
                        "sha",
                        "workflow_run",
                        "head_sha",
                    ),
                    *(
                        "release",
                        "tag_name",
                        "state",
                        "environment",
                        "created_at",
                        "merged",
                        "action",
                    ),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@SLOW
@given(
    st.sampled_from(
        [
            "push",
            "pull_request",
            "workflow_run",
            "deployment_status",
            "release",
            "merge_group",
            "schedule",
        ]
    ),
    st.dictionaries(
        st.sampled_from(["deployment", "deployment_status", "pull_request", "release"]), anything
    ),
)
def test_no_payload_can_break_the_step(event: str, payload: dict[str, Any]) -> None:
    run = context(event, payload)
    texts = [run.commit().value, run.version("").value, run.environment, run.deployment_state]
    assert run.commit().value
    assert all(text.encode().decode() == text for text in texts)
    assert run.deployment_created_at is None or run.deployment_created_at > 0
    assert run.status_created_at is None or run.status_created_at > 0
