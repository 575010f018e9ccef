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
"""Threads that a process gets besides the first one. It wishes for 20 and more."""

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
    return Counter((one["vendor"], one["status"]) for one in ended.results), ended


@pytest.mark.parametrize("count", COUNTS)
def test_all_is_delivered_with_the_threads_there_are(
    make_step: Any, sandbox: Sandbox, limited: Any, count: int
) -> None:
    step = make_step(sandbox, service=SERVICES)
    told, ended = statuses(step, limited("main", count))
    assert (ended.code, ended.stderr) == (0, ""), ended.stderr
    assert told == {(vendor, "delivered"): 12 for vendor in VENDORS}
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
    told, ended = statuses(step, limited("main", 0))
    assert (ended.code, ended.stderr) == (0, "")
    assert told == {(down, "undelivered"): 2, (other, "delivered"): 2}
    assert ended.seconds < 3 + 2
    assert {line["vendor"] for line in step.outbox} == {down}


@pytest.mark.parametrize("count", [0, 1])
def test_both_stages_of_auto_report_without_threads(
    make_step: Any, sandbox: Sandbox, limited: Any, count: int
) -> None:
    step = make_step(sandbox, event="auto", started_at="auto", service=SERVICES)
    told, started = statuses(step, limited("main", count))
    assert (started.code, started.stderr) == (0, "")
    assert told["launchdarkly", "delivered"] == 12
    step.state = started.state
    step.inputs["job-status"] = "success"
    with running(step, "post", program=limited("post", count)) as process:
        ended = process.end(40)
    assert (ended.code, ended.stderr) == (0, "")
    assert {one["status"] for one in sandbox.deployments("launchdarkly")} == {"finished"}
    assert len(sandbox.deployments("datadog")) == 12
    assert step.outbox == []
