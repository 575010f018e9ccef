"""The whole story: main starts a deployment or reports an event, post ends what main has started."""

import os

from . import outbox as files
from . import summary
from .calls import Call
from .context import Context, read_context
from .delivery.clock import Clock
from .deployment import Event, Rollout
from .dispatch import Desk, Turn, carry_out, keep_unsent, open_outbox
from .errors import InputError, OutboxError, StateError
from .inputs import Inputs, input_names, read_inputs, secret_names, secret_values
from .jobstart import read_job_start
from .outcomes import no_vendor, wrong_inputs
from .planning import Plan, plan
from .providers import PROVIDERS
from .providers.base import Settings
from .replay import replay
from .rollout import Moments, choose_end, choose_event, end, needs_job_start, resolve
from .runner import Runner
from .state import State, load, make_state, restore_settings, save, save_done
from .times import iso

BEFORE_THE_DEPLOY = 5.0
"""s of network that `auto`'s main may take: the deploy waits for it, and post carries on."""


def main(runner: Runner, clock: Clock) -> int:
    """Run the main stage and return the step's exit code."""
    raw = runner.inputs(input_names())
    runner.mask(secret_values(raw))
    context = read_context(os.environ)
    try:
        lenient = context.should_name_environment
        inputs = read_inputs(raw, clock.now(), context.environment, may_lack_it=lenient)
    except InputError as wrong:
        save_done(runner)
        runner.summarize(summary.render_problems(wrong.problems))
        return runner.announce(wrong_inputs(wrong.problems))
    if not inputs.enabled:
        save_done(runner)
        code = runner.announce(no_vendor())
        runner.summarize(summary.render_nothing(runner.said))
        return code
    for warning in inputs.warnings():
        runner.warning(warning)
    if inputs.event == "replay":
        save_done(runner)
        return replay(runner, clock, inputs)
    return _report(runner, clock, inputs, context)


def _report(runner: Runner, clock: Clock, inputs: Inputs, context: Context) -> int:
    """Tell the vendors of one event; with `auto`, leave the end to post."""
    follows = inputs.event == "auto" and context.event_name != "deployment_status"
    word = "started" if follows else context.deployment_state if inputs.event == "auto" else inputs.event
    event = choose_event(word, inputs.on_cancelled)
    if not isinstance(event, Event):
        save_done(runner)
        for warning in context.warnings:
            runner.warning(warning)
        runner.notice(event)
        return 0
    limit = min(BEFORE_THE_DEPLOY, inputs.timeout_seconds) if follows else inputs.timeout_seconds
    desk = Desk.open(runner, clock, limit)
    rollout = _resolve(desk, inputs, context, event)
    path = files.new_name()
    box = open_outbox(runner, path)
    planned = plan(rollout, inputs.enabled, event, clock.now())
    if follows:
        if not inputs.dry_run:  # before the state: where post finds no outbox, all is delivered
            box.keep(planned.calls)
        follows = _leave_to_post(runner, make_state(inputs, rollout, path))
    else:
        save_done(runner)
    _tell_facts(runner, rollout, planned, event)
    turn = Turn(
        calls=planned.calls,
        settings=inputs.enabled,
        outbox=path,
        rollout=rollout,
        skipped=planned.skipped,
        ids=planned.ids if event is Event.STARTED or (inputs.dry_run and event is not Event.UPDATE) else {},
        dry_run=inputs.dry_run,
        fail_on_error=inputs.fail_on_error,
        post_follows=follows,
    )
    return carry_out(desk, turn, box)


def _resolve(desk: Desk, inputs: Inputs, context: Context, event: Event) -> Rollout:
    runner = desk.runner
    job_start = None
    if inputs.github_token and needs_job_start(inputs, context, event):
        token = inputs.github_token.get_secret_value()
        job_start = read_job_start(context, token, desk.transport, desk.budget, runner.debug)
    resolved = resolve(inputs, context, event, Moments(desk.clock.now(), job_start))
    runner.log(f"{event}: {', '.join(resolved.sources)}")
    for warning in resolved.warnings:
        runner.warning(warning)
    return resolved.rollout


def _leave_to_post(runner: Runner, state: State) -> bool:
    try:
        save(runner, state)
    except StateError as error:
        runner.warning(f"The end of this deployment will not be reported: {error}.")
        return False
    return True


def _tell_facts(runner: Runner, rollout: Rollout, planned: Plan, event: Event) -> None:
    for note in planned.notes:
        runner.notice(note)
    if event is not Event.UPDATE:  # its times are not the deployment's
        runner.set_output("started-at", iso(rollout.started_at))
        runner.set_output("finished-at", "" if rollout.finished_at is None else iso(rollout.finished_at))
    runner.set_output("version", rollout.version)
    runner.set_output("commit-sha", rollout.commit_sha)


def post(runner: Runner, clock: Clock) -> int:
    """Run the post stage, at the job's end, and return the step's exit code."""
    raw = runner.inputs([*secret_names(), "job-status"])
    runner.mask(secret_values(raw))
    try:
        state = load(runner)
        settings = restore_settings(state, raw)
    except StateError as error:
        runner.warning(f"The end of this deployment is not reported, because main's state cannot be used: {error}.")
        runner.summarize(summary.render_nothing(runner.said))
        return 0
    event = choose_end(raw["job-status"], state.on_cancelled)
    if not isinstance(event, Event):
        runner.notice(event)
        left, box = _left_by_main(runner, state)
        keep_unsent(runner, left, box)
        return 0
    desk = Desk.open(runner, clock, state.timeout_seconds)
    rollout, warning = end(state.rollout, clock.now())
    if warning:
        runner.warning(warning)
    return carry_out(desk, _closing_turn(runner, state, settings, rollout, event))


def _closing_turn(runner: Runner, state: State, settings: dict[str, Settings], rollout: Rollout, event: Event) -> Turn:
    """What main could not deliver comes first, with its own time; then the end."""
    left, box = _left_by_main(runner, state)
    planned = plan(rollout, settings, event, rollout.finished_at or rollout.started_at)
    keyless = frozenset(name for name, one in settings.items() if not PROVIDERS[name].enabled(one))
    for name in sorted(keyless):
        runner.warning(
            f"{PROVIDERS[name].title}'s key was there in main and is empty or damaged now, so its events stay "
            "undelivered: inside a composite action the runner can lose inputs; use this action as a step of the job."
        )
    return Turn(
        calls=(*left, *planned.calls),
        settings={name: one for name, one in settings.items() if name not in keyless},
        outbox=box,
        rollout=rollout,
        skipped=planned.skipped,
        dry_run=state.dry_run,
        fail_on_error=state.fail_on_error,
        is_post=True,
        keyless=keyless,
    )


def _left_by_main(runner: Runner, state: State) -> tuple[tuple[Call, ...], str]:
    """Main's undelivered calls, and the file for what post cannot deliver either."""
    path = runner.temp / state.outbox if runner.temp else None
    if path is None or not path.exists():
        return (), state.outbox
    try:
        return tuple(files.read(path)), state.outbox
    except OutboxError as error:
        runner.warning(f"What main could not deliver stays where it is, because {state.outbox} {error}.")
        return (), files.new_name()
