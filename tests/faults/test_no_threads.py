"""A limit on processes, such as `--pids-limit`: delivery uses the threads that it gets."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.process import PROGRAMS, running
from support.step import VENDORS, Step

from emulator import REPOSITORY
from sandbox import Sandbox

SERVICES = "\n".join(f"service-{number}" for number in range(12))
COUNTS = [0, 1, 2, 3, 5, 12]
"""Threads that a process gets in addition to the first one. It asks for more than 20."""

PROGRAM = """\
import runpy, sys, threading
# Python 3.13 has renamed it.
name = "_start_joinable_thread"
if not hasattr(threading, name):
    name = "_start_new_thread"
real, started = getattr(threading, name), []
def start(*arguments, **options):
    if len(started) >= {count}:
        raise RuntimeError("can't start new thread")
    started.append(1)
    return real(*arguments, **options)
setattr(threading, name, start)
sys.argv = [{program!r}]
runpy.run_path({program!r}, run_name="__main__")
"""


@pytest.fixture
def limited(tmp_path: Path) -> Any:
    """Return the program of a stage that gets only so many threads."""

    def write(stage: str, count: int) -> Path:
        path = tmp_path / f"{stage}-{count}.py"
        program = str(REPOSITORY / PROGRAMS[stage])
        path.write_text(PROGRAM.format(count=count, program=program))
        return path

    return write


def statuses(step: Step, program: Path) -> tuple[Counter[tuple[str, str]], Any]:
    with running(step, program=program) as process:
        ended = process.end(40)
    found = Counter((result["vendor"], result["status"]) for result in ended.results)
    return found, ended


@pytest.mark.parametrize("count", COUNTS)
def test_every_event_is_delivered_with_any_number_of_threads(
    make_step: Any, sandbox: Sandbox, limited: Any, count: int
) -> None:
    step = make_step(sandbox, service=SERVICES)
    results, ended = statuses(step, limited("main", count))
    assert (ended.code, ended.stderr) == (0, ""), ended.stderr
    assert results == {(vendor, "delivered"): 12 for vendor in VENDORS}
    assert "Internal error" not in ended.stdout
    assert all(len(sandbox.deployments(vendor)) == 12 for vendor in VENDORS)
    assert step.outbox == []


@pytest.mark.parametrize("down", VENDORS)
def test_without_threads_a_vendor_that_is_down_does_not_affect_the_other(
    make_step: Any, sandbox: Sandbox, limited: Any, down: str
) -> None:
    [other] = set(VENDORS) - {down}
    sandbox.fail(down, 503)
    step = make_step(sandbox, service="one\ntwo", timeout_seconds="3")
    results, ended = statuses(step, limited("main", 0))
    assert (ended.code, ended.stderr) == (0, "")
    assert results == {(down, "undelivered"): 2, (other, "delivered"): 2}
    assert ended.seconds < 3 + 2
    assert {line["vendor"] for line in step.outbox} == {down}


@pytest.mark.parametrize("count", [0, 1])
def test_both_stages_of_auto_report_without_threads(
    make_step: Any, sandbox: Sandbox, limited: Any, count: int
) -> None:
    step = make_step(sandbox, event="auto", started_at="auto", service=SERVICES)
    results, started = statuses(step, limited("main", count))
    assert (started.code, started.stderr) == (0, "")
    assert results["launchdarkly", "delivered"] == 12
    step.state = started.state
    step.inputs["job-status"] = "success"
    with running(step, "post", program=limited("post", count)) as process:
        ended = process.end(40)
    assert (ended.code, ended.stderr) == (0, "")
    deployments = sandbox.deployments("launchdarkly")
    assert {deployment["status"] for deployment in deployments} == {"finished"}
    assert len(sandbox.deployments("datadog")) == 12
    assert step.outbox == []


@pytest.mark.parametrize("down", VENDORS)
def test_post_without_threads_keeps_the_events_of_a_vendor_that_is_down(
    make_step: Any, sandbox: Sandbox, limited: Any, down: str
) -> None:
    step = make_step(
        sandbox, event="auto", started_at="auto", service="one\ntwo", timeout_seconds="3"
    )
    step.main()
    sandbox.fail(down, 503)
    step.inputs["job-status"] = "success"
    with running(step, "post", program=limited("post", 0)) as process:
        ended = process.end(40)
    assert (ended.code, ended.stderr) == (0, "")
    assert [event["vendor"] for event in step.outbox] == [down] * 2
    assert "Internal error" not in ended.stdout


@pytest.mark.parametrize("count", [0, 1])
def test_a_replay_without_threads_sends_every_event(
    make_step: Any, sandbox: Sandbox, limited: Any, count: int
) -> None:
    for vendor in VENDORS:
        sandbox.fail(vendor, 503)
    step = make_step(sandbox, service=SERVICES)
    kept = step.main().outputs["undelivered-path"]
    assert len(step.outbox) == 24
    sandbox.heal()
    step.inputs |= {"event": "replay", "replay": kept}
    results, ended = statuses(step, limited("main", count))
    assert (ended.code, ended.stderr) == (0, "")
    assert results == {(vendor, "delivered"): 12 for vendor in VENDORS}
    assert step.outbox == []


@pytest.mark.parametrize("count", [0, 1])
def test_a_check_without_threads_verifies_every_key(
    make_step: Any, sandbox: Sandbox, limited: Any, count: int
) -> None:
    step = make_step(sandbox, event="check", started_at="auto")
    results, ended = statuses(step, limited("main", count))
    assert (ended.code, ended.stderr) == (0, "")
    assert results == {(vendor, "valid"): 1 for vendor in VENDORS}


@pytest.mark.parametrize("down", VENDORS)
def test_a_check_without_threads_shares_the_time_among_the_vendors(
    make_step: Any, sandbox: Sandbox, limited: Any, down: str
) -> None:
    [other] = set(VENDORS) - {down}
    sandbox.fail(down, "hang")
    step = make_step(sandbox, event="check", started_at="auto", timeout_seconds="3")
    results, ended = statuses(step, limited("main", 0))
    assert results == {(down, "undelivered"): 1, (other, "valid"): 1}
    assert ended.stderr == ""
