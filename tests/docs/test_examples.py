"""Examples run against the sandbox, which then has the described deployments.

tests/act executes the others, among them those with a matrix or a reusable workflow.
"""

import importlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support import gh
from support.examples import (
    ACTION,
    DEPLOY_SECONDS,
    EXAMPLES,
    EXECUTED,
    NOTHING,
    PUSHED,
    SECRETS,
    complaints,
    example,
    example_names,
    execute,
    only,
    stages,
)
from support.sandboxes import make_sandbox
from support.steps import event_types

from deployment_events.values.times import parse_time
from emulator.layout import Layout
from emulator.manifest import REPOSITORY, Action
from emulator.runners import HostRunner, Process
from emulator.workflow import WorkflowResult
from sandbox import Proxy, Sandbox

OTHER_SHA = "1b3f9c0d2e4a68751b3f9c0d2e4a68751b3f9c0d"


def milliseconds(deployment: dict) -> int:
    return deployment["finished_at"] - deployment["started_at"]


def test_every_example_is_executed() -> None:
    importlib.import_module("act.test_examples")
    assert set(example_names()) == EXECUTED


@pytest.mark.parametrize("name", example_names())
def test_every_example_grants_no_permission_by_default(name: str) -> None:
    assert "\npermissions: {}\n" in (EXAMPLES / name).read_text()


@pytest.fixture(scope="module")
def one_step() -> Iterator[tuple[Sandbox, WorkflowResult]]:
    """A deployment that one-step.yml has reported."""
    with make_sandbox() as sandbox:
        deploys = {'echo "Your deploy goes here"': f"sleep {DEPLOY_SECONDS}"}
        yield sandbox, execute(sandbox, "one-step.yml", replace=deploys)


def assert_one_step_reported(sandbox: Sandbox, result: WorkflowResult) -> None:
    feature = only(sandbox.deployments("launchdarkly"))
    deployment = only(sandbox.deployments("datadog"))
    assert result.conclusion == "success"
    assert not complaints(result)
    assert (feature["status"], feature["environmentKey"]) == ("finished", "production")
    assert feature["durationMs"] >= DEPLOY_SECONDS * 1000
    assert milliseconds(deployment) == feature["durationMs"]
    assert deployment["git"] == {
        "commit_sha": PUSHED,
        "repository_url": "https://github.com/octo-org/octo-repo",
    }
    report = next(step for step in result.jobs["deploy"].steps if step.outputs)
    assert report.outputs["launchdarkly-deployment-id"] == feature["id"]
    assert report.outputs["datadog-deployment-id"] == deployment["id"]


@example("one-step.yml")
def test_one_step_reports_a_deployment(one_step: tuple[Sandbox, WorkflowResult]) -> None:
    assert_one_step_reported(*one_step)


@example("kubernetes.yml")
def test_one_step_of_a_job_in_a_container_reports_a_deployment() -> None:
    with make_sandbox() as sandbox:
        assert_one_step_reported(sandbox, execute(sandbox, "kubernetes.yml"))


def test_the_log_and_the_summary_contain_no_key(one_step: tuple[Sandbox, WorkflowResult]) -> None:
    _, result = one_step
    shown = "\n".join(
        line
        for step in stages(result)
        for line in step.raw.splitlines()
        if "::add-mask::" not in line
    )
    assert "delivered" in shown
    assert not [key for key in SECRETS.values() if key in shown + result.summary]


@example("two-steps.yml")
def test_two_steps_report_a_deployment() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "two-steps.yml")
        feature = only(sandbox.deployments("launchdarkly"))
        deployment = only(sandbox.deployments("datadog"))
    assert result.conclusion == "success"
    assert not complaints(result)
    assert feature["status"] == "finished"
    assert milliseconds(deployment) == feature["durationMs"] >= DEPLOY_SECONDS * 1000
    start = next(step for step in result.jobs["deploy"].steps if step.id == "start")
    assert start.outputs["datadog-deployment-id"] == deployment["id"]


@example("report-from-linux.yml")
def test_a_linux_job_reports_for_another_system() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "report-from-linux.yml")
        deployment = only(sandbox.deployments("datadog"))
        feature = only(sandbox.deployments("launchdarkly"))
    assert not complaints(result)
    # Without a `started` event, LaunchDarkly documents a duration of zero.
    assert feature["status"] == "finished"
    assert milliseconds(deployment) > 0
    # The shell's clock has no milliseconds.
    assert deployment["started_at"] % 1000 == 0


def test_a_linux_job_reports_a_failed_deploy_to_launchdarkly_only() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "report-from-linux.yml", replace={"./deploy.ps1": "exit 1 #"})
        assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
        assert not sandbox.deployments("datadog")
    assert result.conclusion == "failure"
    assert not complaints(result)


@example("reporting-in-its-own-jobs.yml")
def test_separate_jobs_report_a_started_and_a_finished_event() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "reporting-in-its-own-jobs.yml")
        assert event_types(sandbox) == ["started", "finished"]
        feature = only(sandbox.deployments("launchdarkly"))
        deployment = only(sandbox.deployments("datadog"))
    assert not complaints(result)
    assert [step.outcome for step in result.jobs["ended"].steps] == ["skipped", "success"]
    assert milliseconds(deployment) == feature["durationMs"] >= DEPLOY_SECONDS * 1000


class NoImage(HostRunner):
    """Cannot pull the action's image for one of the jobs."""

    WHY = "Docker pull failed with exit code 1"

    def __init__(self, job: str) -> None:
        super().__init__()
        self._job = job

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        if environment["GITHUB_JOB"] == self._job:
            raise OSError(self.WHY)
        return super().start(action, entrypoint, environment, layout)


def test_if_the_registry_is_down_at_the_start_the_deploy_records_its_start() -> None:
    before = int(time.time()) * 1000  # the shell's clock has no milliseconds
    with make_sandbox() as sandbox:
        result = execute(sandbox, "reporting-in-its-own-jobs.yml", runner=NoImage("started"))
        feature = only(sandbox.deployments("launchdarkly"))
        deployment = only(sandbox.deployments("datadog"))
    assert [step.outcome for step in result.jobs["started"].steps] == ["failure"]
    assert set(complaints(result)) == {NoImage.WHY}
    assert {step.outcome for step in result.jobs["deploy"].steps} == {"success"}
    started_at = parse_time(result.jobs["deploy"].outputs["started-at"])
    assert before <= started_at
    assert feature["startedAt"] == deployment["started_at"] == started_at
    assert feature["status"] == "finished"
    assert milliseconds(deployment) == feature["durationMs"] >= DEPLOY_SECONDS * 1000


def test_if_the_registry_is_down_at_the_start_a_failed_deploy_is_reported() -> None:
    replace = {"./deploy.sh": f"sleep {DEPLOY_SECONDS}; exit 1"}
    with make_sandbox() as sandbox:
        result = execute(
            sandbox, "reporting-in-its-own-jobs.yml", replace=replace, runner=NoImage("started")
        )
        feature = only(sandbox.deployments("launchdarkly"))
        assert not sandbox.deployments("datadog")
    assert result.conclusion == "failure"
    assert feature["status"] == "failed"
    assert feature["durationMs"] >= DEPLOY_SECONDS * 1000


def test_if_the_registry_is_down_a_deploy_that_never_ran_is_not_reported() -> None:
    skip = {"deploy: # doesn't": "deploy:\n    if: ${{ false }} # doesn't"}
    with make_sandbox() as sandbox:
        result = execute(
            sandbox, "reporting-in-its-own-jobs.yml", replace=skip, runner=NoImage("started")
        )
        assert not sandbox.requests()
    assert [step.outcome for step in result.jobs["ended"].steps] == ["skipped", "success"]


def test_if_the_registry_stays_down_the_deploy_still_succeeds() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "reporting-in-its-own-jobs.yml", runner=NoImage("ended"))
    assert result.jobs["deploy"].conclusion == result.conclusion == "success"


@example("pinned.yml")
def test_an_action_pinned_by_commit_reports_a_deployment() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "pinned.yml")
        assert only(sandbox.deployments("launchdarkly"))["status"] == "finished"
        assert only(sandbox.deployments("datadog"))
    assert not complaints(result)


@example("continue-on-error.yml")
def test_the_outcome_of_a_deploy_with_continue_on_error_is_reported() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "continue-on-error.yml", replace={"./deploy.sh": "exit 1 #"})
        assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
        assert not sandbox.deployments("datadog")
    assert result.conclusion == "success"
    assert not complaints(result)


@example("metadata.yml")
def test_tags_metadata_and_a_version_like_a_number_arrive_unchanged() -> None:
    message = 'Fix "quotes"\nand lines'
    with make_sandbox() as sandbox:
        result = execute(
            sandbox,
            "metadata.yml",
            event={"ref": "refs/heads/main", "head_commit": {"message": message}},
        )
        started, _ = [
            request.body for request in sandbox.requests("launchdarkly") if request.method == "POST"
        ]
        deployment = only(sandbox.deployments("datadog"))
    assert not complaints(result)
    assert started["version"] == deployment["version"] == "1.10"
    assert started["eventMetadata"] == {"message": message}
    assert deployment["custom_tags"][:2] == [
        "environment_url:https://shop.example.com",
        "department:web",
    ]


@example("deployment-status.yml")
def test_a_deployment_status_event_needs_no_inputs() -> None:
    event = {
        "deployment": {
            "sha": OTHER_SHA,
            "environment": "staging",
            "created_at": "2026-05-04T09:30:00Z",
        },
        "deployment_status": {"state": "in_progress", "created_at": "2026-05-04T09:30:05Z"},
    }
    done = {
        **event,
        "deployment_status": {"state": "success", "created_at": "2026-05-04T09:33:00Z"},
    }
    idle = {**event, "deployment_status": {"state": "queued", "created_at": "2026-05-04T09:30:01Z"}}
    preview = {
        "deployment": {**done["deployment"], "environment": "pr-12", "transient_environment": True},
        "deployment_status": done["deployment_status"],
    }
    with make_sandbox() as sandbox:
        runs = [
            execute(sandbox, "deployment-status.yml", event_name="deployment_status", event=payload)
            for payload in (idle, preview, event, done)
        ]
        feature = only(sandbox.deployments("launchdarkly"))
        deployment = only(sandbox.deployments("datadog"))
    assert [run.conclusion for run in runs] == ["skipped", "skipped", "success", "success"]
    assert not [text for run in runs for text in complaints(run)]
    assert (feature["status"], feature["environmentKey"]) == ("finished", "staging")
    assert feature["durationMs"] == 175_000  # from its first `in_progress`
    assert milliseconds(deployment) == 180_000  # from the deployment's creation
    assert (deployment["env"], deployment["git"]["commit_sha"]) == ("staging", OTHER_SHA)


@example("workflow-run.yml")
def test_a_workflow_run_reports_the_tested_commit() -> None:
    event = {"workflow_run": {"conclusion": "success", "event": "push", "head_sha": OTHER_SHA}}
    with make_sandbox() as sandbox:
        result = execute(sandbox, "workflow-run.yml", event_name="workflow_run", event=event)
        deployment = only(sandbox.deployments("datadog"))
        feature = only(sandbox.deployments("launchdarkly"))
    assert not complaints(result)
    assert deployment["git"]["commit_sha"] == feature["applicationVersion"] == OTHER_SHA


def test_the_version_of_a_workflow_run_can_be_the_pushed_tag() -> None:
    run = {"conclusion": "success", "event": "push", "head_sha": OTHER_SHA, "head_branch": "v1.4.0"}
    with make_sandbox() as sandbox:
        result = execute(
            sandbox,
            "workflow-run.yml",
            event_name="workflow_run",
            event={"workflow_run": run},
            replace={"# version: ": "version: "},
        )
        assert only(sandbox.deployments("datadog"))["version"] == "v1.4.0"
    assert not complaints(result)


@pytest.mark.parametrize("change", [{"conclusion": "failure"}, {"event": "pull_request"}])
def test_a_workflow_run_deploys_neither_failed_nor_fork_commits(change: dict) -> None:
    event = {
        "workflow_run": {"conclusion": "success", "event": "push", "head_sha": OTHER_SHA, **change}
    }
    with make_sandbox() as sandbox:
        result = execute(sandbox, "workflow-run.yml", event_name="workflow_run", event=event)
        assert not sandbox.requests()
    assert result.conclusion == "skipped"


LOST_RUN = {
    "id": 8123456789,
    "run_attempt": 1,
    "event": "push",
    "conclusion": "failure",
    "head_sha": PUSHED,
    "run_started_at": "2026-05-04T09:30:00Z",
    "updated_at": "2026-05-04T09:45:00Z",
}


def steps(main: str | None, post: str | None) -> list[dict]:
    """Return the steps of a deploy job as GitHub lists them; steps that did not run have no end."""
    ends = {"Set up job": "success", f"Run {ACTION}": main, f"Post Run {ACTION}": post}
    return [{"name": name, "conclusion": end} for name, end in ends.items()]


def end_run(
    folder: Path,
    sandbox: Sandbox,
    listed: list[dict],
    other_jobs: int = 1,
    action: Path = REPOSITORY,
    **run: object,
) -> str:
    """End a run whose last job is a deploy job with these steps, as close-open.yml sees it.

    Return the outcome of the step that closes the deployment.
    """
    others = [{"name": f"test-{number}", "steps": []} for number in range(other_jobs)]
    sandbox.jobs = [*others, {"name": "deploy", "steps": listed}]
    result = execute(
        sandbox,
        "close-open.yml",
        event_name="workflow_run",
        event={"workflow_run": {**LOST_RUN, **run}},
        env=gh.install(folder),
        action=action,
    )
    assert not complaints(result)
    return result.jobs["close"].steps[-1].outcome if result.jobs["close"].steps else "no job"


@example("close-open.yml")
def test_a_deployment_whose_runner_died_is_closed(tmp_path: Path) -> None:
    dies = {
        "event: started": "event: started\n          started-at: 2026-05-04T09:30:20Z",
        "if: ${{ always() }}": "if: ${{ false }}",
    }
    with make_sandbox() as sandbox:
        execute(sandbox, "two-steps.yml", replace=dies)
        assert end_run(tmp_path, sandbox, steps("success", None)) == "success"
        assert event_types(sandbox) == ["started", "failed"]
        feature = only(sandbox.deployments("launchdarkly"))
        assert not sandbox.deployments("datadog")
    assert feature["status"] == "failed"
    assert feature["endedAt"] == parse_time(str(LOST_RUN["updated_at"]))


@pytest.mark.parametrize(
    ("conclusion", "main", "post", "closes"),
    [
        ("failure", "success", None, True),
        ("cancelled", "success", "cancelled", True),
        ("timed_out", "success", "skipped", True),
        ("failure", "success", "success", False),
        ("failure", "success", "failure", False),
        ("failure", None, None, False),
    ],
)
def test_only_a_deploy_that_was_started_and_not_reported_is_closed(
    tmp_path: Path, conclusion: str, main: str | None, post: str | None, closes: bool
) -> None:
    with make_sandbox() as sandbox:
        listed = steps(main, post)
        closed = end_run(tmp_path, sandbox, listed, conclusion=conclusion, action=NOTHING)
        assert len(sandbox.requests("github")) == 1
    assert closed == ("success" if closes else "skipped")


def test_a_lost_job_is_found_on_the_second_page_of_a_large_run(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        listed = steps("success", None)
        closed = end_run(tmp_path, sandbox, listed, other_jobs=100, action=NOTHING)
        assert len(sandbox.requests("github")) == 2
    assert closed == "success"


@pytest.mark.parametrize("change", [{"conclusion": "success"}, {"event": "pull_request"}])
def test_a_run_that_succeeded_or_came_from_a_fork_closes_nothing(
    tmp_path: Path, change: dict
) -> None:
    with make_sandbox() as sandbox:
        assert end_run(tmp_path, sandbox, steps("success", None), **change) == "no job"
        assert not sandbox.requests()


@example("release.yml")
def test_a_release_reports_its_tag() -> None:
    event = {"action": "published", "release": {"tag_name": "v1.4.0+eu"}}
    with make_sandbox() as sandbox:
        result = execute(sandbox, "release.yml", event_name="release", event=event)
        assert only(sandbox.deployments("datadog"))["version"] == "v1.4.0+eu"
        assert only(sandbox.deployments("launchdarkly"))["applicationVersion"] == "v1.4.0-eu"
    assert not complaints(result)


@example("monorepo.yml")
def test_each_service_of_a_monorepo_is_a_deployment_with_its_attributes() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "monorepo.yml")
        features = {
            deployment["applicationKey"]: deployment
            for deployment in sandbox.deployments("launchdarkly")
        }
        deployments = {reported["service"]: reported for reported in sandbox.deployments("datadog")}
        sent = {
            request.body["applicationKey"]: request.body
            for request in sandbox.requests("launchdarkly")
            if request.method == "POST" and request.body["eventType"] == "started"
        }
    assert not complaints(result)
    assert set(features) == set(deployments) == {"cart", "payments", "web-shop"}
    assert {deployment["status"] for deployment in features.values()} == {"finished"}
    assert (
        features["payments"]["applicationVersion"] == deployments["payments"]["version"] == "2.4.1"
    )
    assert deployments["payments"]["team"] == "checkout"
    assert sent["web-shop"]["applicationKind"] == "browser"
    assert sent["web-shop"]["applicationName"] == "Shop, the web one"
    report = next(step for step in result.jobs["deploy"].steps if step.outputs)
    assert len(json.loads(report.outputs["results"])) == 6


FAILING_CHECK = {"./smoke-test.sh": "exit 1"}


@example("rollback.yml")
def test_a_rollback_deploys_the_last_good_commit_and_marks_the_failure(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        sandbox.github.workflow_runs["deploy.yml"] = [
            {"head_branch": "main", "conclusion": "failure", "head_sha": "f" * 40},
            {"head_branch": "other", "conclusion": "success", "head_sha": "e" * 40},
            {"head_branch": "main", "conclusion": "success", "head_sha": OTHER_SHA},
            {"head_branch": "main", "conclusion": "success", "head_sha": "d" * 40},
        ]
        env = gh.install(tmp_path)
        result = execute(sandbox, "rollback.yml", replace=FAILING_CHECK, env=env)
        failed, remediation = sandbox.deployments("datadog")
        features = sandbox.deployments("launchdarkly")
        patch = next(
            request for request in sandbox.requests("datadog") if request.method == "PATCH"
        )
    assert conclusions(result) == {
        "deploy": "success",
        "check": "failure",
        "roll-back": "success",
        "mark": "success",
    }
    assert not complaints(result)
    assert failed["git"]["commit_sha"] == PUSHED
    assert remediation["git"]["commit_sha"] == OTHER_SHA
    assert patch.accepted
    assert failed["change_failure"] is True
    assert failed["remediation"] == {"type": "rollback", "id": remediation["id"]}
    assert [feature["status"] for feature in features] == ["finished", "finished"]


def test_a_rollback_without_an_earlier_success_fails_before_the_deploy(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        env = gh.install(tmp_path)
        result = execute(sandbox, "rollback.yml", replace=FAILING_CHECK, env=env, action=NOTHING)
    assert complaints(result) == ["No earlier run succeeded."]
    assert conclusions(result) == {
        "deploy": "success",
        "check": "failure",
        "roll-back": "failure",
        "mark": "skipped",
    }
    assert [step.outcome for step in result.jobs["roll-back"].steps].count("skipped") == 3


def test_a_rollback_workflow_whose_check_passes_marks_nothing() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "rollback.yml", action=NOTHING)
    assert conclusions(result) == {
        "deploy": "success",
        "check": "success",
        "roll-back": "skipped",
        "mark": "skipped",
    }


def conclusions(result: WorkflowResult) -> dict[str, str]:
    return {name: job.conclusion for name, job in result.jobs.items()}


@example("self-hosted.yml")
def test_a_proxy_and_its_private_ca_are_used() -> None:
    with make_sandbox(tls=True, hosts=["vendor.example"]) as sandbox:
        addresses = [
            url.removeprefix("https://") for url in (sandbox.launchdarkly_url, sandbox.datadog_url)
        ]
        ports = [int(address.rpartition(":")[2]) for address in addresses]
        routes = {f"vendor.example:{port}": ("127.0.0.1", port) for port in ports}
        with Proxy(routes) as proxy:
            inputs = [f"launchdarkly-base-url: https://vendor.example:{ports[0]}"]
            inputs += [f"datadog-base-url: https://vendor.example:{ports[1]}"]
            result = execute(
                sandbox,
                "self-hosted.yml",
                replace={
                    "environment: production": "\n          ".join(
                        ["environment: production", *inputs]
                    ),
                },
                variables={"HTTPS_PROXY": proxy.url, "CA_BUNDLE": str(sandbox.ca_file)},
            )
            assert set(proxy.tunnels) == set(routes)
        assert only(sandbox.deployments("launchdarkly"))["status"] == "finished"
        assert only(sandbox.deployments("datadog"))
    assert not complaints(result)


@example("keep-undelivered.yml", "replay.yml")
def test_undelivered_events_are_kept_until_later_runs_deliver_them(tmp_path: Path) -> None:
    quick = {
        line: f"{line}\n          timeout-seconds: 1"
        for line in ("event: started", "event: ${{ job.status }}")
    }
    with make_sandbox() as sandbox:
        sandbox.unplug("launchdarkly")
        sandbox.unplug("datadog")
        env = {"ARTIFACTS": str(tmp_path)}
        deployed = execute(sandbox, "keep-undelivered.yml", replace=quick, env=env)
        assert deployed.conclusion == "success"
        assert not sandbox.deployments("launchdarkly") + sandbox.deployments("datadog")
        assert len(list(tmp_path.rglob("*.jsonl"))) == 2
        sandbox.plug("launchdarkly")
        sandbox.plug("datadog")
        sandbox.fail("datadog", 403)
        kept = replay(sandbox, tmp_path, "2")
        assert kept.conclusion == "failure"
        assert not sandbox.deployments("datadog")
        (tmp_path / "undelivered-1").rename(tmp_path / "earlier")
        sandbox.heal("datadog")
        replayed = replay(sandbox, tmp_path, "3")
        feature = only(sandbox.deployments("launchdarkly"))
        deployment = only(sandbox.deployments("datadog"))
    assert replayed.conclusion == "success"
    assert not complaints(replayed)
    report = next(step for step in deployed.jobs["deploy"].steps if step.id == "start")
    assert feature["status"] == "finished"
    assert milliseconds(deployment) == feature["durationMs"] >= DEPLOY_SECONDS * 1000
    assert report.outputs["undelivered-path"].startswith("deployment-events/")
    # Nothing is left to keep.
    assert replayed.jobs["replay"].steps[-1].outcome == "skipped"


def replay(sandbox: Sandbox, artifacts: Path, attempt: str) -> WorkflowResult:
    return execute(
        sandbox,
        "replay.yml",
        event_name="workflow_dispatch",
        inputs={"run-id": "8123456789"},
        env={"ARTIFACTS": str(artifacts)},
        github={"run_attempt": attempt},
    )


@example("check.yml")
def test_the_set_up_is_checked_and_nothing_is_reported() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "check.yml", event_name="workflow_dispatch")
        assert len(sandbox.requests("launchdarkly")) == 1
        assert len(sandbox.requests("datadog")) == 2
        assert not sandbox.deployments("launchdarkly") + sandbox.deployments("datadog")
    assert result.conclusion == "success"
    assert not complaints(result)


@example("keep-ids.yml", "mark-failure-by-id.yml")
def test_ids_kept_by_one_run_update_the_deployment_in_another(tmp_path: Path) -> None:
    env = {"ARTIFACTS": str(tmp_path)}
    with make_sandbox() as sandbox:
        execute(sandbox, "keep-ids.yml", env=env)
        result = execute(
            sandbox,
            "mark-failure-by-id.yml",
            event_name="workflow_dispatch",
            inputs={"run-id": "8123456789"},
            env=env,
        )
        assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
        assert only(sandbox.deployments("datadog"))["change_failure"] is True
    assert not complaints(result)


@example("from-launchdarkly-action.yml")
def test_the_replacement_of_launchdarklys_action_sends_the_same() -> None:
    with make_sandbox() as sandbox:
        result = execute(
            sandbox,
            "from-launchdarkly-action.yml",
            replace={"https://app.launchdarkly.com": sandbox.launchdarkly_url},
        )
        started, finished = [
            request.body for request in sandbox.requests("launchdarkly") if request.method == "POST"
        ]
        assert not sandbox.requests("datadog")
    assert not complaints(result)
    assert [started["eventType"], finished["eventType"]] == ["started", "finished"]
    assert started["projectKey"] == "default"
    assert started["environmentKey"] == "production"
    assert started["applicationKey"] == "shop"
    assert started["version"] == PUSHED
    assert started["eventMetadata"] == {"ticket": "OPS-12"}
    assert started["deploymentMetadata"]["region"] == "eu"


@example("from-datadog-ci.yml")
def test_the_replacement_of_datadog_ci_sends_the_same() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "from-datadog-ci.yml")
        deployment = only(sandbox.deployments("datadog"))
        assert not sandbox.requests("launchdarkly")
    assert not complaints(result)
    assert deployment["service"] == "shop"
    assert deployment["env"] == "production"
    assert deployment["version"] == "1.4.0"
    assert deployment["team"] == "checkout"
    assert deployment["custom_tags"][:2] == ["department:web", "tier:1"]
    assert milliseconds(deployment) >= DEPLOY_SECONDS * 1000
