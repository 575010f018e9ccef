"""A RUNNER_TEMP that the runner does not mount: nothing is said to be kept, and nothing is lost."""

import json
from pathlib import Path

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
    warnings = " ".join(ended.annotations("warning"))
    assert "RUNNER_TEMP is not an existing directory" in warnings
    assert "The event is in this log" in warnings


def test_a_large_state_gets_a_clear_warning(tmp_path: Path) -> None:
    services = "\n".join(f"service-{number},team={'x' * 200}" for number in range(600))
    with make_sandbox() as sandbox:
        env = {"RUNNER_TEMP": str(tmp_path / "not-mounted")}
        ended = Step(tmp_path, sandbox, env=env, service=services, dry_run="true").main()
    [warning] = [message for message in ended.annotations("warning") if "100 KiB" in message]
    assert warning.startswith("The result of this deployment will not be reported")
