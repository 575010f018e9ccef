"""The post stage, at the job's end: ends what main has started. It imports nothing that only main needs."""

from ..delivery import outbox as files
from ..deployment import Event, Rollout
from ..errors import OutboxError, StateError
from ..github.runner import Runner
from ..http.deadline import Clock
from ..messages import Message
from ..report import summary
from ..report.results import Desk, Turn, carry_out, keep_unsent
from ..resolve import JOB_ENDS, choose_end, end
from ..vendors.base import Settings
from ..vendors.input_names import secret_names, secret_values
from ..vendors.plan import plan
from ..vendors.registry import VENDORS
from .state import State, load, restore_settings


def post(runner: Runner, clock: Clock) -> int:
    """Run the post stage, at the job's end, and return the step's exit code."""
    raw = runner.inputs([*secret_names(), "job-status"])
    runner.mask(secret_values(raw))
    try:
        state = load(runner)
        settings = restore_settings(state, raw)
    except StateError as error:
        runner.warning(
            f"The end of this deployment is not reported, because main's state cannot be used: {error}."
        )
        runner.summarize(summary.render_nothing(runner.said))
        return 0
    event = choose_end(raw["job-status"], state.on_cancelled)
    if not isinstance(event, Event):
        _leave_open(runner, state, event, is_meant=raw["job-status"] in JOB_ENDS)
        return 0
    desk = Desk.open(runner, clock, state.timeout_seconds)
    rollout, warning = end(state.rollout, clock.now())
    if warning:
        runner.warning(warning)
    return carry_out(desk, _closing_turn(runner, state, settings, rollout, event))


def _leave_open(runner: Runner, state: State, why: str, *, is_meant: bool) -> None:
    """The end is not reported: as the user wants it, or because nobody knows how the job ended."""
    tell = runner.notice if is_meant else runner.warning
    tell(why)
    left, box = _left_by_main(runner, state)
    if left:
        keep_unsent(runner, left, box, state.rollout)
    elif not is_meant:
        runner.summarize(summary.render_nothing(runner.said))


def _closing_turn(
    runner: Runner, state: State, settings: dict[str, Settings], rollout: Rollout, event: Event
) -> Turn:
    """What main could not deliver comes first, with its own time; then the end."""
    left, box = _left_by_main(runner, state)
    planned = plan(rollout, settings, event, rollout.finished_at or rollout.started_at)
    keyless = frozenset(name for name, one in settings.items() if not VENDORS[name].enabled(one))
    for name in sorted(keyless):
        runner.warning(
            f"{VENDORS[name].title}'s key was there in main and is empty or damaged now, so its events stay "
            "undelivered: inside a composite action the runner can lose inputs; use this action as a step of the job."
        )
    return Turn(
        messages=(*left, *planned.messages),
        settings={name: one for name, one in settings.items() if name not in keyless},
        outbox=box,
        rollout=rollout,
        skipped=planned.skipped,
        dry_run=state.dry_run,
        fail_on_error=state.fail_on_error,
        is_post=True,
        keyless=keyless,
    )


def _left_by_main(runner: Runner, state: State) -> tuple[tuple[Message, ...], str]:
    """Main's undelivered messages, and the file for what post cannot deliver either."""
    path = runner.temp / state.outbox if runner.temp else None
    if path is None or not path.exists():
        return (), state.outbox
    try:
        return tuple(files.read(path)), state.outbox
    except OutboxError as error:
        runner.warning(
            f"What main could not deliver stays where it is, because {state.outbox} {error}."
        )
        return (), files.new_name()
