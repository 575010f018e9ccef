"""Examples under act, an independent runner; the tests check what the vendors received.

Other examples run in the emulator (tests/docs/test_examples.py).

act reads the same workflows as GitHub's runner. Its post stage differs: it has neither what main
saved nor the defaults of action.yml, only the inputs under `with:`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from act.act import Act, Run
from support.examples import (
    DEPLOY_SECONDS,
    example,
    example_text,
    for_sandbox,
    only,
)
from support.sandboxes import make_sandbox
from support.steps import event_types

from sandbox import Sandbox

pytestmark = pytest.mark.act

FAILS = {"./deploy.sh": "exit 1 #"}
JOB_STATUS = {"with:\n": "with:\n          job-status: ${{ job.status }}\n"}
"""What a step with two stages needs under act; on GitHub, post receives the default."""


def run(act: Act, sandbox: Sandbox, name: str, replace: dict[str, str] | None = None) -> Run:
    """Run an example on a push."""
    return act.run(for_sandbox(sandbox, example_text(name, replace)))


@pytest.fixture(scope="module")
def two_steps(act: Act) -> Iterator[tuple[Sandbox, Run]]:
    """A deployment that two steps have reported."""
    with make_sandbox() as sandbox:
        yield sandbox, run(act, sandbox, "two-steps.yml")


@pytest.fixture(scope="module")
def one_step(act: Act) -> Iterator[tuple[Sandbox, Run]]:
    """The same with the example for GitHub's runner."""
    with make_sandbox() as sandbox:
        yield sandbox, run(act, sandbox, "one-step.yml")


def assert_one_finished_deployment(act: Act, sandbox: Sandbox) -> None:
    """Check that both vendors have the same deployment with the duration of the deploy."""
    assert event_types(sandbox) == ["started", "finished"]
    feature = only(sandbox.deployments("launchdarkly"))
    deployment = only(sandbox.deployments("datadog"))
    assert feature["applicationVersion"] == deployment["git"]["commit_sha"] == act.commit
    assert deployment["git"]["repository_url"] == "https://github.com/octo-org/octo-repo"
    assert feature["startedAt"] == deployment["started_at"]
    assert feature["endedAt"] == deployment["finished_at"]
    assert feature["durationMs"] >= DEPLOY_SECONDS * 1000


def test_two_steps_report_a_deployment(act: Act, two_steps: tuple[Sandbox, Run]) -> None:
    sandbox, finished = two_steps
    assert finished.succeeded, finished.log
    assert_one_finished_deployment(act, sandbox)


def test_two_steps_report_a_failed_deployment_to_launchdarkly_only(
    act: Act, sandbox: Sandbox
) -> None:
    failed = run(act, sandbox, "two-steps.yml", FAILS)
    assert not failed.succeeded
    assert event_types(sandbox) == ["started", "failed"], failed.log
    assert not sandbox.deployments("datadog")


def test_two_steps_cause_no_warning(two_steps: tuple[Sandbox, Run]) -> None:
    """On GitHub's runner, the state tells post that main has finished."""
    _, finished = two_steps
    assert "::warning" not in finished.log


def test_one_step_reports_only_the_start(one_step: tuple[Sandbox, Run]) -> None:
    """On GitHub's runner, post reports the result: it has main's state and the job status."""
    sandbox, finished = one_step
    assert finished.succeeded, finished.log
    assert event_types(sandbox) == ["started"]
    assert not sandbox.deployments("datadog")


def test_one_step_names_the_workflow_that_reports_the_result(one_step: tuple[Sandbox, Run]) -> None:
    """On GitHub's runner there is no such notice: one step is enough."""
    _, finished = one_step
    notices = [line for line in finished.log.splitlines() if "::notice" in line]
    warnings = [line for line in finished.log.splitlines() if "::warning" in line]
    assert "two-steps.yml" in only_line(notices)
    assert "two-steps.yml" in only_line(warnings)


def test_one_step_reports_the_result_if_the_workflow_passes_the_job_status(
    act: Act, sandbox: Sandbox
) -> None:
    deploys = {'echo "Your deploy goes here"': f"sleep {DEPLOY_SECONDS}"}
    finished = run(act, sandbox, "one-step.yml", {**JOB_STATUS, **deploys})
    assert finished.succeeded, finished.log
    assert_one_finished_deployment(act, sandbox)


@example("two-jobs.yml")
def test_outputs_reach_another_job(act: Act, sandbox: Sandbox) -> None:
    finished = run(act, sandbox, "two-jobs.yml")
    assert finished.succeeded, finished.log
    assert_one_finished_deployment(act, sandbox)


def test_a_failed_matrix_job_is_a_failed_deployment(act: Act, sandbox: Sandbox) -> None:
    one_fails = {"./deploy.sh": 'test "$REGION" = us #'}
    failed = run(act, sandbox, "two-jobs.yml", one_fails)
    assert not failed.succeeded
    assert event_types(sandbox) == ["started", "failed"], failed.log
    assert not sandbox.deployments("datadog")


@example("matrix.yml")
def test_each_matrix_job_reports_its_service(act: Act, sandbox: Sandbox) -> None:
    finished = run(act, sandbox, "matrix.yml", JOB_STATUS)
    assert finished.succeeded, finished.log
    services = {"cart", "payments"}
    features = sandbox.deployments("launchdarkly")
    deployments = sandbox.deployments("datadog")
    assert {feature["status"] for feature in features} == {"finished"}, finished.log
    assert {feature["applicationKey"] for feature in features} == services
    assert {deployment["service"] for deployment in deployments} == services
    assert len({deployment["id"] for deployment in deployments}) == len(deployments) == 2


@example("call-reusable-workflow.yml", "reusable-workflow.yml")
def test_a_reusable_workflow_reports_with_the_inherited_secrets(act: Act, sandbox: Sandbox) -> None:
    finished = call(act, sandbox)
    assert finished.succeeded, finished.log
    assert only(sandbox.deployments("launchdarkly"))["applicationKey"] == "cart"
    assert only(sandbox.deployments("datadog"))["service"] == "cart"


def test_a_reusable_workflow_without_the_secrets_warns_and_reports_nothing(
    act: Act, sandbox: Sandbox
) -> None:
    finished = call(act, sandbox, {"    secrets: inherit\n": ""})
    assert finished.succeeded, finished.log
    assert "::warning" in finished.log
    assert not sandbox.requests()


def call(act: Act, sandbox: Sandbox, replace: dict[str, str] | None = None) -> Run:
    """Run the example that calls the reusable workflow, which is a file of the repository."""
    path = act.repository / ".github" / "workflows" / "reusable-workflow.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(for_sandbox(sandbox, example_text(path.name, JOB_STATUS)))
    return run(act, sandbox, "call-reusable-workflow.yml", replace)


@example("mark-failure.yml")
def test_an_update_marks_an_earlier_deployment_as_failed(
    act: Act, two_steps: tuple[Sandbox, Run]
) -> None:
    sandbox, _ = two_steps
    version = only(sandbox.deployments("datadog"))["version"]
    marked = act.run(
        for_sandbox(sandbox, example_text("mark-failure.yml")),
        event_name="workflow_dispatch",
        event={"inputs": {"version": version}},
    )
    assert marked.succeeded, marked.log
    assert "::warning" not in marked.log
    assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
    assert only(sandbox.deployments("datadog"))["change_failure"] is True


@example("replay-lines.yml")
def test_lines_of_the_log_can_be_replayed(act: Act, sandbox: Sandbox) -> None:
    """On GitHub's runner the file of undelivered events remains, too; act loses it."""
    sandbox.fail("datadog", 403)
    refused = run(act, sandbox, "two-steps.yml")
    assert not sandbox.deployments("datadog")
    sandbox.heal("datadog")
    lines = [line for line in refused.printed if is_json_object(line)]
    replayed = act.run(
        for_sandbox(sandbox, example_text("replay-lines.yml")),
        event_name="workflow_dispatch",
        event={"inputs": {"lines": "\n".join(lines)}},
    )
    assert replayed.succeeded, replayed.log
    assert_one_finished_deployment(act, sandbox)


def only_line(lines: list[str]) -> str:
    """The single line of a list."""
    assert len(lines) == 1, lines
    return lines[0]


def is_json_object(line: str) -> bool:
    """Whether a line of the log is an undelivered event."""
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
