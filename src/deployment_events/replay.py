"""`event: replay`: send what an earlier run could not deliver."""

from pathlib import Path

from . import outbox as files
from .calls import Call
from .delivery.clock import Clock
from .dispatch import Desk, Turn, carry_out
from .errors import OutboxError
from .inputs import Inputs
from .runner import Runner
from .text import quoted


def replay(runner: Runner, clock: Clock, inputs: Inputs) -> int:
    """Send the events of the `replay` input, oldest first, and return the step's exit code.

    Destination and keys come from the inputs alone. What fails again stays in the file.
    """
    try:
        calls, box = _read(runner, inputs.replay)
    except OutboxError as error:
        runner.error(f"replay {error}. Nothing was sent and the file is as it was.")
        return 1
    if not calls:
        runner.notice("replay holds no events: nothing is sent.")
        return 0
    turn = Turn(
        calls=tuple(calls),
        settings=inputs.enabled,
        outbox=box,
        dry_run=inputs.dry_run,
        fail_on_error=inputs.fail_on_error,
    )
    return carry_out(Desk.open(runner, clock, inputs.timeout_seconds), turn)


def _read(runner: Runner, given: str) -> tuple[list[Call], str]:
    """Return the events and the file that keeps what fails again. Raises `OutboxError`."""
    if given.lstrip().startswith("{"):
        return files.parse(given), files.new_name()
    path = _find(runner, given)
    return files.read(path), _relative(runner, path)


def _find(runner: Runner, given: str) -> Path:
    folders = [folder for folder in (runner.temp, runner.workspace) if folder]
    candidates = [Path(given)] if Path(given).is_absolute() else [folder / given for folder in folders]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise OutboxError(f"names the file {quoted(given)}, which is neither in the runner's temp nor in the workspace")
    return found


def _relative(runner: Runner, path: Path) -> str:
    """Relative to the runner's temp where the file is in it: the container's own paths mean nothing outside."""
    temp = runner.temp
    return str(path.relative_to(temp)) if temp and path.is_relative_to(temp) else str(path)
