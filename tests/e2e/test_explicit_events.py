"""Standalone events: main sends them, and post has nothing to do."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.keys import GITHUB_TOKEN
from support.steps import event_types, with_keys

from emulator import Job
from sandbox import Sandbox


@pytest.mark.parametrize(
    ("event", "events"),
    [
        ("in_progress", ["started"]),
        ("success", ["finished"]),
        ("failed", ["failed"]),
        ("custom", ["custom"]),
        ("skipped", []),
    ],
)
def test_an_event_is_sent_by_main_and_post_does_nothing(
    sandbox: Sandbox, event: str, events: list[str]
) -> None:
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox, event=event))
        seen = len(sandbox.requests())
        [post] = job.finish().posts
    assert step.exit_code == 0
    assert event_types(sandbox) == events
    assert (post.exit_code, post.raw, len(sandbox.requests())) == (0, "", seen)


def test_finished_sends_each_vendor_one_event_and_outputs_the_ids(sandbox: Sandbox) -> None:
    start, end = "2026-05-04T09:30:00Z", "2026-05-04T09:33:20.250Z"
    with Job() as job:
        step = job.uses(
            with_=with_keys(sandbox, event="finished", started_at=start, finished_at=end)
        )
    [deployment] = sandbox.deployments("datadog")
    assert deployment["finished_at"] - deployment["started_at"] == 200_250
    assert step.outputs["started-at"] == "2026-05-04T09:30:00.000Z"
    assert step.outputs["finished-at"] == "2026-05-04T09:33:20.250Z"
    assert step.outputs["datadog-deployment-id"] == deployment["id"]
    assert step.outputs["undelivered-path"] == ""
    assert [row["status"] for row in json.loads(step.outputs["results"])] == [
        "delivered",
        "delivered",
    ]


def test_every_invalid_input_is_an_error_and_nothing_is_sent(sandbox: Sandbox) -> None:
    invalid = with_keys(
        sandbox,
        event="deployed",
        commit_sha="abc1234",
        started_at="yesterday",
        tags="no colon here",
    )
    with Job() as job:
        step = job.uses(with_=invalid)
        [post] = job.finish().posts
    assert step.exit_code == 1
    assert {annotation.level for annotation in step.annotations} == {"error"}
    assert {annotation.message.split("`")[1] for annotation in step.annotations} == {
        "event",
        "commit-sha",
        "started-at",
        "tags",
    }
    assert sandbox.requests() == []
    assert post.raw == ""


def test_without_any_key_the_step_warns_and_succeeds(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(with_={"environment": "production"})
        [post] = job.finish().posts
    assert (step.exit_code, post.exit_code, post.raw) == (0, 0, "")
    [annotation] = step.annotations
    assert annotation.level == "warning"
    assert "forks" in annotation.message


def test_a_dry_run_shows_every_request_without_keys_and_sends_nothing(sandbox: Sandbox) -> None:
    with_ = with_keys(sandbox, event="finished", dry_run="true")
    with Job() as job:
        step = job.uses(with_=with_)
    assert sandbox.requests() == []
    assert f"POST {sandbox.datadog_url}/api/v2/dora/deployment" in step.log
    assert '"eventType": "finished"' in step.log
    assert with_["datadog-api-key"] not in step.log
    assert {row["status"] for row in json.loads(step.outputs["results"])} == {"dry-run"}


def running_job(name: str, started: str) -> dict[str, object]:
    return {
        "id": 1,
        "name": "deploy",
        "status": "in_progress",
        "runner_name": name,
        "started_at": started,
    }


def standalone_finished(sandbox: Sandbox, **github: object) -> tuple[Job, dict[str, str]]:
    github = {"api_url": sandbox.github_url, "token": GITHUB_TOKEN, **github}
    # An Enterprise Server has no IDs of jobs.
    return Job(github=github, check_run_id=""), with_keys(sandbox, event="finished")


def test_a_standalone_finished_event_starts_when_its_job_started(sandbox: Sandbox) -> None:
    began = (datetime.now(UTC) - timedelta(minutes=7)).replace(microsecond=0)
    job, with_ = standalone_finished(sandbox)
    others = [running_job(f"other-{number}", "2026-01-01T00:00:00Z") for number in range(130)]
    with job:
        name = job.uses(with_={**with_, "dry-run": "true"}).environment["RUNNER_NAME"]
        sandbox.jobs = [*others, running_job(name, began.isoformat())]
        step = job.uses(with_=with_)
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == int(began.timestamp() * 1000)
    assert step.annotations == ()


def test_without_a_start_from_github_the_duration_is_zero_with_a_warning(
    sandbox: Sandbox,
) -> None:
    sandbox.fail("github", 403)
    job, with_ = standalone_finished(sandbox)
    with job:
        step = job.uses(with_=with_)
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == deployment["finished_at"]
    assert len(sandbox.requests("github")) <= 1
    [annotation] = step.annotations
    assert annotation.level == "warning"
    assert "the duration is zero" in annotation.message


def test_a_deployment_status_event_needs_no_wiring(sandbox: Sandbox) -> None:
    sha = "c0ffee" + "0" * 34
    event = {
        "deployment": {"sha": sha, "environment": "staging", "created_at": "2026-05-04T09:30:00Z"},
        "deployment_status": {"state": "success", "created_at": "2026-05-04T09:41:00Z"},
    }
    with_ = {name: value for name, value in with_keys(sandbox).items() if name != "environment"}
    with Job(event_name="deployment_status", event=event) as job:
        job.uses(with_=with_)
        [post] = job.finish().posts
    [deployment] = sandbox.deployments("datadog")
    assert deployment["git"]["commit_sha"] == sha
    assert deployment["env"] == "staging"
    assert deployment["finished_at"] - deployment["started_at"] == 11 * 60 * 1000
    assert event_types(sandbox) == ["finished"]
    assert post.raw == ""


def test_the_outputs_of_a_started_event_are_inputs_of_the_finished_event(sandbox: Sandbox) -> None:
    with Job(name="start") as first:
        started = first.uses(with_=with_keys(sandbox, event="started"), id="report")
        needs = {"start": first.outputs()}
    with Job(name="end", needs=needs) as second:
        with_ = with_keys(
            sandbox,
            event="finished",
            started_at="${{ needs.start.outputs.started-at }}",
            datadog_deployment_id="${{ needs.start.outputs.datadog-deployment-id }}",
        )
        finished = second.uses(with_=with_)
    [at_launchdarkly] = sandbox.deployments("launchdarkly")
    [at_datadog] = sandbox.deployments("datadog")
    assert at_launchdarkly["status"] == "finished"
    assert at_datadog["started_at"] == at_launchdarkly["startedAt"]
    assert (
        finished.outputs["launchdarkly-deployment-id"]
        == started.outputs["launchdarkly-deployment-id"]
    )
    assert (
        finished.outputs["datadog-deployment-id"]
        == started.outputs["datadog-deployment-id"]
        == at_datadog["id"]
    )
