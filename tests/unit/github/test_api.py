"""Requests to GitHub's API, and the reason if a time is unknown."""

from collections.abc import Callable

import pytest
from support.github import context
from support.keys import GITHUB_TOKEN
from support.moments import NOW

from deployment_events.deployment import StartSource
from deployment_events.github.api import ApiStart, GitHubApi, Unknown, read_time
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from sandbox import Sandbox

JOB = "actions/jobs/1"


@pytest.fixture
def api(sandbox: Sandbox) -> GitHubApi:
    run = context(api_url=sandbox.github_url)
    return GitHubApi(run, GITHUB_TOKEN, Transport(1), Deadline(Clock(), 5))


def test_a_request_has_the_token_and_asks_for_githubs_format(
    api: GitHubApi, sandbox: Sandbox
) -> None:
    sandbox.jobs = [{"id": 1}]
    assert api.get(JOB, permission="actions").status == 200
    [request] = sandbox.requests("github")
    assert request.path == "/repos/octo-org/octo-repo/actions/jobs/1"
    assert request.headers["authorization"] == f"Bearer {GITHUB_TOKEN}"
    assert request.headers["accept"] == "application/vnd.github+json"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_without_the_permission_the_message_names_it(
    api: GitHubApi, sandbox: Sandbox, status: int
) -> None:
    sandbox.fail("github", status)
    with pytest.raises(Unknown, match=f"HTTP {status}. Grant the job `actions: read`."):
        api.get(JOB, permission="actions")


def test_another_status_is_an_error_without_a_permission(api: GitHubApi, sandbox: Sandbox) -> None:
    sandbox.fail("github", 500)
    with pytest.raises(ValueError, match="HTTP 500"):
        api.get(JOB, permission="actions")


def raising(error: Exception) -> Callable[[GitHubApi], int]:
    def find(_: GitHubApi) -> int:
        raise error

    return find


def read(api: GitHubApi, find: Callable[[GitHubApi], int]) -> ApiStart:
    return read_time(api, find, StartSource.JOB, "the jobs", lambda _line: None)


def test_a_time_has_its_source(api: GitHubApi) -> None:
    assert read(api, lambda _: NOW) == ApiStart(NOW, StartSource.JOB)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (Unknown("Grant it."), "Grant it."),
        (ValueError("HTTP 500"), "GitHub's API did not return the jobs."),
        (KeyError("started_at"), "GitHub's API did not return the jobs."),
        (TypeError(), "GitHub's API did not return the jobs."),
    ],
)
def test_an_unknown_time_has_a_reason(api: GitHubApi, error: Exception, cause: str) -> None:
    found = read(api, raising(error))
    assert (found.at, found.unknown_because) == (None, cause)
