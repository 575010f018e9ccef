"""Files, name servers and vendors that never respond: a stage ends within its limit plus 2 s."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Running, run, running
from support.quick import LARGE, MakeStep
from support.step import Step

from sandbox import Sandbox

LIMIT = 1.0
"""Seconds that each stage may spend on the network."""

HANGING_RESOLVER = """
import socket, time
socket.getaddrinfo = lambda *arguments, **options: time.sleep(60)
from deployment_events.process import run
run("main")
"""


def replace_by_pipe(step: Step, pattern: str) -> None:
    """Replace the file of this name that the step has left."""
    [path] = (step.temp / "deployment-events").glob(pattern)
    path.unlink()
    os.mkfifo(path)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe that nothing writes to, so that reading it never ends."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def hanging_ca_bundle(root: Path, sandbox: Sandbox, pipe: Path) -> tuple[Step, Path | None]:
    https = {
        "launchdarkly_base_url": "https://127.0.0.1:1",
        "datadog_base_url": "https://127.0.0.1:1",
    }
    env = {"REQUESTS_CA_BUNDLE": str(pipe)}
    return Step(root, sandbox, env=env, timeout_seconds=str(LIMIT), **https), None


def hanging_resolver(root: Path, sandbox: Sandbox, _pipe: Path) -> tuple[Step, Path | None]:
    program = root / "main.py"
    program.write_text(HANGING_RESOLVER)
    return Step(root, sandbox, timeout_seconds=str(LIMIT)), program


Make = Callable[[Path, Sandbox, Path], tuple[Step, Path | None]]


@pytest.mark.parametrize("make", [hanging_ca_bundle, hanging_resolver])
def test_the_main_stage_ends_within_its_limit(
    tmp_path: Path, sandbox: Sandbox, pipe: Path, make: Make
) -> None:
    step, program = make(tmp_path, sandbox, pipe)
    with running(step, program=program) as process:
        # A loaded machine takes long to start Python.
        process.wait_for(process.saved_state)
        start = time.monotonic()
        ended = process.end()
    assert ended.code == 0
    assert time.monotonic() - start < LIMIT + 2
    assert ended.result("launchdarkly")["status"] == "undelivered"
    assert [line["event"] for line in step.outbox] == ["started"]
    assert "in time" in ended.stdout


@pytest.mark.parametrize(
    ("make", "number"), [(hanging_ca_bundle, signal.SIGINT), (hanging_resolver, signal.SIGTERM)]
)
def test_a_cancel_ends_the_main_stage(
    tmp_path: Path, sandbox: Sandbox, pipe: Path, make: Make, number: signal.Signals
) -> None:
    step, program = make(tmp_path, sandbox, pipe)
    with running(step, program=program) as process:
        process.wait_for(process.saved_state)
        start = time.monotonic()
        process.send(number)
        ended = process.end()
    assert ended.code == 128 + number
    assert time.monotonic() - start < 1 + 2
    assert [line["event"] for line in step.outbox] == ["started"]


def test_the_vendor_that_needs_no_ca_bundle_is_not_affected(
    tmp_path: Path, sandbox: Sandbox, pipe: Path
) -> None:
    step = Step(
        tmp_path,
        sandbox,
        env={"REQUESTS_CA_BUNDLE": str(pipe)},
        event="finished",
        timeout_seconds=str(LIMIT),
        launchdarkly_base_url="https://127.0.0.1:1",
    )
    with running(step) as process:
        ended = process.end()
    assert ended.result("datadog")["status"] == "delivered"
    error = ended.result("launchdarkly")["error"]
    assert error == f"the CA bundle '{pipe}' could not be read in time"


def test_an_openssl_configuration_that_never_ends_is_not_read(
    tmp_path: Path, sandbox: Sandbox, pipe: Path
) -> None:
    ended = run(Step(tmp_path, sandbox, env={"OPENSSL_CONF": str(pipe)}))
    assert ended.code == 0
    assert ended.result("launchdarkly")["status"] == "delivered"


def test_a_payload_that_never_ends_is_not_read(make_step: MakeStep, pipe: Path) -> None:
    ended = make_step(env={"GITHUB_EVENT_PATH": str(pipe)}).main()
    assert ended.code == 0
    assert "The event payload could not be read" in ended.stdout
    assert ended.result("launchdarkly")["status"] == "delivered"


def test_an_outbox_that_never_ends_is_not_read(make_step: MakeStep, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", 500)
    step = make_step()
    step.main()
    replace_by_pipe(step, "*.jsonl")
    sandbox.heal()
    ended = step.post()
    assert ended.code == 0
    assert "cannot be read: not a regular file" in ended.stdout
    assert {deployment["status"] for deployment in sandbox.deployments("launchdarkly")} == {
        "finished"
    }


def test_a_state_file_that_never_ends_is_not_read(make_step: MakeStep) -> None:
    step = make_step(**LARGE)
    step.main()
    replace_by_pipe(step, "state-*.json")
    ended = step.post()
    assert ended.code == 0
    assert "its file cannot be read (not a regular file)" in ended.stdout


def test_a_replay_file_that_never_ends_is_not_read(make_step: MakeStep, pipe: Path) -> None:
    ended = make_step(event="replay", replay=str(pipe)).main()
    assert ended.code == 1
    assert "which is not a file in RUNNER_TEMP or the workspace" in ended.stdout


class TestLog:
    """A log that nobody can write to."""

    def run(self, step: Step, stage: str) -> Running:
        """Run a stage whose stdout is on a full device."""
        with Path("/dev/full").open("w") as full, running(step, stage, stdout=full) as process:
            process.popen.wait(20)
            return process

    def test_a_stage_without_a_log_delivers(self, tmp_path: Path, sandbox: Sandbox) -> None:
        step = Step(tmp_path, sandbox)
        assert self.run(step, "main").popen.returncode == 0
        assert len(sandbox.requests("launchdarkly")) >= 1
        assert step.outbox == []

    def test_a_stage_without_a_log_keeps_what_it_cannot_deliver(
        self, tmp_path: Path, sandbox: Sandbox
    ) -> None:
        sandbox.unplug("datadog")
        step = Step(tmp_path, sandbox, event="finished", timeout_seconds="0.3")
        assert self.run(step, "main").popen.returncode == 0
        assert [line["vendor"] for line in step.outbox] == ["datadog"]

    @pytest.mark.parametrize(("fail_on_error", "code"), [("false", 0), ("true", 1)])
    def test_fail_on_error_decides_the_exit_code_if_events_cannot_be_kept(
        self, tmp_path: Path, sandbox: Sandbox, fail_on_error: str, code: int
    ) -> None:
        sandbox.unplug("datadog")
        inputs = {"event": "finished", "timeout_seconds": "0.3", "fail_on_error": fail_on_error}
        step = Step(tmp_path, sandbox, env={"RUNNER_TEMP": "/proc"}, **inputs)
        assert self.run(step, "main").popen.returncode == code

    def test_the_main_stage_of_auto_never_fails(self, tmp_path: Path, sandbox: Sandbox) -> None:
        sandbox.unplug("launchdarkly")
        env = dict.fromkeys(("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"), "/dev/full")
        env["RUNNER_TEMP"] = "/proc"
        step = Step(tmp_path, sandbox, env=env, fail_on_error="true", timeout_seconds="0.3")
        assert self.run(step, "main").popen.returncode == 0
