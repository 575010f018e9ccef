"""When a deployment started and finished, and where these times come from. Pure."""

from typing import TYPE_CHECKING, NamedTuple

from .deployment import Event, StartSource
from .values.times import iso

if TYPE_CHECKING:
    from .github.api import ApiStart
    from .github.context import Context
    from .inputs.model import Inputs

START_LABELS = {
    StartSource.INPUT: "input",
    StartSource.NOW: "now",
    StartSource.DEPLOYMENT_STATUS: "the payload's deployment_status",
    StartSource.DEPLOYMENT: "the payload's deployment",
    StartSource.IN_PROGRESS: "the deployment's first in_progress status, from GitHub's API",
    StartSource.JOB: "the job's start, from GitHub's API",
    StartSource.LISTED: "the vendor's list of deployments",
    StartSource.FINISH: "the finish",
}

_NO_START = (
    "The start time is unknown, so the duration is zero. Set `started-at`, or report the "
    "deployment from one step with `event: auto`."
)
_WAIT = (
    "The start is the creation of the GitHub deployment, which includes the time spent waiting for "
    "approval. Set `started-at`, or grant the job `deployments: read` so that the action can read "
    "when the deployment began to run."
)


class Times(NamedTuple):
    """When a deployment started and finished, in Unix milliseconds."""

    started_at: int
    source: StartSource
    finished_at: int | None = None
    warnings: tuple[str, ...] = ()


def deployment_times(
    inputs: "Inputs", context: "Context", event: Event, now: int, api_start: "ApiStart | None"
) -> Times:
    """Return the times of a deployment; `now` is Unix ms, `api_start` is None if not asked for."""
    if event is Event.CUSTOM:
        return _custom_times(inputs, context, now)
    if not event.is_end:
        started_at, source = _start(inputs.started_at, context, now)
        warnings: tuple[str, ...] = ()
        if event is Event.STARTED and inputs.finished_at:
            warnings = ("`finished-at` is not used: this step reports a `started` event.",)
        return Times(started_at, source, warnings=warnings)
    finished_at, finish_label = _finish(inputs, context, now)
    candidates = [(StartSource.INPUT, inputs.started_at)]
    cause = ""
    if api_start:
        candidates.append((api_start.source, api_start.at))
        cause = api_start.unknown_because
    candidates.append((StartSource.DEPLOYMENT, context.deployment_created_at))
    started_at, source = _first(*candidates, (StartSource.FINISH, finished_at))
    if source is StartSource.FINISH:
        return Times(started_at, source, finished_at, (f"{_NO_START} {cause}".strip(),))
    if started_at > finished_at:
        return _clamped(started_at, source, finished_at, finish_label)
    if source is StartSource.DEPLOYMENT and context.deployment_id:
        return Times(started_at, source, finished_at, (f"{_WAIT} {cause}".strip(),))
    return Times(started_at, source, finished_at)


def _custom_times(inputs: "Inputs", context: "Context", now: int) -> Times:
    """A custom event happens at one time: `finished-at`, or `started-at`, or now."""
    started_at, source = _start(inputs.started_at or inputs.finished_at, context, now)
    return Times(started_at, source, inputs.finished_at or inputs.started_at or now)


def _start(given: int | None, context: "Context", now: int) -> tuple[int, StartSource]:
    status_at = context.status_created_at if context.deployment_state else None
    return _first(
        (StartSource.INPUT, given),
        (StartSource.DEPLOYMENT_STATUS, status_at),
        (StartSource.NOW, now),
    )


def _finish(inputs: "Inputs", context: "Context", now: int) -> tuple[int, str]:
    if inputs.finished_at is not None:
        return inputs.finished_at, "input"
    if context.status_created_at is not None:
        return context.status_created_at, "the payload's deployment_status"
    return now, "now"


def _clamped(started_at: int, source: StartSource, finished_at: int, finish_label: str) -> Times:
    """Return equal times. The user's start is kept; a derived one gives way to the finish."""
    both, kept = finished_at, "the finish"
    if source is StartSource.INPUT:
        both, kept = started_at, "the start"
    warning = (
        f"The start {iso(started_at)} ({START_LABELS[source]}) is after the finish "
        f"{iso(finished_at)} ({finish_label}): the clocks differ, so {kept} is used for both."
    )
    return Times(both, source, both, (warning,))


def _first(*candidates: tuple[StartSource, int | None]) -> tuple[int, StartSource]:
    return next((time, source) for source, time in candidates if time is not None)
