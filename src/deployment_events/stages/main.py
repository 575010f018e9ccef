"""The main stage: reports the start of a deployment, or one event."""

from ..delivery.network import Network
from ..delivery.outbox import new_name
from ..deployment import Event
from ..errors import InputError, Section
from ..github.context import Context
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.model import CHECK, Inputs, input_names
from ..inputs.services import NoService
from ..report.outcome import apply, judge, no_vendor
from ..report.outputs import set_no_results, set_result_outputs
from ..resolve import CANCELLED, NoEvent, choose_event
from ..vendors.input_names import secret_values
from .check import check
from .planned import plan_step, send_plan
from .reject import reject
from .replay import replay
from .send import open_outbox, show, show_nothing
from .start import report_start
from .state import save_done
from .step import Step, read_api_start, read_step


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
        return report_start(runner, clock, step)
    save_done(runner)
    status = runner.hide(context.deployment_state) if inputs.event == "auto" else inputs.event
    event = choose_event(status, inputs.on_cancelled)
    if isinstance(event, NoEvent):
        return _report_no_event(runner, context, event)
    return _report_event(runner, clock, step, event)


def _report_event(runner: Runner, clock: Clock, step: Step, event: Event) -> int:
    """Report one event now."""
    inputs = step.inputs
    network = Network.open(clock, inputs.timeout_seconds, hide=runner.hide, log=runner.log)
    api_start = read_api_start(runner, network, step, event)
    planned = plan_step(runner, clock, step, event, api_start)
    name = new_name()
    outbox = open_outbox(runner, name)
    sent = send_plan(runner, inputs, planned.plan, outbox, network)
    set_result_outputs(
        runner,
        sent.results,
        service=planned.first_service,
        ids=planned.plan.ids if event is Event.STARTED else {},
        outbox=name if sent.kept else "",
    )
    show(runner, sent, planned.deployments, cancelled=inputs.event == CANCELLED)
    outcome = judge(sent.results, sent.resend, fail_on_error=inputs.fail_on_error)
    return apply(runner, outcome)


def _annotate_inputs(runner: Runner, inputs: Inputs) -> None:
    for warning in inputs.warnings():
        runner.warning(warning)
    for notice in inputs.notices:
        runner.notice(notice)


def _report_no_vendor(runner: Runner) -> int:
    set_no_results(runner)
    exit_code = apply(runner, no_vendor())
    show_nothing(runner, Section.NO_SECRETS)
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
