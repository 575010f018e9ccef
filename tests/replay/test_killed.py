"""After SIGKILL or a cancellation of main at any moment, post reports correctly."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.process import Running, running
from support.sandboxes import make_sandbox
from support.step import Ended, Step

from deployment_events.delivery.deliver import _Collector
from deployment_events.delivery.outbox import Outbox
from deployment_events.github.runner import Runner
from sandbox import Sandbox

SERVICES = "one\ntwo\nthree"


class Killed(BaseException):
    """Nothing in the code may catch this: it stands for the end of the process."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox for each test: the last request of a killed process can arrive late."""
    with make_sandbox() as alone:
        yield alone


def check_deployments(sandbox: Sandbox, step: Step, ended: Ended, services: int = 3) -> None:
    """Check that each service has one deployment with main's start, and no file is left."""
    assert ended.code == 0, ended.stdout
    started = json.loads(step.state["deployment"])["facts"]["started_at"]
    listed = sandbox.deployments("launchdarkly")
    assert len(listed) == services
    assert {deployment["startedAt"] for deployment in listed} == {started}, (
        "a start that was lost makes a deployment of no duration"
    )
    assert {deployment["status"] for deployment in listed} == {"finished"}
    measured = sandbox.deployments("datadog")
    assert len(measured) == services
    assert {deployment["started_at"] for deployment in measured} == {started}
    assert step.outbox == []
    assert step.leaks(ended) == []


def die_at(moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the main thread die at the n-th border between two of its acts."""
    passed = 0

    def border() -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            raise Killed

    def watch(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def act(self: Any, *rest: Any, **more: Any) -> Any:
            border()
            result = real(self, *rest, **more)
            border()
            return result

        monkeypatch.setattr(owner, name, act)

    for owner, name in (
        *((Runner, name) for name in ("save_state", "set_output", "log", "mask")),
        (Outbox, "keep"),
        (_Collector, "collect"),
    ):
        watch(owner, name)


def test_post_reports_correctly_wherever_main_dies_after_saving_its_state(
    make_step: Any, sandbox: Sandbox
) -> None:
    moments = with_state = 0
    while True:
        moments += 1
        sandbox.reset()
        step = make_step(f"job-{moments}", service="one\ntwo")
        with pytest.MonkeyPatch.context() as monkeypatch:
            die_at(moments, monkeypatch)
            try:
                step.main()
                break
            except Killed:
                pass
        step.state = step.saved
        settle(sandbox)
        ended = step.post()
        if step.state:
            with_state += 1
            check_deployments(sandbox, step, ended, 2)
        else:
            assert ended.code == 0
            assert "were evaluated again" in " ".join(ended.annotations("warning"))
            assert len(sandbox.deployments("datadog")) == 2
    assert with_state >= 10


def settle(sandbox: Sandbox) -> None:
    """Wait for the threads of a killed main, which end with the process on a real runner."""
    count = -1
    while count != len(sandbox.requests()):
        count = len(sandbox.requests())
        time.sleep(0.02)


def kill(step: Step, when: Callable[[Running], bool], seconds: float = 0) -> None:
    """Run main, and kill it at that moment."""
    with running(step) as process:
        process.wait_for(lambda: when(process))
        time.sleep(seconds)
        process.send(signal.SIGKILL)
        ended = process.end()
    assert ended.code in (-signal.SIGKILL, 0)
    step.state = ended.state


@pytest.mark.parametrize("fault", ["hang", "accept-then-hang"])
def test_post_sends_the_start_if_main_is_killed_while_a_vendor_hangs(
    make_step: Any, sandbox: Sandbox, fault: str
) -> None:
    sandbox.fail("launchdarkly", fault)
    step = make_step(service=SERVICES)
    kill(step, lambda _: bool(sandbox.requests("launchdarkly")))
    assert len(step.outbox) == 3
    sandbox.heal()
    check_deployments(sandbox, step, step.post())


@pytest.mark.parametrize("seconds", [0, 0.02])
def test_post_reports_correctly_if_main_is_killed_after_saving_its_state(
    make_step: Any, sandbox: Sandbox, seconds: float
) -> None:
    sandbox.latency = 0.015
    step = make_step(service=SERVICES)
    kill(step, Running.saved_state, seconds)
    sandbox.latency = 0
    check_deployments(sandbox, step, step.post())


def test_a_killed_post_stage_leaves_its_events_on_disk(make_step: Any, sandbox: Sandbox) -> None:
    step = make_step(service=SERVICES)
    assert step.main().code == 0
    for vendor in ("launchdarkly", "datadog"):
        sandbox.fail(vendor, "hang")
    step.inputs["job-status"] = "success"
    with running(step, "post") as process:
        process.wait_for(
            lambda: (
                {request.vendor for request in sandbox.requests() if request.fault}
                == {"launchdarkly", "datadog"}
            )
        )
        process.send(signal.SIGKILL)
    assert sorted(line["vendor"] for line in step.outbox) == ["datadog"] * 3 + ["launchdarkly"] * 3


@pytest.mark.parametrize(
    ("fault", "number"),
    [
        ("hang", signal.SIGINT),
        ("retry-after-seconds", signal.SIGTERM),
        ("drip-headers", signal.SIGTERM),
    ],
)
def test_a_cancel_ends_main_without_a_traceback_and_keeps_its_events(
    make_step: Any, sandbox: Sandbox, fault: str, number: signal.Signals
) -> None:
    sandbox.fail("launchdarkly", fault)
    step = make_step(service=SERVICES)
    with running(step) as process:
        process.wait_for(lambda: bool(sandbox.requests("launchdarkly")))
        asked = time.monotonic()
        process.send(number)
        ended = process.end()
    assert time.monotonic() - asked < 3, "the runner kills ten seconds after its cancel"
    assert ended.code == 128 + number
    assert ended.stderr == ""
    assert "Traceback" not in ended.stdout
    assert "Internal error" not in ended.stdout
    assert len(step.outbox) == 3
    assert step.leaks(ended) == []
    step.state = ended.state
    sandbox.heal()
    after = step.post("cancelled")
    assert after.code == 0
    assert {deployment["status"] for deployment in sandbox.deployments("launchdarkly")} == {
        "failed"
    }
    assert sandbox.deployments("datadog") == []


def test_a_cancel_during_the_imports_ends_main(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", "hang")
    step = make_step()
    with running(step) as process:
        process.wait_for(process.handles_sigterm)
        assert not process.saved_state()
        process.send(signal.SIGTERM)
        ended = process.end()
    assert ended.seconds < 5
    assert ended.stderr == ""
    assert ended.code == 128 + signal.SIGTERM
    assert len(step.outbox) == 1


def test_a_server_that_hangs_does_not_delay_the_exit(make_step: Any, sandbox: Sandbox) -> None:
    for vendor in ("launchdarkly", "datadog"):
        sandbox.fail(vendor, "drip-headers")
    step = make_step(
        event="finished", started_at="2026-05-04T09:30:00Z", service=SERVICES, timeout_seconds="0.5"
    )
    with running(step) as process:
        # A loaded machine takes long to start Python.
        process.wait_for(lambda: bool(sandbox.requests()))
        asked = time.monotonic()
        ended = process.end()
    assert ended.code == 0
    assert time.monotonic() - asked < 0.5 + 2
    assert {result["status"] for result in ended.results} == {"undelivered"}


def test_auto_delays_a_job_by_at_most_five_seconds(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step(timeout_seconds="600")
    ended = step.main()
    assert ended.seconds <= 5
    assert ended.code == 0
    assert [result["status"] for result in ended.results] == ["undelivered", "skipped"]
    assert "The post stage resends it when the job ends." in ended.annotations("notice")[0]
    ended = step.post()
    assert 5 < ended.seconds <= 600
