"""`event: replay`: sends what an earlier run could not deliver."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..delivery.copied_lines import is_copied, is_outbox
from ..delivery.event_lines import parse_copied
from ..delivery.network import Network
from ..delivery.outbox import Outbox, new_name, read_foreign
from ..errors import OutboxError, Problem
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.model import Inputs
from ..messages import Message
from ..report.outcome import apply, judge
from ..report.outputs import set_no_results, set_result_outputs
from ..values.text import quoted
from ..values.unique import unique
from ..vendors.registry import VENDORS
from .reject import reject
from .send import open_outbox, send, show


class Source(NamedTuple):
    """Undelivered events, and where what fails again is kept."""

    messages: list[Message]
    outbox: Outbox
    shown_path: str
    """The outbox as later steps see it."""


def replay(runner: Runner, clock: Clock, inputs: Inputs) -> int:
    """Send the events of the `replay` input, oldest first, and return the step's exit code.

    Destination and keys come from the inputs of this step only.
    """
    try:
        source = _read(runner, inputs.replay)
    except OutboxError as error:
        return reject(runner, [_problem(inputs.replay, error)])
    messages = source.messages
    if any(runner.secrets.found_in(message.model_dump(mode="json")) for message in messages):
        return reject(runner, [_secret_problem()])
    if not messages:
        set_no_results(runner)
        runner.notice("`replay` contains no events: nothing is sent.")
        return 0
    for warning in unique(VENDORS[message.vendor].replay_warning(message) for message in messages):
        runner.warning(warning)
    network = Network.open(clock, inputs.timeout_seconds, hide=runner.hide, log=runner.log)
    enabled = inputs.enabled.shared
    sent = send(runner, messages, enabled, source.outbox, network, dry_run=inputs.dry_run)
    set_result_outputs(
        runner,
        sent.results,
        service=messages[0].service,
        ids={},
        outbox=source.shown_path if sent.kept else "",
    )
    show(runner, sent)
    outcome = judge(sent.results, sent.resend, fail_on_error=inputs.fail_on_error)
    return apply(runner, outcome)


class _FileMissing(OutboxError):
    """No file has this path."""


def _problem(given: str, error: OutboxError) -> Problem:
    if isinstance(error, _FileMissing):
        fix = "Nothing was sent. Correct the path, and check the step that provides the file."
        return Problem("replay", str(error), None, fix)
    unchanged = "" if is_copied(given) else " and the file is unchanged"
    fix = f"Nothing was sent{unchanged}. Give the events as this action wrote them."
    return Problem("replay", str(error), None, fix)


def _secret_problem() -> Problem:
    fix = "Nothing was sent. Remove the secret, because the events are sent to the vendors."
    return Problem("replay", "must not contain a secret", None, fix)


def _read(runner: Runner, given: str) -> Source:
    """Return the events and the outbox. Raises `OutboxError`."""
    if is_copied(given):
        return _new_source(runner, parse_copied(given))
    path = _find(runner, given)
    text = read_foreign(path)
    messages = parse_copied(text)
    if not is_outbox(text):
        # A log is the user's file and stays as it is.
        return _new_source(runner, messages)
    shown = given
    if runner.temp is not None and path.is_relative_to(runner.temp):
        shown = str(path.relative_to(runner.temp))
    return Source(messages, Outbox(path, runner.warning), shown)


def _new_source(runner: Runner, messages: list[Message]) -> Source:
    """Return copied events, with a new outbox for what fails again."""
    name = new_name()
    return Source(messages, open_outbox(runner, name), name)


def _find(runner: Runner, given: str) -> Path:
    folders = [folder for folder in (runner.temp, runner.workspace) if folder]
    candidates = [folder / given for folder in folders]
    if Path(given).is_absolute():
        candidates = [Path(given)]
    for path in candidates:
        # The text may not be a valid file name.
        with suppress(OSError, ValueError):
            if path.is_file():
                return path
    raise _FileMissing(
        f"names {quoted(runner.hide(given))}, which is not a file in RUNNER_TEMP or the workspace"
    )
