"""Inputs + context → the deployments of this step.

Pure: the same arguments give the same result.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .deployment import GITHUB_STATUSES, Deployment, Event, Facts, Origin, Resolved, Service
from .deployment_times import START_LABELS, Times, deployment_times
from .values.text import clean, quoted
from .values.times import iso
from .values.unique import unique

if TYPE_CHECKING:
    from .github.api import ApiStart
    from .github.context import Context
    from .inputs.model import Inputs

CANCELLED = "cancelled"
"""The status of a cancelled job: the input `on-cancelled` selects the event."""

JOB_RESULTS = frozenset({"success", "failure", CANCELLED, "skipped"})
"""The values of `job.status`. See docs/vendors.md#github-status-values."""


class NoEvent(NamedTuple):
    """Nothing is reported: `reason` is a sentence."""

    reason: str
    expected: bool = True
    """False: the job's result is unknown, which needs a warning."""


class Resolution(NamedTuple):
    """The deployments of one step, and what the log says about their values."""

    deployments: tuple[Deployment, ...]
    sources: tuple[str, ...]
    """Each value and where it comes from."""
    warnings: tuple[str, ...]


def choose_event(status: str, on_cancelled: str) -> Event | NoEvent:
    """Return the event that an event name or one of GitHub's status values means."""
    if not status:
        return NoEvent(
            "The event's payload contains no deployment status: nothing is sent. "
            "Set `event` to report one."
        )
    if status == CANCELLED:
        if on_cancelled == "ignore":
            return NoEvent("The job was cancelled and `on-cancelled` is `ignore`: nothing is sent.")
        return Event(on_cancelled)
    if status in set(Event):
        return Event(status)
    if status not in GITHUB_STATUSES:
        return NoEvent(f"Unknown status {quoted(status)}: nothing is sent.")
    event = GITHUB_STATUSES[status]
    if event is None:
        return NoEvent(
            f"The status '{status}' is neither the start nor the result of a deployment: "
            "nothing is sent."
        )
    return event


def choose_end(job_status: str, on_cancelled: str) -> Event | NoEvent:
    """Return the event that the job's result means."""
    if job_status in JOB_RESULTS:
        return choose_event(job_status, on_cancelled)
    reason = (
        f"The job's result is unknown (`job-status` is {quoted(job_status)}), so it is not "
        "reported. Set `job-status` to nothing but `${{ job.status }}`, and do not use this action "
        "in nested composite actions."
    )
    return NoEvent(reason, expected=False)


def needs_api_start(inputs: "Inputs", event: Event) -> bool:
    """Return whether to ask GitHub's API for the start.

    That is for a standalone finished or failed event without `started-at`.
    """
    return event.is_end and inputs.started_at is None and inputs.github_token is not None


def resolve(
    inputs: "Inputs",
    context: "Context",
    event: Event,
    *,
    now: int,
    hide: Callable[[str], str],
    api_start: "ApiStart | None" = None,
) -> Resolution:
    """Return the deployments of this step; `now` is Unix milliseconds.

    `hide` replaces secrets in a text. `api_start` is the start from GitHub's API, or None if it was
    not asked for.
    """
    commit = _commit(inputs, context)
    version = _version(inputs, context, commit.value)
    times = deployment_times(inputs, context, event, now, api_start)
    facts = _facts(inputs, context, commit.value, version.value, times)
    services = inputs.services or (Service(name=context.repository_name),)
    deployments = tuple(Deployment(service, facts) for service in services)
    sources = [f"commit {clean(hide(commit.value)) or 'unknown'} ({commit.source})"]
    if version.value != commit.value:
        sources.append(f"version {clean(hide(version.value))} ({version.source})")
    if event is not Event.UPDATE:
        sources.append(f"start {iso(times.started_at)} ({START_LABELS[times.source]})")
    warnings = [*context.warnings, commit.warning, *times.warnings]
    if event is not Event.UPDATE:
        warnings += _branch_warnings(deployments, hide)
    return Resolution(deployments, tuple(sources), tuple(filter(None, warnings)))


def _commit(inputs: "Inputs", context: "Context") -> Resolved:
    return Resolved(inputs.commit_sha, "input") if inputs.commit_sha else context.commit()


def _version(inputs: "Inputs", context: "Context", commit: str) -> Resolved:
    return Resolved(inputs.version, "input") if inputs.version else context.version(commit)


def _facts(
    inputs: "Inputs", context: "Context", commit_sha: str, version: str, times: Times
) -> Facts:
    origin = Origin(
        repository=context.repository,
        run_id=context.run_id,
        run_attempt=context.run_attempt,
        job=context.job,
        job_index=inputs.job_index,
        job_id=inputs.job_id,
        deployment_id=context.deployment_id,
        run_url=context.run_url,
        job_url=context.job_url(inputs.job_id),
        ref=context.ref,
        actor=context.actor,
    )
    return Facts(
        environment=inputs.environment,
        version=version,
        commit_sha=commit_sha,
        repository_url=inputs.repository_url or context.repository_url,
        started_at=times.started_at,
        start_source=times.source,
        finished_at=times.finished_at,
        tags=inputs.tags,
        metadata=_metadata(inputs, context),
        branches=context.branches,
        origin=origin,
    )


def finish(
    deployments: Sequence[Deployment], finished_at: int
) -> tuple[tuple[Deployment, ...], str]:
    """Return the deployments with their end (Unix ms), and a warning if a clock was set back."""
    facts = deployments[0].facts
    warning = ""
    if finished_at < facts.started_at:
        warning = (
            f"The finish {iso(finished_at)} is before the start {iso(facts.started_at)}: "
            "the clock was adjusted during the job, so the start is used for both."
        )
        finished_at = facts.started_at
    finished = facts.model_copy(update={"finished_at": finished_at})
    return tuple(deployment._replace(facts=finished) for deployment in deployments), warning


def _branch_warnings(
    deployments: Sequence[Deployment], hide: Callable[[str], str]
) -> Iterator[str]:
    """Yield a sentence for each version that is the name of a branch."""
    branches = [deployment.version for deployment in deployments if deployment.version_is_branch]
    for version in unique(branches):
        yield (
            f"`version` {quoted(hide(version))} is the name of a branch, so all deployments of "
            "this branch have the same version. A vendor that identifies deployments by version "
            "treats them as one. Use a version that changes, such as `${{ github.sha }}`."
        )


def _metadata(inputs: "Inputs", context: "Context") -> Mapping[str, str]:
    """Return GitHub's values, without those that the user's tags override."""
    if not inputs.github_metadata:
        return {}
    tagged = {key for key, _ in inputs.tags}
    metadata = context.metadata(inputs.job_id)
    return {key: value for key, value in metadata.items() if key not in tagged}
