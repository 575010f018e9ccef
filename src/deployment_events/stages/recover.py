"""The post stage without main's state: main ended early, or the runner lost the state.

Kubernetes mode without volumes copies nothing back from a container, so that post has its inputs
and the job's result, but nothing from main. What main reported is unknown: the rules below keep
post from reporting a deployment that did not happen, or one that main has reported.
"""

import os
from collections.abc import Sequence

from ..delivery.listing import Listing, list_deployments
from ..delivery.network import Network
from ..delivery.outbox import new_name
from ..deployment import Deployment, Event, StartSource
from ..errors import InputError
from ..github.api import ApiStart, GitHubApi
from ..github.context import Context, read_context
from ..github.derived_secrets import without_secrets
from ..github.runner import Runner
from ..github.start import read_start
from ..http.deadline import Clock
from ..inputs.model import Inputs, input_names
from ..inputs.read import read_inputs
from ..messages import Message
from ..report.log import log_results, log_undelivered
from ..report.outcome import apply, judge
from ..report.summary import Summary, render, render_nothing
from ..resolve import NoEvent, choose_end, resolve
from ..vendors.plan import make_plan
from .other_runners import TWO_STEPS
from .send import open_outbox, send

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
    context = without_secrets(read_context(os.environ), runner.secrets)
    inputs = _read(raw, clock, context)
    if inputs is None or not _main_would_leave_the_end(inputs, context):
        return 0
    if not inputs.job_status:
        runner.warning(f"The job's result is not reported: this runner withholds it. {TWO_STEPS}")
        runner.summarize(render_nothing(runner.annotations, runner.hide))
        return 0
    event = choose_end(inputs.job_status, inputs.on_cancelled)
    if isinstance(event, NoEvent):
        runner.annotate("notice" if event.expected else "warning", event.reason)
        return 0
    runner.warning(_LOST)
    return _report(runner, clock, inputs, context, event)


def _read(raw: dict[str, str], clock: Clock, context: Context) -> Inputs | None:
    """Return the inputs, or None if main has rejected them."""
    try:
        return read_inputs(
            raw,
            clock.now(),
            context.environment,
            may_lack_environment=context.should_name_environment,
            has_repository=bool(context.repository_name),
        )
    except InputError:
        return None


def _main_would_leave_the_end(inputs: Inputs, context: Context) -> bool:
    is_auto = inputs.event == "auto" and context.event_name != "deployment_status"
    return is_auto and not inputs.no_service and bool(inputs.enabled.shared)


def _report(runner: Runner, clock: Clock, inputs: Inputs, context: Context, event: Event) -> int:
    network = Network.open(clock, inputs.timeout_seconds, hide=runner.hide, log=runner.log)
    api_start = _read_start(runner, network, inputs, context)
    now = clock.now()
    resolution = resolve(inputs, context, event, now=now, api_start=api_start)
    settings = inputs.enabled
    starts = make_plan(resolution.deployments, settings, Event.STARTED, now).messages
    listing = list_deployments(starts, settings.shared, network)
    succeeded = inputs.job_status == "success"
    deployments = _reportable(resolution.deployments, starts, listing, succeeded=succeeded)
    if not deployments:
        runner.warning(_NOT_OPEN)
        runner.summarize(render_nothing(runner.annotations, runner.hide))
        return 0
    if any(one.facts.start_source is StartSource.FINISH for one in deployments):
        for warning in resolution.warnings:
            runner.warning(warning)

    plan = make_plan(deployments, settings, event, now)
    messages = (*_missing_starts(deployments, starts, listing), *plan.messages)
    outbox = open_outbox(runner, new_name())
    delivery = send(runner, messages, settings.shared, outbox, network, dry_run=inputs.dry_run)
    results = [*delivery.results, *plan.skipped]
    log_results(runner, results)
    lines = log_undelivered(runner, messages, delivery.results)
    summary = Summary(results, deployments, lines, runner.annotations, delivery.kept)
    runner.summarize(render(summary, runner.hide))
    outcome = judge(results, fail_on_error=inputs.fail_on_error, kept=delivery.kept)
    return apply(runner, outcome)


def _read_start(
    runner: Runner, network: Network, inputs: Inputs, context: Context
) -> ApiStart | None:
    if inputs.github_token is None or inputs.started_at is not None:
        return None
    token = inputs.github_token.get_secret_value()
    api = GitHubApi(context, token, network.transport, network.deadline)
    return read_start(api, inputs.job_id, runner.debug)


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
    succeeded: bool,
) -> tuple[Deployment, ...]:
    """Return the deployments whose result is reported, with the best start that is known.

    If the job did not succeed, that needs proof that the deployment began: a vendor lists it as
    open.
    """
    chosen = []
    for deployment in deployments:
        name = deployment.service.name
        found = [
            listed for number, listed in listing.found.items() if starts[number].service == name
        ]
        if not succeeded and not any(listed.is_open for listed in found):
            continue
        facts = deployment.facts
        changes: dict[str, object] = {"recovered": True}
        if found and facts.start_source is StartSource.FINISH:
            earliest = min(listed.started_at for listed in found)
            changes |= {"started_at": earliest, "start_source": StartSource.LISTED}
        chosen.append(deployment._replace(facts=facts.model_copy(update=changes)))
    return tuple(chosen)
