"""A RUNNER_TEMP that the runner does not mount: nothing is said to be kept, and nothing is lost."""

import json
from pathlib import Path

from support.quick import LARGE
from support.sandboxes import make_sandbox
from support.step import Step


def test_undelivered_events_are_in_the_log_only(tmp_path: Path) -> None:
    missing = tmp_path / "not-mounted"
    with make_sandbox() as sandbox:
        sandbox.unplug("datadog")
        env = {"RUNNER_TEMP": str(missing)}
        step = Step(tmp_path, sandbox, env=env, event="finished", timeout_seconds="0.3")
        ended = step.main()
    assert not missing.exists()
    assert ended.outputs["undelivered-path"] == ""
    lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
    assert [json.loads(line)["vendor"] for line in lines] == ["datadog"]
    assert "RUNNER_TEMP is not an existing directory" in ended.stdout
    warning = ended.annotations("warning")[-1]
    assert "The event is in this log" in warning


def test_a_deployment_that_was_delivered_causes_no_warning(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        step = Step(tmp_path, sandbox, env={"RUNNER_TEMP": str(tmp_path / "not-mounted")})
        assert [step.main().annotations("warning"), step.post().annotations("warning")] == [[], []]
        assert len(sandbox.deployments("datadog")) == 1


def test_a_large_state_gets_a_clear_warning_that_post_does_not_contradict(tmp_path: Path) -> None:
    with make_sandbox() as sandbox:
        env = {"RUNNER_TEMP": str(tmp_path / "not-mounted")}
        step = Step(tmp_path, sandbox, env=env, dry_run="true", **LARGE)
        [warning] = step.main().annotations("warning")
        ended = step.post("success")
    assert "evaluate the inputs again" in warning
    assert "its state is larger than 100 KiB" in warning
    assert "The inputs were evaluated again." in ended.annotations("warning")[0]
    assert '"eventType": "finished"' in ended.stdout
