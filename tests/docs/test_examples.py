"""Every example runs against the sandbox, which then has the described deployments."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from support import gh
from support.examples import (
    ACTION,
    DEPLOY_SECONDS,
    EXAMPLES,
    PUSHED,
    SECRETS,
    complaints,
    example_names,
    execute,
    only,
    stages,
)
from support.sandboxes import make_sandbox
from support.steps import event_types

from deployment_events.values.times import parse_time
from emulator.layout import Layout
from emulator.manifest import Action
from emulator.runners import HostRunner, Process
from emulator.workflow import WorkflowResult
from sandbox import Proxy, Sandbox

OTHER_SHA = "1b3f9c0d2e4a68751b3f9c0d2e4a68751b3f9c0d"
EXECUTED: set[str] = set()

Test = Callable[..., None]


def example(*names: str) -> Callable[[Test], Test]:
    """Mark a test as the one that executes these files."""

    def mark(test: Test) -> Test:
        EXECUTED.update(names)
        return test

    return mark


def milliseconds(deployment: dict) -> int:
    return deployment["finished_at"] - deployment["started_at"]


def test_every_example_is_executed() -> None:
    assert set(example_names()) == EXECUTED


@pytest.mark.parametrize("name", example_names())
def test_every_example_grants_no_permission_by_default(name: str) -> None:
    assert "\npermissions: {}\n" in (EXAMPLES / name).read_text()


@example("one-step.yml", "kubernetes.yml")
@pytest.mark.parametrize(
    ("name", "deploy"),
    [("one-step.yml", 'echo "Your deploy goes here"'), ("kubernetes.yml", "./deploy.sh")],
)
def test_one_step_reports_a_deployment(name: str, deploy: str) -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, name, replace={deploy: f"sleep {DEPLOY_SECONDS}"})
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


def test_one_step_reports_a_failed_deploy_to_launchdarkly_only() -> None:
    with make_sandbox() as sandbox:
        result = execute(
            sandbox, "one-step.yml", replace={'echo "Your deploy goes here"': "exit 1"}
        )
        assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
        assert not sandbox.deployments("datadog")
    assert result.conclusion == "failure"
    assert not complaints(result)


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


def test_two_steps_report_a_failed_deploy_to_launchdarkly_only() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "two-steps.yml", replace={"./deploy.sh": "exit 1 #"})
        assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
        assert not sandbox.deployments("datadog")
    assert result.conclusion == "failure"
    assert not complaints(result)


@example("two-jobs.yml", "reporting-in-its-own-jobs.yml")
@pytest.mark.parametrize("name", ["two-jobs.yml", "reporting-in-its-own-jobs.yml"])
def test_a_deployment_of_several_jobs_has_one_started_and_one_finished_event(name: str) -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, name)
        feature = only(sandbox.deployments("launchdarkly"))
        deployment = only(sandbox.deployments("datadog"))
    assert not complaints(result)
    assert feature["status"] == "finished"
    assert milliseconds(deployment) == feature["durationMs"] >= DEPLOY_SECONDS * 1000


@pytest.mark.parametrize(
    "name", ["two-jobs.yml", "reporting-in-its-own-jobs.yml", "report-from-linux.yml"]
)
def test_a_failed_deploy_of_several_jobs_is_reported_to_launchdarkly_only(name: str) -> None:
    with make_sandbox() as sandbox:
        result = execute(
            sandbox, name, replace={"./deploy.sh": "exit 1 #", "./deploy.ps1": "exit 1 #"}
        )
        assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
        assert not sandbox.deployments("datadog")
    assert result.conclusion == "failure"
    assert not complaints(result)


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
    assert [step.outcome for step in result.jobs["deploy"].steps] == ["success"] * 3
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


def test_if_the_registry_is_up_the_start_is_reported_once() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "reporting-in-its-own-jobs.yml")
        events = [
            request.body["eventType"]
            for request in sandbox.requests("launchdarkly")
            if request.method == "POST"
        ]
    assert events == ["started", "finished"]
    assert [step.outcome for step in result.jobs["ended"].steps] == ["skipped", "success"]


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
@pytest.mark.parametrize(
    ("deploy", "status", "at_datadog"), [("true", "finished", 1), ("exit 1", "failed", 0)]
)
def test_the_outcome_of_a_deploy_with_continue_on_error_is_reported(
    deploy: str, status: str, at_datadog: int
) -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "continue-on-error.yml", replace={"./deploy.sh": f"{deploy} #"})
        assert only(sandbox.deployments("launchdarkly"))["status"] == status
        assert len(sandbox.deployments("datadog")) == at_datadog
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


@example("matrix.yml")
def test_each_matrix_job_reports_its_service() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "matrix.yml")
        deployments = sandbox.deployments("datadog")
        features = sandbox.deployments("launchdarkly")
    assert not complaints(result)
    assert {deployment["service"] for deployment in deployments} == {"cart", "payments"}
    assert {feature["applicationKey"] for feature in features} == {"cart", "payments"}
    assert len({deployment["id"] for deployment in deployments}) == len(deployments) == 2


@example("call-reusable-workflow.yml", "reusable-workflow.yml")
def test_a_reusable_workflow_reports_with_the_inherited_secrets() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "call-reusable-workflow.yml")
        assert only(sandbox.deployments("launchdarkly"))["applicationKey"] == "cart"
        assert only(sandbox.deployments("datadog"))["service"] == "cart"
    assert not complaints(result)


def test_a_reusable_workflow_without_the_secrets_warns_and_reports_nothing() -> None:
    with make_sandbox() as sandbox:
        result = execute(
            sandbox, "call-reusable-workflow.yml", replace={"    secrets: inherit\n": ""}
        )
        assert not sandbox.requests()
    assert result.conclusion == "success"
    assert complaints(result)


@example("report-from-linux.yml")
def test_a_linux_job_reports_for_another_system() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "report-from-linux.yml")
        deployment = only(sandbox.deployments("datadog"))
        feature = only(sandbox.deployments("launchdarkly"))
    assert not complaints(result)
    assert (
        feature["status"] == "finished"
    )  # without a `started`, LaunchDarkly documents a duration of zero
    assert milliseconds(deployment) > 0
    assert deployment["started_at"] % 1000 == 0  # the shell's own clock


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
    folder: Path, sandbox: Sandbox, listed: list[dict], other_jobs: int = 1, **run: object
) -> None:
    """End a run whose last job is a deploy job with these steps, as close-open.yml sees it."""
    others = [{"name": f"test-{number}", "steps": []} for number in range(other_jobs)]
    sandbox.jobs = [*others, {"name": "deploy", "steps": listed}]
    result = execute(
        sandbox,
        "close-open.yml",
        event_name="workflow_run",
        event={"workflow_run": {**LOST_RUN, **run}},
        env=gh.install(folder),
    )
    assert result.conclusion in {"success", "skipped"}
    assert not complaints(result)


@example("close-open.yml")
@pytest.mark.parametrize(
    ("conclusion", "post"),
    [("failure", None), ("cancelled", "cancelled"), ("timed_out", "skipped")],
)
def test_a_deployment_whose_runner_died_is_closed(
    tmp_path: Path, conclusion: str, post: str | None
) -> None:
    dies = {
        "event: started": "event: started\n          started-at: 2026-05-04T09:30:20Z",
        "if: ${{ always() }}": "if: ${{ false }}",
    }
    with make_sandbox() as sandbox:
        execute(sandbox, "two-steps.yml", replace=dies)
        end_run(tmp_path, sandbox, steps("success", post), conclusion=conclusion)
        assert event_types(sandbox) == ["started", "failed"]
        feature = only(sandbox.deployments("launchdarkly"))
        assert not sandbox.deployments("datadog")
    assert feature["status"] == "failed"
    assert feature["endedAt"] == parse_time(str(LOST_RUN["updated_at"]))


@pytest.mark.parametrize(
    ("main", "post"), [("success", "success"), ("success", "failure"), (None, None)]
)
def test_a_deploy_that_was_reported_or_never_started_is_not_closed(
    tmp_path: Path, main: str | None, post: str | None
) -> None:
    with make_sandbox() as sandbox:
        end_run(tmp_path, sandbox, steps(main, post))
        assert len(sandbox.requests("github")) == 1
        assert not sandbox.requests("launchdarkly")


def test_a_lost_job_is_found_on_the_second_page_of_a_large_run(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        end_run(tmp_path, sandbox, steps("success", None), other_jobs=100)
        assert len(sandbox.requests("github")) == 2
        event = sandbox.requests("launchdarkly")[0]
    assert event.body["eventType"] == "failed"


@pytest.mark.parametrize("change", [{"conclusion": "success"}, {"event": "pull_request"}])
def test_a_run_that_succeeded_or_came_from_a_fork_closes_nothing(
    tmp_path: Path, change: dict
) -> None:
    with make_sandbox() as sandbox:
        end_run(tmp_path, sandbox, steps("success", None), **change)
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


def failing_check(sandbox: Sandbox, folder: Path) -> WorkflowResult:
    """Run rollback.yml with a smoke test that fails."""
    return execute(
        sandbox, "rollback.yml", replace={"./smoke-test.sh": "exit 1"}, env=gh.install(folder)
    )


@example("rollback.yml")
def test_a_rollback_deploys_the_last_good_commit_and_marks_the_failure(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        sandbox.github.workflow_runs["deploy.yml"] = [
            {"head_branch": "main", "conclusion": "failure", "head_sha": "f" * 40},
            {"head_branch": "other", "conclusion": "success", "head_sha": "e" * 40},
            {"head_branch": "main", "conclusion": "success", "head_sha": OTHER_SHA},
            {"head_branch": "main", "conclusion": "success", "head_sha": "d" * 40},
        ]
        result = failing_check(sandbox, tmp_path)
        failed, remediation = sandbox.deployments("datadog")
        features = sandbox.deployments("launchdarkly")
        patch = next(
            request for request in sandbox.requests("datadog") if request.method == "PATCH"
        )
    assert {name: job.conclusion for name, job in result.jobs.items()} == {
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
        result = failing_check(sandbox, tmp_path)
        deployment = only(sandbox.deployments("datadog"))
    assert complaints(result) == ["No earlier run succeeded."]
    assert result.jobs["roll-back"].conclusion == "failure"
    assert "change_failure" not in deployment


def test_a_rollback_workflow_whose_check_passes_marks_nothing() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "rollback.yml")
        assert "change_failure" not in only(sandbox.deployments("datadog"))
    assert [job.conclusion for job in result.jobs.values()] == [
        "success",
        "success",
        "skipped",
        "skipped",
    ]


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
                vars={"HTTPS_PROXY": proxy.url, "CA_BUNDLE": str(sandbox.ca_file)},
            )
            assert set(proxy.tunnels) == set(routes)
        assert only(sandbox.deployments("launchdarkly"))["status"] == "finished"
        assert only(sandbox.deployments("datadog"))
    assert not complaints(result)


@example("keep-undelivered.yml", "replay.yml")
def test_undelivered_events_are_kept_and_replayed_by_a_later_run(tmp_path: Path) -> None:
    quick = {
        line: f"{line}\n          timeout-seconds: 1"
        for line in ("event: started", "event: ${{ job.status }}")
    }
    with make_sandbox() as sandbox:
        sandbox.unplug("launchdarkly")
        sandbox.unplug("datadog")
        first = execute(sandbox, "keep-undelivered.yml", artifacts=tmp_path, replace=quick)
        assert first.conclusion == "success"
        assert not sandbox.deployments("launchdarkly") + sandbox.deployments("datadog")
        assert len(list(tmp_path.rglob("*.jsonl"))) == 2
        sandbox.plug("launchdarkly")
        sandbox.plug("datadog")
        second = execute(
            sandbox,
            "replay.yml",
            artifacts=tmp_path,
            event_name="workflow_dispatch",
            inputs={"run-id": "8123456789"},
        )
        feature = only(sandbox.deployments("launchdarkly"))
        deployment = only(sandbox.deployments("datadog"))
    assert second.conclusion == "success"
    assert not complaints(second)
    report = next(step for step in first.jobs["deploy"].steps if step.id == "start")
    assert feature["status"] == "finished"
    assert milliseconds(deployment) == feature["durationMs"] >= DEPLOY_SECONDS * 1000
    assert report.outputs["undelivered-path"].startswith("deployment-events/")
    assert [step.outcome for step in second.jobs["replay"].steps][
        -1
    ] == "skipped"  # nothing is left to keep


def test_a_replay_that_fails_again_keeps_the_rest(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        sandbox.fail("datadog", 403)
        execute(sandbox, "keep-undelivered.yml", artifacts=tmp_path / "1")
        (tmp_path / "2").mkdir()
        (tmp_path / "1" / "undelivered-1").rename(tmp_path / "2" / "undelivered-0")
        again = execute(
            sandbox,
            "replay.yml",
            artifacts=tmp_path / "2",
            event_name="workflow_dispatch",
            inputs={"run-id": "8123456789"},
        )
        assert again.conclusion == "failure"
        assert len(list((tmp_path / "2" / "undelivered-1").iterdir())) == 1


@example("replay-lines.yml")
def test_lines_of_the_log_can_be_replayed() -> None:
    with make_sandbox() as sandbox:
        sandbox.fail("datadog", 403)
        failed = execute(sandbox, "one-step.yml")
        page = failed.summary
        lines = page[page.index("```json") :].split("```")[1].removeprefix("json").strip()
        sandbox.heal("datadog")
        execute(
            sandbox, "replay-lines.yml", event_name="workflow_dispatch", inputs={"lines": lines}
        )
        assert only(sandbox.deployments("datadog"))["git"]["commit_sha"] == PUSHED


@example("mark-failure.yml")
def test_a_version_marks_its_deployment_at_both_vendors() -> None:
    with make_sandbox() as sandbox:
        execute(sandbox, "one-step.yml")
        result = execute(
            sandbox,
            "mark-failure.yml",
            event_name="workflow_dispatch",
            inputs={"version": PUSHED},
        )
        assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
        assert only(sandbox.deployments("datadog"))["change_failure"] is True
    assert result.conclusion == "success"
    assert not complaints(result)


@example("check.yml")
def test_the_set_up_is_checked_and_nothing_is_reported() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "check.yml", event_name="workflow_dispatch")
        assert len(sandbox.requests("launchdarkly")) == 1
        assert len(sandbox.requests("datadog")) == 2
        assert not sandbox.deployments("launchdarkly") + sandbox.deployments("datadog")
    assert result.conclusion == "success"
    assert not complaints(result)


def test_a_check_of_an_invalid_key_fails() -> None:
    with make_sandbox(datadog_api_key="another") as sandbox:
        result = execute(sandbox, "check.yml", event_name="workflow_dispatch")
    assert result.conclusion == "failure"


@example("keep-ids.yml", "mark-failure-by-id.yml")
def test_ids_kept_by_one_run_update_the_deployment_in_another(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        execute(sandbox, "keep-ids.yml", artifacts=tmp_path)
        result = execute(
            sandbox,
            "mark-failure-by-id.yml",
            artifacts=tmp_path,
            event_name="workflow_dispatch",
            inputs={"run-id": "8123456789"},
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


def test_the_log_and_the_summary_contain_no_key() -> None:
    with make_sandbox() as sandbox:
        result = execute(sandbox, "one-step.yml")
    shown = "\n".join(
        line
        for step in stages(result)
        for line in step.raw.splitlines()
        if "::add-mask::" not in line
    )
    assert "delivered" in shown
    assert not [key for key in SECRETS.values() if key in shown + result.summary]
