"""Standalone events: main sends them, and post has nothing to do.

Post writes nothing if main has saved that it is done, which one test proves with a process.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.github import deployment_status
from support.keys import GITHUB_TOKEN
from support.quick import MakeStep
from support.steps import event_types, with_keys

from emulator import Job
from sandbox import Sandbox

DONE = {"done": "true"}


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
def test_an_event_is_sent_by_main(
    make_step: MakeStep, sandbox: Sandbox, event: str, events: list[str]
) -> None:
    ended = make_step(event=event).main()
    assert (ended.code, ended.state) == (0, DONE)
    assert event_types(sandbox) == events


def test_finished_sends_each_vendor_one_event_and_outputs_the_ids(sandbox: Sandbox) -> None:
    start, end = "2026-05-04T09:30:00Z", "2026-05-04T09:33:20.250Z"
    with Job() as job:
        step = job.uses(
            with_=with_keys(sandbox, event="finished", started_at=start, finished_at=end)
        )
        [post] = job.finish().posts
    assert dict(step.state) == DONE
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
    assert (step.exit_code, post.exit_code, post.raw) == (0, 0, "")


def test_every_invalid_input_is_an_error_and_nothing_is_sent(sandbox: Sandbox) -> None:
    invalid = {"commit_sha": "abc1234", "started_at": "yesterday", "tags": "no colon here"}
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox, event="deployed", **invalid))
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


def test_without_any_key_the_step_warns_and_succeeds(make_step: MakeStep, sandbox: Sandbox) -> None:
    ended = make_step(launchdarkly_access_token="", datadog_api_key="").main()
    assert (ended.code, ended.state) == (0, DONE)
    [warning] = ended.annotations("warning")
    assert "forks" in warning
    assert "Nothing was reported" in ended.summary
    assert "/docs/troubleshooting.md#no-secrets" in ended.summary
    assert warning.split(":")[0].split(",")[0] in ended.summary
    assert sandbox.requests() == []


def test_a_dry_run_shows_every_request_without_keys_and_sends_nothing(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step(event="finished", dry_run="true")
    ended = step.main()
    assert sandbox.requests() == []
    assert f"POST {sandbox.datadog_url}/api/v2/dora/deployment" in ended.stdout
    assert '"eventType": "finished"' in ended.stdout
    assert step.leaks(ended) == []
    assert {row["status"] for row in ended.results} == {"dry-run"}


def running_job(name: str, started: str) -> dict[str, object]:
    return {
        "id": 1,
        "name": "deploy",
        "status": "in_progress",
        "runner_name": name,
        "started_at": started,
    }


def test_a_standalone_finished_event_starts_when_its_job_started(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    began = (datetime.now(UTC) - timedelta(minutes=7)).replace(microsecond=0)
    others = [running_job(f"other-{number}", "2026-01-01T00:00:00Z") for number in range(130)]
    sandbox.jobs = [*others, running_job("runner-7", began.isoformat())]
    env = {"RUNNER_NAME": "runner-7"}
    ended = make_step(event="finished", github_token=GITHUB_TOKEN, env=env).main()
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == int(began.timestamp() * 1000)
    assert ended.annotations("warning") == ended.annotations("notice") == []


def test_without_a_start_from_github_the_duration_is_zero_with_a_warning(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.fail("github", 403)
    ended = make_step(event="finished", github_token=GITHUB_TOKEN).main()
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == deployment["finished_at"]
    assert len(sandbox.requests("github")) == 1
    [warning] = ended.annotations("warning")
    assert "the duration is zero" in warning
    assert "so the duration is zero" in ended.summary


def test_a_deployment_status_event_needs_no_other_inputs_than_keys(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    payload = deployment_status("success")
    env = {"GITHUB_EVENT_NAME": "deployment_status"}
    ended = make_step(environment="", env=env, payload=payload).main()
    [deployment] = sandbox.deployments("datadog")
    assert deployment["git"]["commit_sha"] == payload["deployment"]["sha"]
    assert deployment["env"] == "staging"
    assert deployment["finished_at"] - deployment["started_at"] == 10 * 60 * 1000
    assert event_types(sandbox) == ["finished"]
    assert ended.state == DONE


def test_the_outputs_of_a_started_event_are_inputs_of_the_finished_event(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    started = make_step("start", event="started").main().outputs
    finished = make_step(
        "end",
        event="finished",
        env={"GITHUB_JOB": "end"},
        started_at=started["started-at"],
        datadog_deployment_id=started["datadog-deployment-id"],
    ).main()
    [at_launchdarkly] = sandbox.deployments("launchdarkly")
    [at_datadog] = sandbox.deployments("datadog")
    assert at_launchdarkly["status"] == "finished"
    assert at_datadog["started_at"] == at_launchdarkly["startedAt"]
    assert at_datadog["id"] == started["datadog-deployment-id"]
    for name in ("launchdarkly-deployment-id", "datadog-deployment-id"):
        assert finished.outputs[name] == started[name] != ""
