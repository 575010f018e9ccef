"""A limit on processes, such as `--pids-limit`: delivery uses the threads that it gets."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.process import PROGRAMS, running
from support.step import VENDORS, Ended

from emulator import REPOSITORY
from sandbox import Sandbox

SERVICES = "\n".join(f"service-{number}" for number in range(12))
COUNTS = [0, 1, 2, 3, 5, 12]
"""Threads that a process gets in addition to the first one. It asks for more than 20."""

# Python 3.13 has renamed it.
START = next(
    name for name in ("_start_joinable_thread", "_start_new_thread") if hasattr(threading, name)
)

PROGRAM = f"""\
import runpy, threading
def start(*arguments, **options):
    raise RuntimeError("can't start new thread")
threading.{START} = start
runpy.run_path({{program!r}}, run_name="__main__")
"""


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Callable[[int], None]:
    """Return a function that limits the threads of this process, other than the sandbox's."""
    real: Callable[..., Any] = getattr(threading, START)
    sandboxes = set(threading.enumerate()) - {threading.current_thread()}

    def limit(count: int) -> None:
        started = []

        def start(*arguments: Any, **options: Any) -> Any:
            if threading.current_thread() not in sandboxes:
                if len(started) >= count:
                    raise RuntimeError("can't start new thread")
                started.append(1)
            return real(*arguments, **options)

        monkeypatch.setattr(threading, START, start)

    return limit


def statuses(ended: Ended, code: int = 0) -> Counter[tuple[str, str]]:
    """Count the results by vendor and status; fail if the stage did not end with this code."""
    assert (ended.code, ended.stderr) == (code, "")
    assert "Internal error" not in ended.stdout
    return Counter((result["vendor"], result["status"]) for result in ended.results)


@pytest.mark.parametrize("count", COUNTS)
def test_every_event_is_delivered_with_any_number_of_threads(
    make_step: Any, sandbox: Sandbox, limit: Any, count: int
) -> None:
    step = make_step(sandbox, service=SERVICES)
    limit(count)
    assert statuses(step.main()) == {(vendor, "delivered"): 12 for vendor in VENDORS}
    assert all(len(sandbox.deployments(vendor)) == 12 for vendor in VENDORS)
    assert step.outbox == []


@pytest.mark.parametrize("down", VENDORS)
def test_without_threads_a_vendor_that_is_down_does_not_affect_the_other(
    make_step: Any, sandbox: Sandbox, limit: Any, down: str
) -> None:
    [other] = set(VENDORS) - {down}
    sandbox.fail(down, 503)
    step = make_step(sandbox, service="one\ntwo", timeout_seconds="3")
    limit(0)
    ended = step.main()
    assert statuses(ended) == {(down, "undelivered"): 2, (other, "delivered"): 2}
    assert ended.seconds < 3 + 2
    assert {line["vendor"] for line in step.outbox} == {down}


def test_the_processes_of_both_stages_end_without_threads(
    make_step: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    step = make_step(sandbox, event="auto", started_at="auto", service=SERVICES)
    for stage, program in PROGRAMS.items():
        path = tmp_path / program
        path.write_text(PROGRAM.format(program=str(REPOSITORY / program)))
        with running(step, stage, program=path) as process:
            ended = process.end(40)
        assert (ended.code, ended.stderr) == (0, "")
        step.state = step.state or ended.state
        step.inputs["job-status"] = "success"
    deployments = sandbox.deployments("launchdarkly")
    assert [deployment["status"] for deployment in deployments] == ["finished"] * 12
    assert len(sandbox.deployments("datadog")) == 12
    assert step.outbox == []


@pytest.mark.parametrize("down", VENDORS)
def test_post_without_threads_keeps_the_events_of_a_vendor_that_is_down(
    make_step: Any, sandbox: Sandbox, limit: Any, down: str
) -> None:
    step = make_step(
        sandbox, event="auto", started_at="auto", service="one\ntwo", timeout_seconds="3"
    )
    step.main()
    sandbox.fail(down, 503)
    limit(0)
    ended = step.post()
    assert (ended.code, ended.stderr) == (0, "")
    assert [event["vendor"] for event in step.outbox] == [down] * 2
    assert "Internal error" not in ended.stdout


@pytest.mark.parametrize("count", [0, 1])
def test_a_replay_without_threads_sends_every_event(
    make_step: Any, sandbox: Sandbox, limit: Any, count: int
) -> None:
    for vendor in VENDORS:
        sandbox.fail(vendor, 503)
    step = make_step(sandbox, service=SERVICES)
    kept = step.main().outputs["undelivered-path"]
    assert len(step.outbox) == 24
    sandbox.heal()
    step.inputs |= {"event": "replay", "replay": kept}
    limit(count)
    assert statuses(step.main()) == {(vendor, "delivered"): 12 for vendor in VENDORS}
    assert step.outbox == []


@pytest.mark.parametrize("count", [0, 1])
def test_a_check_without_threads_verifies_every_key(
    make_step: Any, sandbox: Sandbox, limit: Any, count: int
) -> None:
    step = make_step(sandbox, event="check", started_at="auto")
    limit(count)
    assert statuses(step.main()) == {(vendor, "valid"): 1 for vendor in VENDORS}


@pytest.mark.parametrize("down", VENDORS)
def test_a_check_without_threads_shares_the_time_among_the_vendors(
    make_step: Any, sandbox: Sandbox, limit: Any, down: str
) -> None:
    [other] = set(VENDORS) - {down}
    sandbox.fail(down, "hang")
    step = make_step(sandbox, event="check", started_at="auto", timeout_seconds="1")
    limit(0)
    assert statuses(step.main(), 1) == {(down, "undelivered"): 1, (other, "valid"): 1}
