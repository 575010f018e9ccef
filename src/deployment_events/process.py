"""One process: start-up, signals, unexpected errors and exit.

Only the standard library is imported at module level: signals and environment must be set before
the stages import requests and pydantic, which takes more than 100 ms.
"""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Literal, NoReturn

if TYPE_CHECKING:
    from .github.runner import Runner
    from .http.deadline import Clock

    Stage = Callable[[Runner, Clock], int]


def run(stage: Literal["main", "post"]) -> NoReturn:
    """Run a stage and end the process with its exit code, or with 128 plus a signal's number.

    An unexpected error becomes a warning, because it must not break the user's deployment.
    """
    _set_up()
    # The clock imports only the standard library, too.
    from .http.deadline import Clock

    clock = Clock()
    signals = _listen(clock)

    from .github.runner import Runner

    runner = Runner()
    code = 0
    try:
        code = _load(stage)(runner, clock)
    except Exception as bug:  # noqa: BLE001
        with suppress(Exception):
            code = report_bug(runner, bug)
    _leave(128 + signals[0] if signals else code)


def _set_up() -> None:
    # This saves 10 to 12 ms, and a short process does not need the memory.
    gc.disable()
    # urllib3 would write the secrets of TLS connections to this file.
    os.environ.pop("SSLKEYLOGFILE", None)
    # pydantic would import any package that calls itself a plugin.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    # No traceback of a thread is written: its messages are reported as undelivered.
    threading.excepthook = lambda _: None


def _listen(clock: "Clock") -> list[int]:
    """Let SIGINT and SIGTERM end the network requests. Return the list of received signals.

    The runner sends SIGINT, then SIGTERM, and then kills: docs/vendors.md#runner-cancel-timing.
    The first process of a container ignores SIGTERM if it has no handler.
    """
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        clock.stop()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return received


def _load(stage: str) -> "Stage":
    """Import a stage, without the modules that only the other stage needs."""
    if stage == "main":
        from .stages.main import main

        return main
    from .stages.post import post

    return post


def report_bug(runner: "Runner", bug: Exception) -> int:
    """Annotate the run with an unexpected error, and return the step's exit code.

    The annotation contains the error's type and place. The error's message may contain a user's
    value: it is written only with RUNNER_DEBUG, in the traceback.
    """
    import traceback

    from .errors import describe_bug
    from .report.outcome import apply, internal_error

    for line in "".join(traceback.format_exception(bug)).splitlines():
        runner.debug(line)
    outcome = internal_error(describe_bug(bug), fail_on_error=_bug_fails_step(runner))
    return apply(runner, outcome)


def _bug_fails_step(runner: "Runner") -> bool:
    """Return whether an unexpected error fails the step. The inputs may not be validated yet."""
    inputs = runner.inputs(["event", "fail-on-error"])
    if _post_follows(runner, inputs["event"]):
        return False
    return inputs["fail-on-error"].lower() == "true"


def _post_follows(runner: "Runner", event: str) -> bool:
    """Return whether this is the main stage of `event: auto`, before the user's deployment."""
    from .stages.state import STATE

    is_auto = event.lower() in {"", "auto"}
    if not is_auto or os.environ.get("GITHUB_EVENT_NAME") == "deployment_status":
        return False
    return not runner.state(STATE)


def _leave(code: int) -> NoReturn:
    """End the process immediately. This saves 40 ms of teardown, and waits for no thread."""
    # Nobody may be reading the log any more.
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)
