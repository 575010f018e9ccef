"""The domain: a deployment, the events that are reported about it, and GitHub's status values."""

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from .values.frozen import Frozen


class Event(StrEnum):
    """What is reported about a deployment."""

    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    CUSTOM = "custom"
    UPDATE = "update"

    @property
    def is_end(self) -> bool:
        """Whether the deployment is over with this event."""
        return self in {Event.FINISHED, Event.FAILED}


GITHUB_STATUSES: dict[str, Event | None] = {
    "in_progress": Event.STARTED,
    "success": Event.FINISHED,
    "failure": Event.FAILED,
    "error": Event.FAILED,
    "timed_out": Event.FAILED,
    "startup_failure": Event.FAILED,
    "skipped": None,
    "pending": None,
    "waiting": None,
    "queued": None,
    "inactive": None,
    "neutral": None,
    "stale": None,
    "action_required": None,
}
"""GitHub's status values of a job, a run or a deployment, and the event of each.

None: nothing is reported. `cancelled` is missing, because the input `on-cancelled` decides.
"""


class StartSource(StrEnum):
    """Where a deployment's start time comes from."""

    INPUT = "input"
    NOW = "now"
    DEPLOYMENT_STATUS = "deployment-status"
    DEPLOYMENT = "deployment"
    IN_PROGRESS = "in-progress"
    """The first `in_progress` status of the GitHub deployment."""
    JOB = "job"
    LISTED = "listed"
    """The start in a vendor's list of deployments."""
    FINISH = "finish"

    @property
    def is_exact(self) -> bool:
        """Whether the deployment started at that time, not merely its job or its end."""
        return self not in {StartSource.JOB, StartSource.FINISH}


class Resolved(NamedTuple):
    """A derived value and its source."""

    value: str
    source: str
    warning: str = ""
    """What the user should know about it: a sentence, or empty."""


class Service(Frozen):
    """One deployed service, and the overrides on its line of the `service` input."""

    name: str
    overrides: dict[str, str] = {}
    """`key=value` as written; the keys are listed in `deployment_events.inputs.service_lines`."""


class Origin(Frozen):
    """The job that reports a deployment."""

    repository: str
    run_id: str
    run_attempt: str
    job: str
    job_index: str
    """The index in the job's matrix, or empty."""
    job_id: str = ""
    """The job's ID in GitHub's API, or empty on servers that have none."""
    deployment_id: str = ""
    """The ID of the GitHub deployment whose `deployment_status` event triggered the workflow."""
    run_url: str = ""
    job_url: str = ""
    ref: str = ""
    """The branch or tag of the run, such as `refs/heads/main`."""
    actor: str = ""
    """The account that started the run."""


Tag = Annotated[tuple[str, str], Field(description="key and value")]


class Facts(Frozen):
    """What all deployments of one step share. Times are Unix milliseconds."""

    environment: str
    """Empty if unknown."""
    version: str
    """Of all services that do not override it."""
    commit_sha: str
    """A full SHA, or empty if unknown."""
    repository_url: str
    started_at: int
    start_source: StartSource
    finished_at: int | None = None
    """None: not finished."""
    tags: tuple[Tag, ...] = ()
    """The user's, in their order; a key may repeat."""
    metadata: dict[str, str] = {}
    """GitHub's `github.…` values; the user's keys override them."""
    recovered: bool = False
    """Whether post resolved these values again because the runner lost main's state."""
    branches: tuple[str, ...] = ()
    """Names of branches: a version of that name is shared by many deployments."""
    origin: Origin


class Deployment(NamedTuple):
    """One service's deployment."""

    service: Service
    facts: Facts

    @property
    def version(self) -> str:
        """The version of the service's line, or the version that all services share."""
        return self.service.overrides.get("version", self.facts.version)

    @property
    def version_is_branch(self) -> bool:
        """Whether many deployments have this version, because it is the name of a branch."""
        return self.version in self.facts.branches

    @property
    def finished_at(self) -> int:
        """The end in Unix milliseconds; the start if the deployment has not finished."""
        return self.facts.started_at if self.facts.finished_at is None else self.facts.finished_at

    def at(self, event: Event) -> int:
        """Return when `event` happened, in Unix milliseconds."""
        return self.facts.started_at if event is Event.STARTED else self.finished_at
