"""From the process to the stage: signals, errors of our own, and a way out that nothing can hold up."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from .github.runner import Runner
from .http.deadline import Clock
from .report import outcome
from .stages.state import STATE

Stage = Callable[[Runner, Clock], int]


def run(stage: Stage, received: list[int]) -> NoReturn:
    """Run a stage and leave the process with its exit code; never raises.

    `received` collects the process's signals; some may have come already.
    """
    clock = Clock()
    listen(clock, received)
    runner = Runner()
    code = 0
    try:
        code = stage(runner, clock)
    except Exception as bug:  # noqa: BLE001  a bug of ours must not break a deploy, nor show a traceback
        with suppress(Exception):
            code = report_bug(runner, bug)
    leave(128 + received[0] if received else code)


def listen(clock: Clock, received: list[int]) -> None:
    """Have SIGINT and SIGTERM end the network's work.

    The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. As PID 1 of a container a
    process without handlers would not even hear the second.
    """

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        clock.stop()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    threading.excepthook = lambda _: (
        None
    )  # a thread's traceback; its messages are reported as undelivered
    if received:
        clock.stop()


def report_bug(runner: Runner, bug: Exception) -> int:
    """Say in one line where this action went wrong; the traceback is for RUNNER_DEBUG alone."""
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119
    for line in "".join(traceback.format_exception(bug)).splitlines():
        runner.debug(line)
    given = runner.inputs(["event", "fail-on-error"])
    is_auto = (
        given["event"].lower() in {"", "auto"}
        and os.environ.get("GITHUB_EVENT_NAME") != "deployment_status"
    )
    post_follows = is_auto and not runner.state(STATE)
    fail_on_error = given["fail-on-error"].lower() == "true" and not post_follows
    return runner.annotate(
        outcome.bug(f"{type(bug).__name__} at {place}", fail_on_error=fail_on_error)
    )


def leave(code: int) -> NoReturn:
    """End the process now: no teardown to pay for, and no hung thread to wait for."""
    with suppress(OSError):  # a log that nobody reads any more
        sys.stdout.flush()
    os._exit(code)
