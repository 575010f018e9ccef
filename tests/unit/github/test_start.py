"""Which start is read from GitHub's API."""

import pytest
from support.github import context, deployment_status
from support.keys import GITHUB_TOKEN

from deployment_events.deployment import StartSource
from deployment_events.github.api import GitHubApi
from deployment_events.github.context import Context
from deployment_events.github.start import read_start
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from sandbox import Sandbox

REPOSITORY = "/repos/octo-org/octo-repo"
RUN = "actions/runs/17500000000/attempts/1/jobs"


@pytest.mark.parametrize(
    ("run", "job_id", "path", "source"),
    [
        (
            context("deployment_status", deployment_status() | {"deployment": {"id": 7}}),
            "48000000001",
            "deployments/7/statuses",
            StartSource.IN_PROGRESS,
        ),
        (context(), "48000000001", "actions/jobs/48000000001", StartSource.JOB),
        (context(), "", RUN, StartSource.JOB),
    ],
    ids=["deployment_status", "job ID", "Enterprise Server"],
)
def test_the_request_follows_from_the_event_and_the_job_id(
    sandbox: Sandbox, run: Context, job_id: str, path: str, source: StartSource
) -> None:
    run = run._replace(api_url=sandbox.github_url)
    api = GitHubApi(run, GITHUB_TOKEN, Transport(1), Deadline(Clock(), 5))
    assert read_start(api, job_id, lambda _line: None).source is source
    assert [request.path for request in sandbox.requests("github")] == [f"{REPOSITORY}/{path}"]
