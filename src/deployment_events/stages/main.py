"""The main stage: starts a deployment, or reports one event."""

import os

from ..delivery import outbox as files
from ..deployment import Event, Rollout
from ..errors import InputError, StateError
from ..github.context import Context, read_context
from ..github.job import read_job_start
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.read import Inputs, input_names, read_inputs
from ..report import summary
from ..report.outcome import no_vendor
from ..report.results import Desk, Turn, carry_out, open_outbox, reject, set_no_results
from ..resolve import Moments, choose_event, needs_job_start, resolve
from ..values.times import iso
from ..vendors.input_names import secret_values
from ..vendors.plan import Plan, plan
from .replay import replay
from .state import State, make_state, save, save_done

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
        return reject(runner, wrong.problems)
    if not inputs.enabled:
        save_done(runner)
        set_no_results(runner)
        code = runner.annotate(no_vendor())
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
    word = (
        "started"
        if follows
        else context.deployment_state
        if inputs.event == "auto"
        else inputs.event
    )
    event = choose_event(word, inputs.on_cancelled)
    if not isinstance(event, Event):
        save_done(runner)
        set_no_results(runner)
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
            box.keep(planned.messages)
        follows = _leave_to_post(runner, make_state(inputs, rollout, path))
    else:
        save_done(runner)
    _tell_facts(runner, rollout, planned, event)
    turn = Turn(
        messages=planned.messages,
        settings=inputs.enabled,
        outbox=path,
        rollout=rollout,
        skipped=planned.skipped,
        ids=planned.ids
        if event is Event.STARTED or (inputs.dry_run and event is not Event.UPDATE)
        else {},
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
    for warning in planned.warnings:
        runner.warning(warning)
    for note in planned.notes:
        runner.notice(note)
    if event is not Event.UPDATE:  # its times are not the deployment's
        runner.set_output("started-at", iso(rollout.started_at))
        runner.set_output(
            "finished-at", "" if rollout.finished_at is None else iso(rollout.finished_at)
        )
    alone = len(rollout.services) == 1
    runner.set_output(
        "version", rollout.version_of(rollout.services[0]) if alone else rollout.version
    )
    runner.set_output("commit-sha", rollout.commit_sha)
