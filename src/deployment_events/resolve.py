"""Inputs + context → the deployments of this step.

Pure: the same arguments give the same result.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .deployment import (
    GITHUB_STATUSES,
    Deployment,
    Event,
    Facts,
    Origin,
    Service,
)
from .deployment_times import START_LABELS, deployment_times
from .values.text import clean, quoted
from .values.times import iso

if TYPE_CHECKING:
    from .github.api import ApiStart
    from .github.context import Context
    from .inputs.model import Inputs

JOB_RESULTS = frozenset({"success", "failure", "cancelled", "skipped"})
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
            "The event's payload holds no state of the deployment: nothing is sent. "
            "Set event to report it."
        )
    if status == "cancelled":
        if on_cancelled == "ignore":
            return NoEvent("The job was cancelled, and on-cancelled is ignore: nothing is sent.")
        return Event(on_cancelled)
    if status in set(Event):
        return Event(status)
    if status not in GITHUB_STATUSES:
        return NoEvent(f"The status {quoted(status)} is not known: nothing is sent.")
    event = GITHUB_STATUSES[status]
    if event is None:
        return NoEvent(f"{status} is neither a start nor an end of a deployment: nothing is sent.")
    return event


def choose_end(job_status: str, on_cancelled: str) -> Event | NoEvent:
    """Return the event that the job's result means."""
    if job_status in JOB_RESULTS:
        return choose_event(job_status, on_cancelled)
    reason = (
        f"The job's end is not known (job-status is {quoted(job_status)}), so it is not reported: "
        "leave job-status alone, and use this action as a step of the job itself."
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
    api_start: "ApiStart | None" = None,
) -> Resolution:
    """Return the deployments of this step; `now` is Unix milliseconds.

    `api_start` is the start from GitHub's API, or None if it was not asked for.
    """
    commit = context.commit()
    commit_sha = inputs.commit_sha or commit.value
    version = context.version(commit_sha)
    times = deployment_times(inputs, context, event, now, api_start)
    facts = Facts(
        environment=inputs.environment,
        version=inputs.version or version.value,
        commit_sha=commit_sha,
        repository_url=inputs.repository_url or context.repository_url,
        started_at=times.started_at,
        start_source=times.source,
        finished_at=times.finished_at,
        tags=inputs.tags,
        metadata=_metadata(inputs, context),
        branches=context.branches,
        origin=Origin(
            repository=context.repository,
            run_id=context.run_id,
            run_attempt=context.run_attempt,
            job=context.job,
            job_index=inputs.job_index,
            job_id=inputs.job_id,
            deployment_id=context.deployment_id,
            run_url=context.run_url,
            job_url=context.job_url(inputs.job_id),
        ),
    )
    services = inputs.services or (Service(name=context.repository_name),)
    deployments = tuple(Deployment(service, facts) for service in services)
    commit_source = "input" if inputs.commit_sha else commit.source
    version_source = "input" if inputs.version else version.source
    sources = [f"commit {clean(commit_sha) or 'unknown'} ({commit_source})"]
    if facts.version != commit_sha:
        sources.append(f"version {clean(facts.version)} ({version_source})")
    if event is not Event.UPDATE:
        sources.append(f"start {iso(times.started_at)} ({START_LABELS[times.source]})")
    commit_warning = "" if inputs.commit_sha else commit.warning
    warnings = [
        *context.warnings,
        commit_warning,
        *times.warnings,
        *_branch_warnings(deployments, event),
    ]
    return Resolution(
        deployments=deployments,
        sources=tuple(sources),
        warnings=tuple(filter(None, warnings)),
    )


def finish(
    deployments: Sequence[Deployment], finished_at: int
) -> tuple[tuple[Deployment, ...], str]:
    """Return the deployments with their end (Unix ms), and a warning if a clock was set back."""
    facts = deployments[0].facts
    warning = ""
    if finished_at < facts.started_at:
        warning = (
            f"The end {iso(finished_at)} is before the start {iso(facts.started_at)}: "
            "clocks differ, so the start is reported as the end."
        )
        finished_at = facts.started_at
    finished = facts.model_copy(update={"finished_at": finished_at})
    return tuple(deployment._replace(facts=finished) for deployment in deployments), warning


def _branch_warnings(deployments: Sequence[Deployment], event: Event) -> Iterator[str]:
    """Yield a sentence for each version that is the name of a branch."""
    if event is Event.UPDATE:
        return
    versions = (one.version for one in deployments if one.version_is_branch)
    for version in dict.fromkeys(versions):
        yield (
            f"`version` {quoted(version)} is the name of a branch, so every deployment of this "
            "branch has the same version: a vendor that tells deployments apart by their version "
            "takes them for one. Use a version that changes, such as `${{ github.sha }}`."
        )


def _metadata(inputs: "Inputs", context: "Context") -> Mapping[str, str]:
    """Return GitHub's values, without those that the user's tags override."""
    if not inputs.github_metadata:
        return {}
    own = {key for key, _ in inputs.tags}
    return {key: value for key, value in context.metadata(inputs.job_id).items() if key not in own}
