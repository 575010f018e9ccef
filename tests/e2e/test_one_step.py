"""`event: auto`: main reports the start of the deployment, and post its result."""

import time

import pytest
from support.quick import MakeStep
from support.steps import event_types, with_keys

from emulator import Job
from sandbox import Sandbox


def now() -> int:
    """Return the Unix time in ms, rounded down as the action does."""
    return time.time_ns() // 1_000_000


class TestJob:
    """The runner starts both stages and evaluates the inputs of each."""

    def test_a_successful_job_is_one_deployment_at_each_vendor_with_its_times(
        self, sandbox: Sandbox
    ) -> None:
        with Job() as job:
            before = now()
            step = job.uses(with_=with_keys(sandbox))
            between = now()
            result = job.finish()
            after = now()
        assert result.conclusion == "success"
        assert [post.exit_code for post in result.posts] == [0]
        [at_launchdarkly] = sandbox.deployments("launchdarkly")
        [at_datadog] = sandbox.deployments("datadog")
        assert at_launchdarkly["status"] == "finished"
        assert at_launchdarkly["startedAt"] == at_datadog["started_at"]
        assert at_launchdarkly["endedAt"] == at_datadog["finished_at"]
        assert before <= at_datadog["started_at"] <= between
        assert between <= at_datadog["finished_at"] <= after
        assert step.outputs["launchdarkly-deployment-id"] == at_launchdarkly["id"]
        assert step.outputs["datadog-deployment-id"] == at_datadog["id"]

    def test_after_main_is_killed_before_saving_post_reports_the_success(
        self, sandbox: Sandbox
    ) -> None:
        with Job() as job:
            running = job.start(with_=with_keys(sandbox), continue_on_error=True)
            running.kill()
            running.wait()
            [post] = job.finish().posts
        assert post.exit_code == 0
        assert {annotation.level for annotation in post.annotations} == {"warning"}
        assert "The inputs were evaluated again" in post.annotations[0].message
        assert "The inputs were evaluated again" in post.summary
        for vendor in ("launchdarkly", "datadog"):
            assert len(sandbox.deployments(vendor)) == 1

    def test_a_cancellation_ends_main_quickly_and_post_reports_it(self, sandbox: Sandbox) -> None:
        sandbox.fail("launchdarkly", "hang", times=1)
        with Job() as job:
            running = job.start(with_=with_keys(sandbox))
            running.wait_for(lambda step: bool(sandbox.requests("launchdarkly")))
            began = time.monotonic()
            job.cancel()
            step = running.wait()
            assert time.monotonic() - began < 5
            result = job.finish()
        assert result.status == "cancelled"
        assert "Traceback" not in step.raw
        assert "deployment" in step.state
        assert event_types(sandbox)[-2:] == ["started", "failed"]
        assert result.posts[0].exit_code == 0


def test_a_failed_job_is_reported_to_launchdarkly_only(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step()
    step.main()
    ended = step.post("failure")
    assert sandbox.deployments("launchdarkly")[0]["status"] == "failed"
    assert sandbox.deployments("datadog") == []
    assert "A failed job is not sent to Datadog" in ended.stdout
    assert "would count it as a deployment" in ended.summary


@pytest.mark.parametrize(
    ("on_cancelled", "events", "deployments"),
    [
        ("failed", ["started", "failed"], 0),
        ("finished", ["started", "finished"], 1),
        ("ignore", ["started"], 0),
    ],
)
def test_on_cancelled_selects_the_event_of_a_cancelled_job(
    make_step: MakeStep, sandbox: Sandbox, on_cancelled: str, events: list[str], deployments: int
) -> None:
    step = make_step(on_cancelled=on_cancelled)
    step.main()
    step.post("cancelled")
    assert event_types(sandbox) == events
    assert len(sandbox.deployments("datadog")) == deployments


def test_post_sends_the_undelivered_start_first_with_its_time(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.unplug("launchdarkly")
    step = make_step()
    main = step.main()
    sandbox.plug("launchdarkly")
    post = step.post()
    assert main.code == 0
    [notice] = main.annotations("notice")
    assert "The post stage resends it when the job ends." in notice
    assert main.outputs["undelivered-path"].startswith("deployment-events/")
    assert event_types(sandbox) == ["started", "finished"]
    [deployment] = sandbox.deployments("launchdarkly")
    [at_datadog] = sandbox.deployments("datadog")
    assert deployment["startedAt"] == at_datadog["started_at"]
    for level in ("notice", "warning", "error"):
        assert post.annotations(level) == []
    assert list((step.temp / "deployment-events").iterdir()) == []


def test_a_damaged_state_is_one_warning_and_nothing_is_sent(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step()
    step.main()
    step.state["deployment"] = "["
    before = len(sandbox.requests())
    ended = step.post()
    assert ended.code == 0
    assert len(ended.annotations("warning")) == 1
    assert ended.annotations("error") == []
    assert len(sandbox.requests()) == before


def test_two_steps_in_one_job_are_two_deployments(make_step: MakeStep, sandbox: Sandbox) -> None:
    steps = [make_step(service=service) for service in ("api", "web")]
    for step in steps:
        step.main()
    for step in reversed(steps):
        step.post()
    assert {
        deployment["applicationKey"]: deployment["status"]
        for deployment in sandbox.deployments("launchdarkly")
    } == {
        "api": "finished",
        "web": "finished",
    }
    assert {reported["service"] for reported in sandbox.deployments("datadog")} == {"api", "web"}


def test_a_key_that_is_empty_in_post_is_a_warning_and_the_event_is_kept(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step(fail_on_error="true")
    step.main()
    ended = step.post(datadog_api_key="")
    assert ended.code == 0
    [warning] = ended.annotations("warning")
    assert "Datadog's key was set in main but is missing or invalid in post" in warning
    assert "nested composite actions" in warning
    assert sandbox.deployments("launchdarkly")[0]["status"] == "finished"
    assert [line["vendor"] for line in step.outbox] == ["datadog"]


def test_post_takes_only_the_keys_from_changed_inputs(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step(service="before", tags="by:before", environment="before")
    step.main()
    step.post(service="after", tags="by:after", environment="after")
    [deployment] = sandbox.deployments("datadog")
    assert (deployment["service"], deployment["env"]) == ("before", "before")
    assert "by:before" in deployment["custom_tags"]
    assert sandbox.deployments("launchdarkly")[0]["status"] == "finished"


def test_a_clock_set_back_never_makes_the_finish_earlier_than_the_start(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    ahead = int(time.time()) + 300
    step = make_step(started_at=str(ahead))
    step.main()
    ended = step.post()
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == deployment["finished_at"] == ahead * 1000
    assert "the clock was adjusted during the job" in ended.annotations("warning")[0]


@pytest.mark.parametrize(("job_status", "level"), [("skipped", "notice"), ("", "warning")])
def test_without_a_result_of_the_job_nothing_is_sent(
    make_step: MakeStep, sandbox: Sandbox, job_status: str, level: str
) -> None:
    step = make_step()
    step.main()
    ended = step.post(job_status)
    assert event_types(sandbox) == ["started"]
    assert len(ended.annotations(level)) == 1
    assert ended.code == 0
