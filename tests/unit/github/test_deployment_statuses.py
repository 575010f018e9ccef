"""When a GitHub deployment began to run: its first in_progress status."""

from collections.abc import Callable
from typing import Any

import pytest
from support.github import context, deployment_status
from support.keys import GITHUB_TOKEN
from support.moments import EARLIER

from deployment_events.deployment import StartSource
from deployment_events.github.api import ApiStart, GitHubApi
from deployment_events.github.start import read_start
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from sandbox import Sandbox

Read = Callable[..., ApiStart]


@pytest.fixture
def read(sandbox: Sandbox) -> Read:
    """Return a function that reads the start, given the deployment's statuses, newest first."""

    def read(*statuses: dict[str, Any], token: str = GITHUB_TOKEN) -> ApiStart:
        sandbox.github.statuses = {4711: list(statuses)}
        payload = deployment_status()
        payload["deployment"]["id"] = 4711
        run = context("deployment_status", payload, api_url=sandbox.github_url)
        github = GitHubApi(run, token, Transport(1), Deadline(Clock(), 5))
        return read_start(github, "41", lambda _line: None)

    return read


def status(state: str, created_at: str) -> dict[str, Any]:
    return {"state": state, "created_at": created_at}


WAITED = [
    status("success", "2026-05-04T09:25:00Z"),
    status("in_progress", "2026-05-04T09:22:00Z"),
    status("in_progress", "2026-05-04T09:20:00Z"),
    status("waiting", "2026-05-01T09:00:00Z"),
]


def test_the_start_is_the_first_in_progress_status_not_the_creation(read: Read) -> None:
    assert read(*WAITED) == ApiStart(EARLIER, StartSource.IN_PROGRESS)


def test_all_pages_are_read(read: Read, sandbox: Sandbox) -> None:
    newer = [status("in_progress", "2026-05-04T09:30:00Z")] * 120
    assert read(*newer, *WAITED).at == EARLIER
    assert len(sandbox.requests("github")) == 2


def test_without_an_in_progress_status_the_start_is_unknown(read: Read) -> None:
    start = read(status("success", "2026-05-04T09:25:00Z"))
    assert start.at is None
    assert "no `in_progress` status" in start.unknown_because


def test_a_missing_permission_is_named(read: Read, sandbox: Sandbox) -> None:
    sandbox.github.permissions = {"actions": "read"}
    start = read(*WAITED)
    assert start.at is None
    assert "`deployments: read`" in start.unknown_because


def test_a_list_that_never_ends_is_not_read_to_its_end(read: Read, sandbox: Sandbox) -> None:
    start = read(*[status("in_progress", "2026-05-04T09:30:00Z")] * 1000)
    assert start.at is None
    assert "more than 1000" in start.unknown_because
    assert len(sandbox.requests("github")) == 10
