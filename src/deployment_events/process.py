"""One process: start-up, signals, unexpected errors and exit.

Only the standard library, and a module that imports nothing else, are imported at module level:
signals and environment must be set before the stages import requests and pydantic, which takes more
than 100 ms.
"""

import gc
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Literal, NoReturn

from .stages.two_stages import has_two_stages

if TYPE_CHECKING:
    from .github.runner import Runner
    from .http.deadline import Clock

    Stage = Callable[[Runner, Clock], int]

StageName = Literal["main", "post"]


def run(stage: StageName) -> NoReturn:
    """Run a stage and end the process with its exit code, or with 128 plus a signal's number.

    An unexpected error becomes a warning, because it must not break the user's deployment.
    """
    signals: list[int] = []
    code = 0
    try:
        code = _run(stage, signals)
    # A program that cannot be loaded must not fail the step before the deployment either.
    except BaseException:  # noqa: BLE001
        code = int(_bug_fails_step(stage))
    _leave(128 + signals[0] if signals else code)


def _run(stage: StageName, signals: list[int]) -> int:
    """Run a stage and return its exit code; add the signals of a cancel to `signals`."""
    _set_up()
    # Imported here, so that a failure to load them does not fail the step either.
    from .github.log import Log
    from .http.deadline import Clock

    log = Log.take_over()
    clock = Clock()
    clock.started_at = clock.monotonic()
    _listen(clock, signals)
    try:
        from .github.runner import Runner
    except Exception as bug:
        log.write(f"Internal error: {type(bug).__name__}.")
        raise
    runner = Runner(log)
    try:
        return _load(stage)(runner, clock)
    except Exception as bug:  # noqa: BLE001
        return report_bug(runner, bug, stage)


def _set_up() -> None:
    # This saves 10 to 12 ms, and a short process does not need the memory.
    gc.disable()
    # urllib3 would write the secrets of TLS connections to this file.
    os.environ.pop("SSLKEYLOGFILE", None)
    # OpenSSL reads this file when it is loaded. Reading a named pipe or a device may never end.
    # pathlib takes several milliseconds to import.
    if not os.path.isfile(os.environ.get("OPENSSL_CONF", __file__)):  # noqa: PTH113
        os.environ["OPENSSL_CONF"] = os.devnull
    # pydantic would import any package that calls itself a plugin.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    # No traceback of a thread is written: its messages are reported as undelivered.
    threading.excepthook = lambda _: None


def _listen(clock: "Clock", received: list[int]) -> None:
    """Let SIGINT and SIGTERM end the network requests, and add them to `received`.

    The runner sends SIGINT, then SIGTERM, and then kills: docs/vendors.md#runner-cancel-timing.
    The first process of a container ignores SIGTERM if it has no handler.
    """

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        clock.stop()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)


def _load(stage: StageName) -> "Stage":
    """Import a stage, without the modules that only the other stage needs."""
    if stage == "main":
        from .stages.main import main

        return main
    from .stages.post import post

    return post


def report_bug(runner: "Runner", bug: Exception, stage: StageName) -> int:
    """Annotate the run with an unexpected error, and return the step's exit code.

    The annotation contains the error's type and place. The error's message may contain a user's
    value: it is written only with RUNNER_DEBUG, in the traceback.
    """
    # Only an unexpected error needs these modules.
    import traceback

    from .errors import describe_bug
    from .report.outcome import apply, internal_error

    for line in "".join(traceback.format_exception(bug)).splitlines():
        runner.debug(line)
    outcome = internal_error(describe_bug(bug), fail_on_error=_bug_fails_step(stage))
    return apply(runner, outcome)


def _bug_fails_step(stage: StageName) -> bool:
    """Return whether an unexpected error fails the step: never before the user's deployment.

    The inputs may not be validated yet, and nothing but the standard library may be loaded.
    """
    # A check that did not happen must not look like a valid one.
    if _input("EVENT") == "check":
        return True
    github_event = os.environ.get("GITHUB_EVENT_NAME", "")
    if stage == "main" and has_two_stages(_input("EVENT") or "auto", github_event):
        return False
    return _input("FAIL-ON-ERROR") == "true"


def _input(name: str) -> str:
    return os.environ.get(f"INPUT_{name}", "").strip().lower()


def _leave(code: int) -> NoReturn:
    """End the process immediately. This saves 40 ms of teardown, and waits for no thread."""
    os._exit(code)
