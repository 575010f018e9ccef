"""`event: replay`: send what an earlier run could not deliver."""

import re
from contextlib import suppress
from pathlib import Path

from ..delivery import outbox as files
from ..errors import OutboxError, Problem
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.read import Inputs
from ..messages import Message
from ..report.results import Desk, Turn, carry_out, reject, set_no_results
from ..values.text import quoted


def replay(runner: Runner, clock: Clock, inputs: Inputs) -> int:
    """Send the events of the `replay` input, oldest first, and return the step's exit code.

    Destination and keys come from the inputs alone. What fails again stays in the file.
    """
    try:
        messages, box, shown = _read(runner, inputs.replay)
    except OutboxError as error:
        file = "" if _as_copied(inputs.replay).startswith("{") else " and the file is as it was"
        fix = f"Nothing was sent{file}. Give the events as this action wrote them."
        return reject(runner, [Problem("replay", str(error), None, fix)])
    if not messages:
        set_no_results(runner)
        runner.notice("replay holds no events: nothing is sent.")
        return 0
    turn = Turn(
        messages=tuple(messages),
        settings=inputs.enabled,
        outbox=box,
        shown_outbox=shown,
        dry_run=inputs.dry_run,
        fail_on_error=inputs.fail_on_error,
    )
    return carry_out(Desk.open(runner, clock, inputs.timeout_seconds), turn)


def _read(runner: Runner, given: str) -> tuple[list[Message], str, str]:
    """Return the events, the file for what fails again, and its name for later steps. Raises `OutboxError`."""
    lines = _as_copied(given)
    if lines.startswith("{"):
        box = files.new_name()
        return files.parse(lines, foreign=True), box, box
    path = _find(runner, given)
    inside = runner.temp is not None and path.is_relative_to(runner.temp)
    shown = str(path.relative_to(runner.temp)) if inside and runner.temp else given
    return files.read_foreign(path), str(path), shown


def _as_copied(text: str) -> str:
    """Lines may be copied from the summary, in its fence, or from the log, with its time before each."""
    lines = (re.sub(r"^\S+Z\s+(?=\{)", "", line.strip()) for line in text.splitlines())
    return "\n".join(line for line in lines if not re.fullmatch(r"`{3,}\w*", line)).strip()


def _find(runner: Runner, given: str) -> Path:
    folders = [folder for folder in (runner.temp, runner.workspace) if folder]
    candidates = (
        [Path(given)] if Path(given).is_absolute() else [folder / given for folder in folders]
    )
    for path in candidates:
        with suppress(OSError, ValueError):  # no name that a file could have
            if path.is_file():
                return path
    raise OutboxError(
        f"names the file {quoted(given)}, which is neither in the runner's temp nor in the workspace"
    )
