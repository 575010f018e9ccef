"""The post stage without main's state: nothing is invented, and nothing is reported twice."""

from pathlib import Path
from typing import Any

import pytest
from support import keys
from support.github import SHA
from support.step import Step

from deployment_events.http.deadline import Clock
from sandbox import Sandbox

JOB_START = 1_777_885_800_000
"""2026-05-04T09:10:00Z."""


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    running.jobs = [{"id": 41, "started_at": "2026-05-04T09:10:00Z"}]
    return running


def lost(tmp_path: Path, sandbox: Sandbox | None, **inputs: str) -> Step:
    """Return a step whose main stage left nothing behind."""
    given = {"job_id": "41", "github_token": keys.GITHUB_TOKEN, "timeout_seconds": "3"}
    return Step(tmp_path, sandbox, **{**given, **inputs})


def open_at_launchdarkly(sandbox: Sandbox, tmp_path: Path) -> None:
    """Report a start as main does, and lose the state."""
    lost(tmp_path / "main", sandbox).main()


def test_a_successful_job_is_reported_with_the_job_s_start(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    ended = lost(tmp_path, sandbox).post("success")
    assert ended.code == 0
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == JOB_START
    [listed] = sandbox.deployments("launchdarkly")
    assert (listed["startedAt"], listed["status"]) == (JOB_START, "finished")
    [warning] = ended.annotations("warning")
    assert "The inputs were evaluated again" in warning


def test_a_start_that_launchdarkly_lists_is_not_sent_again(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    open_at_launchdarkly(sandbox, tmp_path)
    lost(tmp_path / "post", sandbox).post("success")
    events = [
        request.body["eventType"]
        for request in sandbox.requests("launchdarkly")
        if request.path.endswith("deployment-events")
    ]
    assert events == ["started", "finished"]


def test_without_the_job_s_start_the_listed_start_is_used(tmp_path: Path, sandbox: Sandbox) -> None:
    open_at_launchdarkly(sandbox, tmp_path)
    [listed] = sandbox.deployments("launchdarkly")
    sandbox.jobs = []
    lost(tmp_path / "post", sandbox).post("success")
    [deployment] = sandbox.deployments("datadog")
    assert deployment["started_at"] == listed["startedAt"]


def test_the_start_of_an_earlier_deployment_of_the_version_is_not_used(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    hour_ago = Clock().now() - 3_600_000
    times = {"started_at": str(hour_ago), "finished_at": str(hour_ago + 60_000)}
    for event in ("started", "finished"):
        lost(tmp_path / event, sandbox, event=event, **times).main()
    [listed] = sandbox.deployments("launchdarkly")
    assert (listed["startedAt"], listed["status"]) == (hour_ago, "finished")
    sandbox.jobs = []
    ended = lost(tmp_path / "post", sandbox).post("success")
    deployment = sandbox.deployments("datadog")[-1]
    assert deployment["started_at"] == deployment["finished_at"]
    assert "The start time is unknown" in ended.annotations("warning")[-1]


def test_a_failed_job_is_reported_only_if_an_open_deployment_is_listed(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    ended = lost(tmp_path / "first", sandbox).post("failure")
    assert sandbox.deployments("launchdarkly") == []
    assert "no vendor lists an open deployment" in " ".join(ended.annotations("warning"))

    open_at_launchdarkly(sandbox, tmp_path)
    lost(tmp_path / "second", sandbox).post("failure")
    [listed] = sandbox.deployments("launchdarkly")
    assert listed["status"] == "failed"
    assert sandbox.deployments("datadog") == []


def test_a_list_that_cannot_be_read_proves_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    sandbox.unplug("launchdarkly")
    ended = lost(tmp_path, sandbox, timeout_seconds="0.5").post("failure")
    sandbox.heal()
    assert ended.code == 0
    assert "not reported" in " ".join(ended.annotations("warning"))


@pytest.mark.parametrize(
    ("inputs", "env", "payload"),
    [
        ({"event": "finished"}, {}, None),
        ({"event": "started"}, {}, None),
        ({"event": "update", "launchdarkly_patch": "[]"}, {}, None),
        ({"commit_sha": "abc"}, {}, None),
        ({"service": "[]"}, {}, None),
        ({"service": ""}, {}, None),
        (
            {},
            {"GITHUB_EVENT_NAME": "deployment_status"},
            {"deployment": {"sha": SHA, "environment": "production"}},
        ),
    ],
)
def test_nothing_is_sent_or_logged_if_main_left_nothing_to_post(
    tmp_path: Path, sandbox: Sandbox, inputs: dict[str, str], env: dict[str, str], payload: Any
) -> None:
    step = Step(tmp_path, sandbox, env=env, payload=payload, **inputs)
    ended = step.post("success")
    assert ended.code == 0
    assert sandbox.requests() == []
    assert ended.annotations("warning") == []
    assert ended.summary == ""


def test_without_a_vendor_nothing_is_logged(tmp_path: Path) -> None:
    ended = Step(tmp_path).post("success")
    assert (ended.code, ended.annotations("warning")) == (0, [])


def test_a_runner_without_the_job_s_result_causes_a_warning_with_the_two_step_workflow(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    ended = lost(tmp_path, sandbox).post("")
    [warning] = ended.annotations("warning")
    assert "examples/two-steps.yml" in warning
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"ACT": "true"}, "act"),
        ({"ACT": "true", "GITEA_ACTIONS": "true"}, "Gitea"),
        ({"FORGEJO_ACTIONS": "true"}, "Forgejo"),
    ],
)
def test_main_names_the_runner_that_does_not_pass_the_job_s_result(
    tmp_path: Path, sandbox: Sandbox, variables: dict[str, str], name: str
) -> None:
    ended = Step(tmp_path, sandbox, env=variables).main()
    [notice] = [message for message in ended.annotations("notice") if "two-steps.yml" in message]
    assert notice.startswith(f"{name} does not pass")


def test_github_s_runner_causes_no_notice(tmp_path: Path, sandbox: Sandbox) -> None:
    assert "two-steps.yml" not in Step(tmp_path, sandbox).main().stdout


def test_only_listed_services_are_reported(tmp_path: Path, sandbox: Sandbox) -> None:
    lost(tmp_path / "main", sandbox, service="cart").main()
    lost(tmp_path / "post", sandbox, service="cart\npayments").post("failure")
    by_name = {
        deployment["applicationKey"]: deployment
        for deployment in sandbox.deployments("launchdarkly")
    }
    assert by_name.keys() == {"cart"}
    assert by_name["cart"]["status"] == "failed"


def test_a_cancelled_job_is_not_reported_as_finished_without_proof(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    step = lost(tmp_path, sandbox, on_cancelled="finished")
    step.post("cancelled")
    assert sandbox.deployments("launchdarkly") == sandbox.deployments("datadog") == []


def test_a_vendor_that_never_responds_leaves_time_for_the_other(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", "hang")
    lost(tmp_path, sandbox, timeout_seconds="1").post("success")
    sandbox.heal()
    assert len(sandbox.deployments("datadog")) == 1


@pytest.mark.parametrize(("status", "event"), [("success", "finished"), ("failure", "failed")])
def test_a_dry_run_prints_the_result_and_sends_the_vendors_nothing(
    tmp_path: Path, sandbox: Sandbox, status: str, event: str
) -> None:
    """Main has sent nothing either, so no proof of the deployment is needed."""
    ended = lost(tmp_path, sandbox, dry_run="true").post(status)
    assert f'"eventType": "{event}"' in ended.stdout
    assert sandbox.requests("launchdarkly") == sandbox.requests("datadog") == []
