"""The post stage without main's state: main ended early, or the runner lost the state.

Kubernetes mode without volumes copies nothing back from a container, so that post has its inputs
and the job's result, but nothing from main. What main reported is unknown: the rules below keep
post from reporting a deployment that did not happen, or one that main has reported.
"""

from collections.abc import Sequence

from ..delivery.listing import Listing, list_deployments
from ..delivery.network import Network
from ..delivery.outbox import new_name
from ..deployment import Deployment, Event, StartSource
from ..errors import InputError, Section
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.model import input_names
from ..messages import Message
from ..report.outcome import apply, judge
from ..resolve import CANCELLED, NoEvent, choose_end, resolve
from ..vendors.plan import make_plan
from .other_runners import TWO_STEPS
from .planned import send_plan
from .send import open_outbox, show, show_nothing
from .step import Step, read_api_start, read_step

_LOST = (
    "The main stage ended early, or the runner lost its state, as Kubernetes mode without volumes "
    "does. The inputs were evaluated again."
)
_NOT_OPEN = (
    "The job's result is not reported: it did not succeed, and no vendor lists an open deployment "
    "of this service, environment and version. Main may have ended before the deployment began."
)


def recover(runner: Runner, clock: Clock) -> int:
    """Report the job's result from this stage's inputs, and return the exit code.

    Nothing is reported, silently, if main would have left nothing to post.
    """
    # Post has masked the keys.
    raw = runner.inputs(input_names())
    try:
        step = read_step(runner, clock, raw)
    except InputError:
        # Main has rejected them.
        return 0
    inputs = step.inputs
    if not step.has_two_stages or inputs.no_service or not inputs.enabled.shared:
        return 0
    if not inputs.job_status:
        runner.warning(
            f"The job's result is not reported: this runner does not provide it. {TWO_STEPS}",
            Section.NO_RESULT,
        )
        show_nothing(runner, Section.NO_RESULT)
        return 0
    event = choose_end(runner.hide(inputs.job_status), inputs.on_cancelled)
    if isinstance(event, NoEvent):
        runner.annotate("notice" if event.expected else "warning", event.reason)
        return 0
    runner.warning(_LOST, Section.NO_RESULT)
    return _report(runner, clock, step, event)


def _report(runner: Runner, clock: Clock, step: Step, event: Event) -> int:
    inputs = step.inputs
    network = Network.open(clock, inputs.timeout_seconds, hide=runner.hide, log=runner.log)
    api_start = read_api_start(runner, network, step, event)
    now = clock.now()
    resolution = resolve(
        inputs, step.context, event, now=now, hide=runner.hide, api_start=api_start
    )
    settings = inputs.enabled
    starts = make_plan(resolution.deployments, settings, Event.STARTED, now).messages
    # With `dry-run`, main has sent no start that could be listed.
    listing = Listing({}, frozenset())
    if not inputs.dry_run:
        listing = list_deployments(starts, settings.shared, network)
    needs_proof = not (inputs.dry_run or inputs.job_status == "success")
    deployments = _reportable(resolution.deployments, starts, listing, needs_proof=needs_proof)
    if not deployments:
        runner.warning(_NOT_OPEN, Section.NO_RESULT)
        show_nothing(runner, Section.NO_RESULT)
        return 0
    sources = {deployment.facts.start_source for deployment in deployments}
    if StartSource.FINISH in sources:
        for warning in resolution.warnings:
            runner.warning(warning)

    plan = make_plan(deployments, settings, event, now)
    messages = (*_missing_starts(deployments, starts, listing), *plan.messages)
    outbox = open_outbox(runner, new_name())
    sent = send_plan(runner, inputs, plan._replace(messages=messages), outbox, network)
    show(runner, sent, deployments, cancelled=inputs.job_status == CANCELLED)
    outcome = judge(sent.results, sent.resend, fail_on_error=inputs.fail_on_error)
    return apply(runner, outcome)


def _missing_starts(
    deployments: Sequence[Deployment], starts: Sequence[Message], listing: Listing
) -> list[Message]:
    """Return the starts of these deployments that no vendor lists: main has not reported them."""
    names = {deployment.service.name for deployment in deployments}
    return [
        message
        for number, message in enumerate(starts)
        if number in listing.missing and message.service in names
    ]


def _reportable(
    deployments: Sequence[Deployment],
    starts: Sequence[Message],
    listing: Listing,
    *,
    needs_proof: bool,
) -> tuple[Deployment, ...]:
    """Return the deployments whose result is reported, with the best start that is known.

    The proof that the deployment began is that a vendor lists it as open. The start of a closed one
    is that of an earlier deployment of the same version.
    """
    chosen = []
    for deployment in deployments:
        name = deployment.service.name
        found = [
            listed
            for number, listed in listing.found.items()
            if starts[number].service == name and listed.is_open
        ]
        if needs_proof and not found:
            continue
        facts = deployment.facts
        changes: dict[str, object] = {"recovered": True}
        if found and facts.start_source is StartSource.FINISH:
            earliest = min(listed.started_at for listed in found)
            changes |= {"started_at": earliest, "start_source": StartSource.LISTED}
        chosen.append(deployment._replace(facts=facts.model_copy(update=changes)))
    return tuple(chosen)
