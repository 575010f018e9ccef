"""The vocabulary: what happened, to which service, and the facts both vendors share."""

from enum import StrEnum
from hashlib import sha256
from json import dumps
from re import sub
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Event(StrEnum):
    """What a vendor may hear of a deployment."""

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
"""GitHub's words for the state of a job, a run or a deployment; None: there is nothing to tell.

`cancelled` is missing: the user decides what it means (`on-cancelled`).
"""


class Frozen(BaseModel):
    """The base of all models: they never change, and an unknown field is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )


class Service(Frozen):
    """One deployed service, and what the user said of it alone."""

    name: str
    attributes: dict[str, str] = {}
    """`key=value` of its line; the keys are those of `deployment_events.services`."""


class Origin(Frozen):
    """Where a deployment comes from: what tells it from every other one, for ever."""

    repository: str
    run_id: str
    run_attempt: str
    job: str
    job_index: str
    run_url: str = ""
    """The run's page: for people, no part of what tells deployments apart."""


Tag = Annotated[tuple[str, str], Field(description="key and value")]


class Deployment(NamedTuple):
    """One service's deployment: the facts both vendors share. Times are Unix milliseconds."""

    service: str
    environment: str
    """Empty where nobody named one."""
    version: str
    commit_sha: str
    """A full SHA, or empty where it could not be found out."""
    repository_url: str
    started_at: int
    finished_at: int
    """Of a deployment that has only started: its start."""
    tags: tuple[Tag, ...]
    """The user's, in their order; a key may repeat."""
    metadata: dict[str, str]
    """GitHub's own facts, `github.…`: the user's keys win over them."""
    id: str
    """The same for every retry and replay of this deployment, another one for the next."""
    start_is_known: bool = True
    """Whether the start was told, and not guessed from the job or the end."""

    def at(self, event: Event) -> int:
        """When `event` happened to this deployment, in Unix milliseconds."""
        return self.started_at if event is Event.STARTED else self.finished_at


class Rollout(Frozen):
    """What one step deploys: shared facts once, then its services. Times are Unix milliseconds."""

    services: tuple[Service, ...]
    environment: str
    version: str
    commit_sha: str
    repository_url: str
    started_at: int
    start_is_known: bool = True
    finished_at: int | None = None
    tags: tuple[Tag, ...] = ()
    metadata: dict[str, str] = {}
    origin: Origin

    def deployment(self, service: Service) -> Deployment:
        """Return the deployment of one of the services."""
        return Deployment(
            service=service.name,
            environment=self.environment,
            version=self.version_of(service),
            commit_sha=self.commit_sha,
            repository_url=self.repository_url,
            started_at=self.started_at,
            finished_at=self.started_at if self.finished_at is None else self.finished_at,
            tags=self.tags,
            metadata=self.metadata,
            id=self._identify(service),
            start_is_known=self.start_is_known,
        )

    def version_of(self, service: Service) -> str:
        """Return a service's own version, else the one that all share."""
        return service.attributes.get("version", self.version)

    def _identify(self, service: Service) -> str:
        """In Datadog's alphabet and length (spec: 16 to 128 of A-Z a-z 0-9 - _ . :).

        The readable head is for people; the hash of every part, as given, keeps two deployments apart
        whose heads look alike. Commit and version are parts because a job that deploys and rolls back
        has one start.
        """
        origin = self.origin
        parts = [
            *(origin.repository, origin.run_id, origin.run_attempt, origin.job, origin.job_index),
            *(
                service.name,
                self.environment,
                str(self.started_at),
                self.commit_sha,
                self.version_of(service),
            ),
        ]
        digest = sha256(dumps(parts).encode()).hexdigest()[:24]
        head = f"{origin.run_id or 0}.{origin.run_attempt}:{service.name}:{self.environment}"
        return f"{sub(r'[^A-Za-z0-9_.:-]', '-', head)[:100]}:{digest}"
