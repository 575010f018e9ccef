"""Inputs + context → what is deployed: each fact once, with where it came from."""

from typing import TYPE_CHECKING, NamedTuple

from .deployment import GITHUB_STATUSES, Event, Origin, Rollout, Service
from .values.text import clean, quoted
from .values.times import iso

if TYPE_CHECKING:
    from .github.context import Context
    from .inputs.read import Inputs

_JOB = "the job's start, from GitHub's API"
_FINISH = "the finish"
JOB_ENDS = frozenset({"success", "failure", "cancelled", "skipped"})
"""What GitHub messages the end of a job."""

_GUESSED = frozenset({_JOB, _FINISH})
"""Sources of a start that may be another job's or nobody's."""


class Resolved(NamedTuple):
    """A rollout, and what the log should say of how it came about."""

    rollout: Rollout
    sources: tuple[str, ...]
    warnings: tuple[str, ...]


class Moments(NamedTuple):
    """The times at hand, in Unix milliseconds."""

    now: int
    job_started_at: int | None = None
    """The job's own start, from GitHub's API."""


def choose_event(word: str, on_cancelled: str) -> Event | str:
    """Return the event that a status word means, or, where nothing is to be sent, why (a sentence)."""
    if not word:
        return "The event's payload holds no state of the deployment: nothing is sent. Set event to report it."
    if word == "cancelled":
        word = on_cancelled
        if word == "ignore":
            return "The job was cancelled, and on-cancelled is ignore: nothing is sent."
    event = GITHUB_STATUSES.get(word, word)
    if event is None:
        return f"{word} is neither a start nor an end of a deployment: nothing is sent."
    return (
        Event(event)
        if event in set(Event)
        else f"The status {quoted(word)} is not known: nothing is sent."
    )


def choose_end(job_status: str, on_cancelled: str) -> Event | str:
    """Return the event that the job's end means, or, where nothing is to be sent, why (a sentence)."""
    if job_status in JOB_ENDS:
        return choose_event(job_status, on_cancelled)
    return (
        f"The job's end is not known (job-status is {quoted(job_status)}), so it is not reported: "
        "leave job-status alone, and use this action as a step of the job itself."
    )


def needs_job_start(inputs: "Inputs", context: "Context", event: Event) -> bool:
    """Whether the start is to be asked of GitHub's API: a lone end without a time of its own.

    On `deployment_status` this job is not the one that deployed: its start would be after the end.
    """
    lone = event.is_end and inputs.started_at is None
    return lone and inputs.github_token is not None and context.event_name != "deployment_status"


def resolve(inputs: "Inputs", context: "Context", event: Event, moments: Moments) -> Resolved:
    """Decide every fact about the deployment. Pure: the same arguments give the same rollout."""
    commit = context.commit()
    commit_sha = inputs.commit_sha or commit.value
    version = context.version(commit_sha)
    chosen_version = inputs.version or version.value
    started_at, finished_at, start_source, warnings = _times(inputs, context, event, moments)
    if not inputs.commit_sha and commit.warning:
        warnings = [commit.warning, *warnings]
    rollout = Rollout(
        services=inputs.services or (Service(name=context.repository_name or "unknown"),),
        environment=inputs.environment,
        version=chosen_version,
        commit_sha=commit_sha,
        repository_url=inputs.repository_url or context.repository_url,
        started_at=started_at,
        finished_at=finished_at,
        start_is_known=start_source not in _GUESSED,
        tags=inputs.tags,
        metadata=_metadata(inputs, context),
        origin=Origin(
            repository=context.repository,
            run_id=context.run_id,
            run_attempt=context.run_attempt,
            job=context.job,
            job_index=inputs.job_index,
            run_url=context.run_url,
        ),
    )
    sources = (
        f"commit {clean(commit_sha) or 'unknown'} ({'input' if inputs.commit_sha else commit.source})",
        *_told_version(chosen_version, "input" if inputs.version else version.source, commit_sha),
        *([f"start {iso(started_at)} ({start_source})"] if event is not Event.UPDATE else []),
    )
    return Resolved(rollout, sources, (*context.warnings, *warnings))


def end(rollout: Rollout, finished_at: int) -> tuple[Rollout, str]:
    """Return the rollout with its end, and a warning where a clock went backwards (times: Unix ms)."""
    if finished_at >= rollout.started_at:
        return rollout.model_copy(update={"finished_at": finished_at}), ""
    behind = f"The end {iso(finished_at)} is before the start {iso(rollout.started_at)}"
    warning = f"{behind}: clocks differ, so the start is reported as the end."
    return rollout.model_copy(update={"finished_at": rollout.started_at}), warning


def _times(
    inputs: "Inputs", context: "Context", event: Event, moments: Moments
) -> tuple[int, int | None, str, list[str]]:
    if not event.is_end:
        at = context.status_created_at if context.deployment_state else None
        moment = inputs.finished_at if event is Event.CUSTOM else None
        started = _first(
            ("input", inputs.started_at or moment),
            ("the payload's deployment_status", at),
            ("now", moments.now),
        )
        if event is Event.CUSTOM:
            return (
                started[1],
                inputs.finished_at or inputs.started_at or moments.now,
                started[0],
                [],
            )
        idle = event is Event.STARTED and inputs.finished_at
        return (
            started[1],
            None,
            started[0],
            ["finished-at is not used: this step reports a start."] if idle else [],
        )
    finished = _first(
        ("input", inputs.finished_at),
        ("the payload's deployment_status", context.status_created_at),
        ("now", moments.now),
    )
    started = _first(
        ("input", inputs.started_at),
        (_JOB, moments.job_started_at),
        ("the payload's deployment", context.deployment_created_at),
        (_FINISH, finished[1]),
    )
    warnings = []
    if started[0] == _FINISH:
        warnings.append(
            "Nobody knows when this deployment started, so its duration is zero: set started-at, report it from one "
            "step with event: auto, or grant the job actions: read so that the job's own start can be read."
        )
    if started[1] <= finished[1]:
        return started[1], finished[1], started[0], warnings
    warnings.append(
        f"The start {iso(started[1])} ({started[0]}) is after the finish {iso(finished[1])} ({finished[0]}): "
        f"clocks differ, so {'the start' if started[0] == 'input' else 'the finish'} counts for both."
    )
    both = started[1] if started[0] == "input" else finished[1]
    return both, both, started[0], warnings


def _first(*candidates: tuple[str, int | None]) -> tuple[str, int]:
    return next((source, moment) for source, moment in candidates if moment is not None)


def _told_version(version: str, source: str, commit: str) -> list[str]:
    return [] if version == commit else [f"version {clean(version)} ({source})"]


def _metadata(inputs: "Inputs", context: "Context") -> dict[str, str]:
    taken = {key for key, _ in inputs.tags}
    facts = context.metadata() if inputs.github_metadata else {}
    return {key: value for key, value in facts.items() if key not in taken}
