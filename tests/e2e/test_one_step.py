"""`event: auto`: main reports the start of the deployment, and post its result."""

import json
import time

import pytest
from support.keys import DATADOG_API_KEY
from support.steps import event_types, with_keys

from emulator import Job
from sandbox import Sandbox

DEPLOY_SECONDS = 1.0


def deploy() -> None:
    time.sleep(DEPLOY_SECONDS)  # the deployment itself: its real duration is what is measured


def levels(step) -> list[tuple[str, str]]:
    return [(annotation.level, annotation.message) for annotation in step.annotations]


def test_a_successful_job_is_one_deployment_at_each_vendor_with_its_duration(
    sandbox: Sandbox,
) -> None:
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox))
        job.run(deploy)
        result = job.finish()
    assert result.conclusion == "success"
    assert [post.exit_code for post in result.posts] == [0]
    [at_launchdarkly] = sandbox.deployments("launchdarkly")
    [at_datadog] = sandbox.deployments("datadog")
    assert at_launchdarkly["status"] == "finished"
    assert at_launchdarkly["startedAt"] == at_datadog["started_at"]
    assert at_launchdarkly["endedAt"] == at_datadog["finished_at"]
    duration = (at_datadog["finished_at"] - at_datadog["started_at"]) / 1000
    overhead = step.seconds + result.posts[0].seconds
    assert DEPLOY_SECONDS <= duration <= DEPLOY_SECONDS + overhead + 0.5
    assert step.outputs["launchdarkly-deployment-id"] == at_launchdarkly["id"]
    assert step.outputs["datadog-deployment-id"] == at_datadog["id"]


def test_a_failed_job_is_reported_to_launchdarkly_only(
    sandbox: Sandbox,
) -> None:
    with Job() as job:
        job.uses(with_=with_keys(sandbox))
        job.run(lambda: 1 / 0)
        result = job.finish()
    assert sandbox.deployments("launchdarkly")[0]["status"] == "failed"
    assert sandbox.deployments("datadog") == []
    assert "A failed job is not sent to Datadog" in result.posts[0].log
    assert "would count it as a deployment" in result.summary


@pytest.mark.parametrize(
    ("on_cancelled", "events", "deployments"),
    [
        ("failed", ["started", "failed"], 0),
        ("finished", ["started", "finished"], 1),
        ("ignore", ["started"], 0),
    ],
)
def test_on_cancelled_selects_the_event_of_a_cancelled_job(
    sandbox: Sandbox, on_cancelled: str, events: list[str], deployments: int
) -> None:
    with Job() as job:
        job.uses(with_=with_keys(sandbox, on_cancelled=on_cancelled))
        job.run(job.cancel)
        result = job.finish()
    assert result.status == "cancelled"
    assert event_types(sandbox) == events
    assert len(sandbox.deployments("datadog")) == deployments


def test_post_sends_the_undelivered_start_first_with_its_time(
    sandbox: Sandbox,
) -> None:
    sandbox.unplug("launchdarkly")
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox, timeout_seconds="1"))
        sandbox.plug("launchdarkly")
        result = job.finish()
    assert step.exit_code == 0
    assert [level for level, _ in levels(step)] == ["notice"]
    assert "The post stage resends it when the job ends." in levels(step)[0][1]
    assert step.outputs["undelivered-path"].startswith("deployment-events/")
    assert event_types(sandbox) == ["started", "finished"]
    [deployment] = sandbox.deployments("launchdarkly")
    [at_datadog] = sandbox.deployments("datadog")
    assert deployment["startedAt"] == at_datadog["started_at"]
    assert result.posts[0].annotations == ()


def test_post_removes_the_file_of_events_that_it_delivers(sandbox: Sandbox) -> None:
    sandbox.unplug("launchdarkly")
    with Job() as job:
        job.uses(with_=with_keys(sandbox, timeout_seconds="1"))
        sandbox.plug("launchdarkly")
        job.finish()
        assert list((job.temp / "deployment-events").iterdir()) == []


def test_after_main_is_killed_while_sending_post_reports_the_deployment(
    sandbox: Sandbox,
) -> None:
    sandbox.fail("launchdarkly", "hang", times=1)
    with Job() as job:
        running = job.start(with_=with_keys(sandbox), continue_on_error=True)
        running.wait_for(lambda step: bool(sandbox.requests("launchdarkly")))
        running.kill()
        running.wait()
        sandbox.heal()
        result = job.finish()
    assert result.posts[0].exit_code == 0
    assert event_types(sandbox)[-2:] == ["started", "finished"]
    [deployment] = sandbox.deployments("launchdarkly")
    assert deployment["startedAt"] == sandbox.deployments("datadog")[0]["started_at"]


def test_after_main_is_killed_before_saving_post_reports_the_success(sandbox: Sandbox) -> None:
    with Job() as job:
        running = job.start(with_=with_keys(sandbox), continue_on_error=True)
        running.kill()
        running.wait()
        [post] = job.finish().posts
    assert post.exit_code == 0
    assert {level for level, _ in levels(post)} == {"warning"}
    assert "The inputs were evaluated again" in levels(post)[0][1]
    for vendor in ("launchdarkly", "datadog"):
        assert len(sandbox.deployments(vendor)) == 1


def test_a_damaged_state_is_one_warning_and_no_failure(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox))
        assert "deployment" in step.state
        step.state["deployment"] = "["  # type: ignore[index]
        before = len(sandbox.requests())
        [post] = job.finish().posts
    assert post.exit_code == 0
    assert [level for level, _ in levels(post)] == ["warning"]
    assert len(sandbox.requests()) == before


def test_two_steps_in_one_job_are_two_deployments(sandbox: Sandbox) -> None:
    with Job() as job:
        job.uses(with_=with_keys(sandbox, service="api"))
        job.uses(with_=with_keys(sandbox, service="web"))
        job.finish()
    assert {
        deployment["applicationKey"]: deployment["status"]
        for deployment in sandbox.deployments("launchdarkly")
    } == {
        "api": "finished",
        "web": "finished",
    }
    assert {reported["service"] for reported in sandbox.deployments("datadog")} == {"api", "web"}


def test_matrix_jobs_and_a_second_attempt_have_different_ids(sandbox: Sandbox) -> None:
    for strategy, github in (
        ({"job-index": 0}, {}),
        ({"job-index": 1}, {}),
        ({"job-index": 1}, {"run_attempt": "2"}),
    ):
        with Job(strategy=strategy, github=github) as job:
            job.uses(with_=with_keys(sandbox, started_at="2026-05-04T09:30:00Z"))
            job.finish()
    assert len({deployment["id"] for deployment in sandbox.deployments("datadog")}) == 3


def test_a_key_that_is_empty_in_post_is_a_warning_and_the_event_is_kept(sandbox: Sandbox) -> None:
    with_ = {**with_keys(sandbox, fail_on_error="true"), "datadog-api-key": "${{ env.KEY }}"}
    keys = {"KEY": DATADOG_API_KEY}
    with Job(env=keys) as job:
        job.uses(with_=with_)
        job.run('echo "KEY=" >> "$GITHUB_ENV"')
        [post] = job.finish().posts
        kept = [path.read_text() for path in (job.temp / "deployment-events").iterdir()]
    assert post.exit_code == 0
    assert [level for level, _ in levels(post)] == ["warning"]
    assert "Datadog's key was set in main but is missing or invalid in post" in levels(post)[0][1]
    assert "nested composite actions" in levels(post)[0][1]
    assert sandbox.deployments("launchdarkly")[0]["status"] == "finished"
    assert [json.loads(line)["vendor"] for text in kept for line in text.splitlines()] == [
        "datadog"
    ]


def test_post_takes_only_the_keys_from_changed_inputs(sandbox: Sandbox) -> None:
    with_ = {
        **with_keys(sandbox, service="${{ env.NAME }}", tags="by:${{ env.NAME }}"),
        "environment": "${{ env.NAME }}",
    }
    with Job(env={"NAME": "before"}) as job:
        job.uses(with_=with_)
        job.run('echo "NAME=after" >> "$GITHUB_ENV"')
        job.finish()
    [deployment] = sandbox.deployments("datadog")
    assert (deployment["service"], deployment["env"]) == ("before", "before")
    assert "by:before" in deployment["custom_tags"]
    assert sandbox.deployments("launchdarkly")[0]["status"] == "finished"


def test_a_clock_set_back_never_makes_the_finish_earlier_than_the_start(sandbox: Sandbox) -> None:
    ahead = int(time.time()) + 300
    with Job() as job:
        job.uses(with_=with_keys(sandbox, started_at=str(ahead)))
        [post] = job.finish().posts
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == deployment["finished_at"] == ahead * 1000
    assert "the clock was adjusted during the job" in levels(post)[0][1]


def test_a_cancellation_ends_main_quickly_and_post_reports_it(sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", "hang", times=1)
    with Job() as job:
        running = job.start(with_=with_keys(sandbox))
        running.wait_for(lambda step: bool(sandbox.requests("launchdarkly")))
        began = time.monotonic()
        job.cancel()
        step = running.wait()
        assert time.monotonic() - began < 5
        result = job.finish()
    assert "Traceback" not in step.raw
    assert "deployment" in step.state
    assert event_types(sandbox)[-2:] == ["started", "failed"]
    assert result.posts[0].exit_code == 0


def test_a_skipped_job_sends_nothing(sandbox: Sandbox) -> None:
    with Job() as job:
        job.uses(with_=with_keys(sandbox, job_status="skipped"))
        [post] = job.finish().posts
    assert event_types(sandbox) == ["started"]
    assert [level for level, _ in levels(post)] == ["notice"]


def test_a_missing_job_status_is_a_warning_and_nothing_is_sent(sandbox: Sandbox) -> None:
    with Job() as job:
        job.uses(with_=with_keys(sandbox, job_status="${{ env.NOTHING }}"))
        [post] = job.finish().posts
    assert event_types(sandbox) == ["started"]
    assert "The job's result is unknown" in levels(post)[0][1]
    assert post.exit_code == 0
