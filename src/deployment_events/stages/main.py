"""The main stage: reports the start of a deployment, or one event."""

import os

from ..delivery.network import Network
from ..delivery.outbox import new_name
from ..deployment import Event
from ..errors import InputError, StateError
from ..github.api import ApiStart, GitHubApi
from ..github.context import Context, read_context
from ..github.derived_secrets import without_secrets
from ..github.runner import Runner
from ..github.start import read_start
from ..http.deadline import Clock
from ..inputs.model import CHECK, Inputs, input_names
from ..inputs.read import read_inputs
from ..inputs.services import NoService
from ..report.log import log_results, log_undelivered
from ..report.outcome import apply, judge, no_vendor
from ..report.outputs import set_deployment_outputs, set_no_results, set_result_outputs
from ..report.summary import Summary, render, render_nothing
from ..resolve import NoEvent, Resolution, choose_event, needs_api_start, resolve
from ..vendors.input_names import secret_values
from ..vendors.plan import Plan, make_plan
from .check import check
from .confirmed import save_confirmed
from .other_runners import TWO_STEPS, runner_without_post
from .reject import reject
from .replay import replay
from .send import open_outbox, send
from .state import State, make_state, save, save_done

BEFORE_THE_DEPLOY = 5.0
"""Seconds of the main stage of `auto`, because the deploy waits for it."""
_MOST_START_SECONDS = 0.5
"""Seconds of these that loading Python's modules may use. On a slow machine it takes longer."""


def main(runner: Runner, clock: Clock) -> int:
    """Run the main stage and return the step's exit code."""
    raw = runner.inputs(input_names())
    runner.mask(secret_values(raw))
    context = without_secrets(read_context(os.environ), runner.secrets)
    try:
        inputs = read_inputs(
            raw,
            clock.now(),
            context.environment,
            may_lack_environment=context.should_name_environment,
            has_repository=bool(context.repository_name),
        )
    except InputError as error:
        save_done(runner)
        return reject(runner, error.problems)
    if inputs.event == CHECK:
        save_done(runner)
        return check(runner, clock, inputs)
    if not inputs.enabled.shared:
        save_done(runner)
        return _report_no_vendor(runner)
    for warning in inputs.warnings():
        runner.warning(warning)
    for notice in inputs.notices:
        runner.notice(notice)
    if inputs.event == "replay":
        save_done(runner)
        return replay(runner, clock, inputs)
    if inputs.no_service:
        save_done(runner)
        return _report_no_service(runner, inputs.no_service)
    if inputs.event == "auto" and context.event_name != "deployment_status":
        return _report_start(runner, clock, inputs, context)
    status = context.deployment_state if inputs.event == "auto" else inputs.event
    event = choose_event(status, inputs.on_cancelled)
    save_done(runner)
    if isinstance(event, NoEvent):
        return _report_no_event(runner, context, event)
    return _report_event(runner, clock, inputs, context, event)


def _report_start(runner: Runner, clock: Clock, inputs: Inputs, context: Context) -> int:
    """Report the start, and leave the result of the job to the post stage."""
    other_runner = runner_without_post(os.environ)
    if other_runner:
        runner.notice(
            f"{other_runner} does not pass the job's result to the post stage unless "
            f"`job-status: ${{{{ job.status }}}}` is set under `with:`. {TWO_STEPS}"
        )
    seconds_left = BEFORE_THE_DEPLOY - min(clock.since_start(), _MOST_START_SECONDS)
    seconds = min(seconds_left, inputs.timeout_seconds)
    network = Network.open(clock, seconds, hide=runner.hide, log=runner.log)
    resolution = resolve(inputs, context, Event.STARTED, now=clock.now())
    _log_resolution(runner, Event.STARTED, resolution)
    deployments = resolution.deployments
    plan = make_plan(deployments, inputs.enabled, Event.STARTED, clock.now())
    name = new_name()
    outbox = open_outbox(runner, name)
    if not inputs.dry_run:
        # Before the state is saved: post must find the outbox of a main stage that is killed.
        outbox.keep(plan.messages)
    post_follows = _save_for_post(runner, make_state(inputs, deployments, name))
    _annotate_plan(runner, plan)
    set_deployment_outputs(runner, deployments, Event.STARTED)

    settings = inputs.enabled.shared
    delivery = send(runner, plan.messages, settings, outbox, network, dry_run=inputs.dry_run)
    if post_follows and not inputs.dry_run:
        save_confirmed(runner, delivery.results, kept=delivery.kept)
    results = [*delivery.results, *plan.skipped]
    log_results(runner, results)
    lines: list[str] = []
    if not (post_follows and delivery.kept):
        lines = log_undelivered(runner, plan.messages, delivery.results)
    set_result_outputs(
        runner,
        results,
        service=deployments[0].service.name,
        ids=plan.ids,
        outbox=name if delivery.kept else "",
    )
    if not post_follows:
        summary = Summary(results, deployments, lines, runner.annotations, delivery.kept)
        runner.summarize(render(summary, runner.hide))
    outcome = judge(
        results,
        # The deploy follows: whatever is lost, this stage does not stop it.
        fail_on_error=False,
        post_follows=post_follows,
        kept=delivery.kept,
    )
    return apply(runner, outcome)


def _report_event(
    runner: Runner, clock: Clock, inputs: Inputs, context: Context, event: Event
) -> int:
    """Report one event now."""
    network = Network.open(clock, inputs.timeout_seconds, hide=runner.hide, log=runner.log)
    api_start = _read_start(runner, network, inputs, context, event)
    resolution = resolve(inputs, context, event, now=clock.now(), api_start=api_start)
    _log_resolution(runner, event, resolution)
    deployments = resolution.deployments
    plan = make_plan(deployments, inputs.enabled, event, clock.now())
    _annotate_plan(runner, plan)
    set_deployment_outputs(runner, deployments, event)

    name = new_name()
    outbox = open_outbox(runner, name)
    settings = inputs.enabled.shared
    delivery = send(runner, plan.messages, settings, outbox, network, dry_run=inputs.dry_run)
    results = [*delivery.results, *plan.skipped]
    log_results(runner, results)
    lines = log_undelivered(runner, plan.messages, delivery.results)
    is_new = event is Event.STARTED or (inputs.dry_run and event is not Event.UPDATE)
    set_result_outputs(
        runner,
        results,
        service=deployments[0].service.name,
        ids=plan.ids if is_new else {},
        outbox=name if delivery.kept else "",
    )
    summary = Summary(results, deployments, lines, runner.annotations, delivery.kept)
    runner.summarize(render(summary, runner.hide))
    outcome = judge(results, fail_on_error=inputs.fail_on_error, kept=delivery.kept)
    return apply(runner, outcome)


def _read_start(
    runner: Runner, network: Network, inputs: Inputs, context: Context, event: Event
) -> ApiStart | None:
    if inputs.github_token is None or not needs_api_start(inputs, event):
        return None
    token = inputs.github_token.get_secret_value()
    api = GitHubApi(context, token, network.transport, network.deadline)
    return read_start(api, inputs.job_id, runner.debug)


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


def _log_resolution(runner: Runner, event: Event, resolution: Resolution) -> None:
    runner.log(f"{event}: {', '.join(resolution.sources)}")
    for warning in resolution.warnings:
        runner.warning(warning)


def _save_for_post(runner: Runner, state: State) -> bool:
    """Return whether the post stage will report the result."""
    try:
        save(runner, state)
    except StateError as error:
        runner.warning(f"The end of this deployment will not be reported: {error}.")
        return False
    return True


def _annotate_plan(runner: Runner, plan: Plan) -> None:
    for warning in plan.warnings:
        runner.warning(warning)
    for note in plan.notes:
        runner.notice(note)
