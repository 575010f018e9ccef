"""The post stage: reports the job's result. It imports nothing that only main needs."""

from collections.abc import Iterable

from ..delivery.network import Network
from ..deployment import Event
from ..errors import Section, StateError, StateMissing
from ..github.runner import Level, Runner
from ..http.deadline import Clock
from ..messages import undelivered
from ..report.outcome import apply, judge
from ..resolve import CANCELLED, NoEvent, choose_end, finish
from ..vendors.input_names import secret_names, secret_values
from ..vendors.plan import VendorSettings, make_plan
from ..vendors.registry import VENDORS
from .send import Sent, open_outbox, send, show, show_nothing
from .state import State, load, restore_settings
from .unconfirmed import Unconfirmed, find_unconfirmed
from .withhold import withhold


def post(runner: Runner, clock: Clock) -> int:
    """Run the post stage and return its exit code."""
    raw = runner.inputs([*secret_names(), "job-status"])
    runner.mask(secret_values(raw))
    try:
        state = load(runner)
        settings = restore_settings(state, raw)
    except StateMissing:
        # Its imports take about 20 ms, which a post stage with state does not need.
        from .recover import recover  # noqa: PLC0415

        return recover(runner, clock)
    except StateError as error:
        runner.warning(
            "The result of this deployment is not reported, "
            f"because the state from the main stage cannot be used: {error}.",
            Section.NO_RESULT,
        )
        show_nothing(runner, Section.NO_RESULT)
        return 0
    job_status = runner.hide(raw.get("job-status", ""))
    event = choose_end(job_status, state.on_cancelled)
    if isinstance(event, NoEvent):
        return _report_no_event(runner, state, settings, event)
    return _report_end(runner, clock, state, settings, event, cancelled=job_status == CANCELLED)


def _report_end(
    runner: Runner,
    clock: Clock,
    state: State,
    settings: VendorSettings,
    event: Event,
    *,
    cancelled: bool,
) -> int:
    """Send main's undelivered messages unchanged, and then the job's result."""
    network = Network.open(clock, state.timeout_seconds, hide=runner.hide, log=runner.log)
    deployments, clock_warning = finish(state.deployments, clock.now())
    if clock_warning:
        runner.warning(clock_warning)
    unconfirmed = find_unconfirmed(runner, state, settings)
    plan = make_plan(deployments, settings, event, deployments[0].finished_at)
    keyless = [name for name, vendor in settings.shared.items() if not vendor.enabled]
    _warn_of_lost_keys(runner, keyless)

    messages, withheld = withhold(runner, (*unconfirmed.messages, *plan.messages))
    sent = send(
        runner,
        messages,
        settings.enabled().shared,
        open_outbox(runner, unconfirmed.outbox),
        network,
        dry_run=state.dry_run,
        skipped=plan.skipped,
        withheld=withheld,
    )
    show(runner, sent, deployments, cancelled=cancelled)
    # A key that the runner lost was warned of, and does not fail the job.
    judged = [result for result in sent.results if result.vendor not in keyless]
    outcome = judge(judged, sent.resend, fail_on_error=state.fail_on_error)
    return apply(runner, outcome)


def _warn_of_lost_keys(runner: Runner, vendors: Iterable[str]) -> None:
    for name in sorted(vendors):
        runner.warning(
            f"{VENDORS[name].title}'s key was set in main but is missing or invalid in post, so "
            "its events are not sent. The runner can drop the inputs of nested composite actions: "
            "use this action in the job itself or in one composite action.",
            Section.NO_RESULT,
        )


def _report_no_event(
    runner: Runner, state: State, settings: VendorSettings, no_event: NoEvent
) -> int:
    """Report nothing: as the user wants it, or because the job's result is unknown."""
    section = Section.SKIPPED if no_event.expected else Section.NO_RESULT
    level: Level = "notice" if no_event.expected else "warning"
    runner.annotate(level, no_event.reason, section=section)
    unconfirmed = find_unconfirmed(runner, state, settings)
    if unconfirmed.messages:
        _report_unsent(runner, state, unconfirmed)
        return 0
    # The outbox may contain confirmed messages if main could not delete it.
    open_outbox(runner, state.outbox).keep(())
    if not no_event.expected:
        show_nothing(runner, Section.NO_RESULT)
    return 0


def _report_unsent(runner: Runner, state: State, unconfirmed: Unconfirmed) -> None:
    """Report main's undelivered messages, which post does not send without a result."""
    messages, _ = withhold(runner, unconfirmed.messages)
    outbox = open_outbox(runner, unconfirmed.outbox)
    outbox.keep(messages)
    where = f"they stay in {unconfirmed.outbox}" if outbox.works else "they are in this log"
    runner.warning(
        f"Events from the main stage were not retried: {where}. Resend them with `event: replay`.",
        Section.REPLAY,
    )
    results = [
        undelivered(
            message, message.cause or "the main stage ended before it got a response"
        )._replace(id="")
        for message in messages
    ]
    show(runner, Sent(messages, results, outbox.works), state.deployments)
