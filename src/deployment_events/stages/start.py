"""The main stage of a step with two stages: reports the start, and leaves the result to post."""

import os

from ..delivery.network import Network
from ..delivery.outbox import new_name
from ..deployment import Event
from ..errors import Section, StateError
from ..github.runner import Runner
from ..http.deadline import Clock
from ..report.log import log_results, log_undelivered
from ..report.outcome import apply, judge, judge_start
from ..report.outputs import set_result_outputs
from .confirmed import save_confirmed
from .other_runners import TWO_STEPS, runner_without_post
from .planned import plan_step, send_plan
from .send import Sent, open_outbox, show
from .state import State, make_state, save
from .step import Step

BEFORE_THE_DEPLOY = 5.0
"""Seconds of the main stage of `auto`, because the deploy waits for it."""
_MOST_START_SECONDS = 0.5
"""Seconds of these that loading Python's modules may use. On a slow machine it takes longer."""


def report_start(runner: Runner, clock: Clock, step: Step) -> int:
    """Report the start, and return the exit code, which is 0: the deploy follows."""
    inputs = step.inputs
    _point_to_two_steps(runner)
    seconds = min(_seconds_before_the_deploy(clock), inputs.timeout_seconds)
    network = Network.open(clock, seconds, hide=runner.hide, log=runner.log)
    planned = plan_step(runner, clock, step, Event.STARTED)
    name = new_name()
    outbox = open_outbox(runner, name)
    if not inputs.dry_run:
        # Before the state is saved: post must find the outbox of a main stage that is killed.
        outbox.keep(planned.plan.messages)
    is_saved = _save_for_post(runner, make_state(inputs, planned.deployments, name))

    sent = send_plan(runner, inputs, planned.plan, outbox, network)
    if is_saved and not inputs.dry_run:
        save_confirmed(runner, sent)
    set_result_outputs(
        runner,
        sent.results,
        service=planned.first_service,
        ids=planned.plan.ids,
        outbox=name if sent.kept else "",
    )
    if is_saved:
        return _end_before_post(runner, sent)
    show(runner, sent, planned.deployments)
    return apply(runner, judge(sent.results, sent.resend, fail_on_error=False))


def _end_before_post(runner: Runner, sent: Sent) -> int:
    """Report the results without a summary, which post writes."""
    log_results(runner, sent.results)
    if not sent.kept:
        log_undelivered(runner, sent.messages, sent.results)
    return apply(runner, judge_start(sent.results))


def _seconds_before_the_deploy(clock: Clock) -> float:
    return BEFORE_THE_DEPLOY - min(clock.since_start(), _MOST_START_SECONDS)


def _point_to_two_steps(runner: Runner) -> None:
    other_runner = runner_without_post(os.environ)
    if other_runner:
        runner.notice(
            f"{other_runner} does not pass the job's result to the post stage unless "
            f"`job-status: ${{{{ job.status }}}}` is set under `with:`. {TWO_STEPS}"
        )


def _save_for_post(runner: Runner, state: State) -> bool:
    """Return whether the post stage will have the state."""
    try:
        save(runner, state)
    except StateError as error:
        runner.warning(
            "The post stage has to evaluate the inputs again to report the result, "
            f"because {error}.",
            Section.NO_RESULT,
        )
        return False
    return True
