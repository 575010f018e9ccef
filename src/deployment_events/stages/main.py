"""The main stage: reports the start of a deployment, or one event."""

import os
from collections.abc import Sequence

from ..delivery.network import Network
from ..delivery.outbox import new_name
from ..deployment import Deployment, Event
from ..errors import InputError, StateError
from ..github.api import ApiStart
from ..github.context import Context
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.model import CHECK, Inputs, input_names
from ..inputs.services import NoService
from ..report.log import log_results, log_undelivered
from ..report.outcome import apply, judge, no_vendor
from ..report.outputs import set_deployment_outputs, set_no_results, set_result_outputs
from ..report.summary import render_nothing
from ..resolve import CANCELLED, NoEvent, choose_event, resolve
from ..vendors.input_names import secret_values
from ..vendors.plan import Plan, make_plan
from .check import check
from .confirmed import save_confirmed
from .other_runners import TWO_STEPS, runner_without_post
from .reject import reject
from .replay import replay
from .send import open_outbox, send, show
from .state import State, make_state, save, save_done
from .step import Step, read_api_start, read_step

BEFORE_THE_DEPLOY = 5.0
"""Seconds of the main stage of `auto`, because the deploy waits for it."""
_MOST_START_SECONDS = 0.5
"""Seconds of these that loading Python's modules may use. On a slow machine it takes longer."""


def main(runner: Runner, clock: Clock) -> int:
    """Run the main stage and return the step's exit code."""
    raw = runner.inputs(input_names())
    runner.mask(secret_values(raw))
    try:
        step = read_step(runner, clock, raw)
    except InputError as error:
        save_done(runner)
        return reject(runner, error.problems)
    inputs, context = step
    if inputs.event == CHECK:
        save_done(runner)
        return check(runner, clock, inputs)
    if not inputs.enabled.shared:
        save_done(runner)
        return _report_no_vendor(runner)
    _annotate_inputs(runner, inputs)
    if inputs.event == "replay":
        save_done(runner)
        return replay(runner, clock, inputs)
    if inputs.no_service:
        save_done(runner)
        return _report_no_service(runner, inputs.no_service)
    if step.has_two_stages:
        return _report_start(runner, clock, step)
    save_done(runner)
    status = runner.hide(context.deployment_state) if inputs.event == "auto" else inputs.event
    event = choose_event(status, inputs.on_cancelled)
    if isinstance(event, NoEvent):
        return _report_no_event(runner, context, event)
    return _report_event(runner, clock, step, event)


def _report_start(runner: Runner, clock: Clock, step: Step) -> int:
    """Report the start, and leave the result of the job to the post stage."""
    inputs = step.inputs
    _point_to_two_steps(runner)
    seconds = min(_seconds_before_the_deploy(clock), inputs.timeout_seconds)
    network = Network.open(clock, seconds, hide=runner.hide, log=runner.log)
    deployments, plan = _plan(runner, clock, step, Event.STARTED)
    name = new_name()
    outbox = open_outbox(runner, name)
    if not inputs.dry_run:
        # Before the state is saved: post must find the outbox of a main stage that is killed.
        outbox.keep(plan.messages)
    post_follows = _save_for_post(runner, make_state(inputs, deployments, name))

    settings = inputs.enabled.shared
    sent = send(
        runner,
        plan.messages,
        settings,
        outbox,
        network,
        dry_run=inputs.dry_run,
        skipped=plan.skipped,
    )
    if post_follows and not inputs.dry_run:
        save_confirmed(runner, sent)
    set_result_outputs(
        runner,
        sent.results,
        service=deployments[0].service.name,
        ids=plan.ids,
        outbox=name if sent.kept else "",
    )
    # The deploy follows: whatever is lost, this stage does not fail.
    if not post_follows:
        show(runner, sent, deployments)
        return apply(runner, judge(sent.results, fail_on_error=False, kept=sent.kept))
    log_results(runner, sent.results)
    if not sent.kept:
        log_undelivered(runner, sent.messages, sent.results)
    outcome = judge(sent.results, fail_on_error=False, post_follows=True, kept=sent.kept)
    return apply(runner, outcome)


def _report_event(runner: Runner, clock: Clock, step: Step, event: Event) -> int:
    """Report one event now."""
    inputs = step.inputs
    network = Network.open(clock, inputs.timeout_seconds, hide=runner.hide, log=runner.log)
    api_start = read_api_start(runner, network, step, event)
    deployments, plan = _plan(runner, clock, step, event, api_start)
    name = new_name()
    outbox = open_outbox(runner, name)
    settings = inputs.enabled.shared
    sent = send(
        runner,
        plan.messages,
        settings,
        outbox,
        network,
        dry_run=inputs.dry_run,
        skipped=plan.skipped,
    )
    is_new = event is Event.STARTED or (inputs.dry_run and event is not Event.UPDATE)
    set_result_outputs(
        runner,
        sent.results,
        service=deployments[0].service.name,
        ids=plan.ids if is_new else {},
        outbox=name if sent.kept else "",
    )
    show(runner, sent, deployments, cancelled=inputs.event == CANCELLED)
    outcome = judge(sent.results, fail_on_error=inputs.fail_on_error, kept=sent.kept)
    return apply(runner, outcome)


def _plan(
    runner: Runner, clock: Clock, step: Step, event: Event, api_start: ApiStart | None = None
) -> tuple[Sequence[Deployment], Plan]:
    """Return the deployments and their messages, after writing about them."""
    inputs, now = step.inputs, clock.now()
    resolution = resolve(
        inputs, step.context, event, now=now, hide=runner.hide, api_start=api_start
    )
    plan = make_plan(resolution.deployments, inputs.enabled, event, now)
    runner.log(f"{event}: {', '.join(resolution.sources)}")
    for warning in (*resolution.warnings, *plan.warnings):
        runner.warning(warning)
    for note in plan.notes:
        runner.notice(note)
    set_deployment_outputs(runner, resolution.deployments, event)
    return resolution.deployments, plan


def _seconds_before_the_deploy(clock: Clock) -> float:
    return BEFORE_THE_DEPLOY - min(clock.since_start(), _MOST_START_SECONDS)


def _point_to_two_steps(runner: Runner) -> None:
    other_runner = runner_without_post(os.environ)
    if other_runner:
        runner.notice(
            f"{other_runner} does not pass the job's result to the post stage unless "
            f"`job-status: ${{{{ job.status }}}}` is set under `with:`. {TWO_STEPS}"
        )


def _annotate_inputs(runner: Runner, inputs: Inputs) -> None:
    for warning in inputs.warnings():
        runner.warning(warning)
    for notice in inputs.notices:
        runner.notice(notice)


def _report_no_vendor(runner: Runner) -> int:
    set_no_results(runner)
    exit_code = apply(runner, no_vendor())
    runner.summarize(render_nothing(runner.annotations, runner.hide))
    return exit_code


def _report_no_event(runner: Runner, context: Context, no_event: NoEvent) -> int:
    set_no_results(runner)
    for warning in context.warnings:
        runner.warning(warning)
    runner.notice(no_event.reason)
    return 0


def _report_no_service(runner: Runner, no_service: NoService) -> int:
    set_no_results(runner)
    runner.annotate("notice" if no_service.expected else "warning", no_service.reason)
    return 0


def _save_for_post(runner: Runner, state: State) -> bool:
    """Return whether the post stage will have the state."""
    try:
        save(runner, state)
    except StateError as error:
        runner.warning(
            "The post stage has to evaluate the inputs again to report the result, "
            f"because {error}."
        )
        return False
    return True
