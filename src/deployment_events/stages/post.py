"""The post stage: reports the job's result. It imports nothing that only main needs."""

from collections.abc import Sequence
from typing import NamedTuple

from ..delivery.network import Network
from ..delivery.outbox import new_name, read
from ..deployment import Event
from ..errors import OutboxError, StateError
from ..github.runner import Runner
from ..http.deadline import Clock
from ..messages import Message, undelivered
from ..report.log import log_results, log_undelivered
from ..report.outcome import apply, judge
from ..report.summary import Summary, render, render_nothing
from ..resolve import NoEvent, choose_end, finish
from ..vendors.input_names import secret_names, secret_values
from ..vendors.plan import VendorSettings, make_plan
from ..vendors.registry import VENDORS
from .send import open_outbox, send
from .state import State, load, restore_settings


def post(runner: Runner, clock: Clock) -> int:
    """Run the post stage and return its exit code."""
    raw = runner.inputs([*secret_names(), "job-status"])
    runner.mask(secret_values(raw))
    try:
        state = load(runner)
        settings = restore_settings(state, raw)
    except StateError as error:
        runner.warning(
            "The end of this deployment is not reported, "
            f"because main's state cannot be used: {error}."
        )
        runner.summarize(render_nothing(runner.annotations, runner.hide))
        return 0
    event = choose_end(raw["job-status"], state.on_cancelled)
    if isinstance(event, NoEvent):
        return _report_no_event(runner, state, event)
    return _report_end(runner, clock, state, settings, event)


def _report_end(
    runner: Runner, clock: Clock, state: State, settings: VendorSettings, event: Event
) -> int:
    """Send what main could not deliver, with its own times, and then the end."""
    network = Network.open(clock, state.timeout_seconds, hide=runner.hide, log=runner.log)
    deployments, clock_warning = finish(state.deployments, clock.now())
    if clock_warning:
        runner.warning(clock_warning)
    left = _left_by_main(runner, state)
    plan = make_plan(deployments, settings, event, deployments[0].finished_at)
    keyless = [name for name, one in settings.shared.items() if not one.enabled]
    for name in sorted(keyless):
        runner.warning(
            f"{VENDORS[name].title}'s key was there in main and is empty or damaged now, so its "
            "events stay undelivered: inside a composite action the runner can lose inputs; "
            "use this action as a step of the job."
        )

    messages = (*left.messages, *plan.messages)
    outbox = open_outbox(runner, left.outbox)
    enabled = settings.enabled().shared
    delivery = send(runner, messages, enabled, outbox, network, dry_run=state.dry_run)
    results = [*delivery.results, *plan.skipped]
    log_results(runner, results)
    lines = log_undelivered(runner, messages, delivery.results)
    summary = Summary(results, deployments, lines, runner.annotations, delivery.kept)
    runner.summarize(render(summary, runner.hide))
    # A key that the runner lost was warned of, and does not fail the job.
    judged = [result for result in results if result.vendor not in keyless]
    outcome = judge(judged, fail_on_error=state.fail_on_error, kept=delivery.kept)
    return apply(runner, outcome)


def _report_no_event(runner: Runner, state: State, no_event: NoEvent) -> int:
    """Report nothing: as the user wants it, or because the job's result is unknown."""
    runner.annotate("notice" if no_event.expected else "warning", no_event.reason)
    left = _left_by_main(runner, state)
    if left.messages:
        _report_unsent(runner, state, left.messages, left.outbox)
    elif not no_event.expected:
        runner.summarize(render_nothing(runner.annotations, runner.hide))
    return 0


def _report_unsent(runner: Runner, state: State, messages: Sequence[Message], outbox: str) -> None:
    """Report what main could not deliver, and what post has no end for."""
    runner.warning(
        f"What main could not deliver is not sent either: it stays in {outbox}, for event: replay."
    )
    results = [
        undelivered(message, message.cause or "main ended before it was answered")._replace(id="")
        for message in messages
    ]
    lines = log_undelivered(runner, messages, results)
    summary = Summary(results, state.deployments, lines, runner.annotations)
    runner.summarize(render(summary, runner.hide))


class _Left(NamedTuple):
    """What main left behind."""

    messages: tuple[Message, ...]
    outbox: str
    """The file for what post cannot deliver either, relative to the temporary folder."""


def _left_by_main(runner: Runner, state: State) -> _Left:
    path = runner.temp / state.outbox if runner.temp else None
    if path is None or not path.exists():
        return _Left((), state.outbox)
    try:
        return _Left(tuple(read(path)), state.outbox)
    except OutboxError as error:
        runner.warning(
            f"What main could not deliver stays where it is, because {state.outbox} {error}."
        )
        return _Left((), new_name())
