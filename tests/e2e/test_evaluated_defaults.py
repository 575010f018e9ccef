"""Defaults of action.yml that only a runner can evaluate: they reach the action's code."""

from datetime import UTC, datetime, timedelta

from support.keys import GITHUB_TOKEN
from support.steps import with_keys

from emulator import Job
from sandbox import Sandbox


def test_the_start_of_the_job_is_read_with_its_token_and_id(sandbox: Sandbox) -> None:
    began = (datetime.now(UTC) - timedelta(minutes=7)).replace(microsecond=0)
    # Without the ID, the job would be searched by the name of its runner.
    sandbox.jobs = [{"id": 41, "runner_name": "other", "started_at": began.isoformat()}]
    github = {"api_url": sandbox.github_url, "token": GITHUB_TOKEN}
    with Job(github=github, check_run_id="41") as job:
        step = job.uses(with_=with_keys(sandbox, event="finished"))
    assert step.annotations == ()
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == int(began.timestamp() * 1000)


def test_matrix_jobs_without_job_ids_have_different_datadog_ids(sandbox: Sandbox) -> None:
    """An Enterprise Server has no IDs of jobs."""
    start = with_keys(
        sandbox, event="started", dry_run="true", started_at=datetime.now(UTC).isoformat()
    )
    ids = set()
    for index in range(2):
        with Job(check_run_id="", strategy={"job-index": index}) as job:
            ids.add(job.uses(with_=start).outputs["datadog-deployment-id"])
    assert len(ids - {""}) == 2
