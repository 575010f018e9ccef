"""Examples under act, an independent runner; the tests check what the vendors received.

act reads the same workflows as GitHub's runner. Its post stage differs: it has neither what main
saved nor the defaults of action.yml, only the inputs under `with:`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from act.act import Act, Run, for_sandbox
from support.examples import DEPLOY_SECONDS, example_text, only
from support.sandboxes import make_sandbox
from support.steps import event_types

from sandbox import Sandbox

pytestmark = pytest.mark.act

FAILS = {"./deploy.sh": "exit 1 #"}
DOES_NOTHING = """\
name: Does nothing
description: Stands in for an action that would need the network
inputs: {run-id: {}, github-token: {}, name: {}, path: {}}
runs:
  using: composite
  steps: [{run: "true", shell: bash}]
"""


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
    """On GitHub's runner `job-status` is not needed: post receives its default."""
    job_status = {
        "with:\n": "with:\n          job-status: ${{ job.status }}\n",
        'echo "Your deploy goes here"': f"sleep {DEPLOY_SECONDS}",
    }
    finished = run(act, sandbox, "one-step.yml", job_status)
    assert finished.succeeded, finished.log
    assert_one_finished_deployment(act, sandbox)


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
    assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
    assert only(sandbox.deployments("datadog"))["change_failure"] is True


def test_an_update_by_id_marks_an_earlier_deployment_as_failed(
    act: Act, two_steps: tuple[Sandbox, Run], tmp_path: Path
) -> None:
    """On GitHub the IDs are an artifact; here they are where it would be unpacked."""
    sandbox, _ = two_steps
    ids = act.repository / "ids"
    ids.mkdir()
    for vendor in ("launchdarkly", "datadog"):
        (ids / vendor).write_text(only(sandbox.deployments(vendor))["id"] + "\n")
    download = tmp_path / "download"
    download.mkdir()
    (download / "action.yml").write_text(DOES_NOTHING)
    marked = act.run(
        for_sandbox(sandbox, example_text("mark-failure-by-id.yml")),
        event_name="workflow_dispatch",
        event={"inputs": {"run-id": "1"}},
        actions={"actions/download-artifact@v8": download},
    )
    assert marked.succeeded, marked.log
    assert only(sandbox.deployments("launchdarkly"))["status"] == "failed"
    assert only(sandbox.deployments("datadog"))["change_failure"] is True


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
