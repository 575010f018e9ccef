"""The workflow run: repository, commit, version, environment and times.

Everything is read from GITHUB_* variables and the event's payload. Nothing here fails a step: a
missing or broken value becomes a warning, and the next best source is used.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..deployment import Resolved
from ..values.text import well_formed
from ..values.unique import unique
from .commit import deployed_commit
from .payload import read_payload, text_at, time_at


class Context(NamedTuple):
    """The workflow run."""

    repository: str
    server_url: str
    api_url: str
    sha: str
    ref: str
    event_name: str
    run_id: str
    run_attempt: str
    workflow: str
    job: str
    actor: str
    runner_name: str
    payload: Mapping[str, Any]
    ref_name: str = ""
    head_ref: str = ""
    """The branch of a pull request, or empty."""
    warnings: tuple[str, ...] = ()

    @property
    def repository_url(self) -> str:
        """The URL of the repository on this GitHub server."""
        return f"{self.server_url}/{self.repository}" if self.server_url and self.repository else ""

    @property
    def repository_name(self) -> str:
        """The repository without its owner: the default service."""
        return self.repository.rpartition("/")[2]

    @property
    def run_url(self) -> str:
        """The URL of this attempt of the run."""
        return f"{self.repository_url}/actions/runs/{self.run_id}/attempts/{self.run_attempt}"

    def job_url(self, job_id: str) -> str:
        """Return the URL of a job of this run, or an empty string if the ID is unknown.

        See docs/vendors.md#github-job-id.
        """
        if not (job_id.isdecimal() and self.repository and self.run_id):
            return ""
        return f"{self.repository_url}/actions/runs/{self.run_id}/job/{job_id}"

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches of this run and its ref, or none if it is the run of a tag."""
        if self.ref.startswith("refs/tags/"):
            return ()
        names = (
            self.ref_name,
            self.head_ref,
            self._text("repository", "default_branch"),
            self.ref,
        )
        return unique(names)

    @property
    def should_name_environment(self) -> bool:
        """Whether the payload of this event names an environment if it is intact."""
        return self.event_name in {"deployment", "deployment_status"}

    @property
    def environment(self) -> str:
        """The environment of a `deployment` or `deployment_status` event, or empty."""
        return self._text("deployment", "environment")

    @property
    def deployment_state(self) -> str:
        """The state of a `deployment_status` event, or empty."""
        if self.event_name != "deployment_status":
            return ""
        return self._text("deployment_status", "state")

    @property
    def deployment_id(self) -> str:
        """The ID of the GitHub deployment in a `deployment_status` event, or empty."""
        if self.event_name != "deployment_status":
            return ""
        deployment = self.payload.get("deployment")
        value = deployment.get("id") if isinstance(deployment, dict) else None
        return str(value) if type(value) is int and value > 0 else ""

    @property
    def deployment_created_at(self) -> int | None:
        """When GitHub created the payload's deployment, in Unix ms."""
        return self._time("deployment", "created_at")

    @property
    def status_created_at(self) -> int | None:
        """When the payload's `deployment_status` was created, in Unix ms."""
        return self._time("deployment_status", "created_at")

    def commit(self) -> Resolved:
        """Return the commit that this event deploys."""
        return deployed_commit(
            self.event_name, self.payload, self.sha, is_payload_intact=not self.warnings
        )

    def version(self, commit: str) -> Resolved:
        """Return the tag of a release or a tag push, or the commit."""
        tag = self._text("release", "tag_name") if self.event_name == "release" else ""
        if tag:
            return Resolved(tag, "the payload's release.tag_name")
        if self.ref.startswith("refs/tags/"):
            return Resolved(self.ref.removeprefix("refs/tags/"), "the tag in GITHUB_REF")
        return Resolved(commit, "the commit")

    def metadata(self, job_id: str = "") -> dict[str, str]:
        """Return what `github-metadata` adds, each on one line; empty values are left out."""
        facts = {
            "github.run_url": self.run_url if self.repository_url and self.run_id else "",
            "github.run_id": self.run_id,
            "github.run_attempt": self.run_attempt,
            "github.workflow": self.workflow,
            "github.job": self.job,
            "github.job_url": self.job_url(job_id),
            "github.actor": self.actor,
            "github.ref": self.ref,
        }
        return {key: " ".join(value.split()) for key, value in facts.items() if value}

    def _text(self, *path: str) -> str:
        return text_at(self.payload, *path)

    def _time(self, *path: str) -> int | None:
        return time_at(self.payload, *path)


def read_context(environ: Mapping[str, str]) -> Context:
    """Read the runner's environment, and the payload that it names."""
    payload, warnings = read_payload(environ.get("GITHUB_EVENT_PATH", ""))

    def get(name: str, default: str = "") -> str:
        return well_formed(environ.get(name, "")).strip() or default

    return Context(
        repository=get("GITHUB_REPOSITORY"),
        server_url=get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
        api_url=get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        sha=get("GITHUB_SHA"),
        ref=get("GITHUB_REF"),
        event_name=get("GITHUB_EVENT_NAME"),
        run_id=get("GITHUB_RUN_ID"),
        run_attempt=get("GITHUB_RUN_ATTEMPT", "1"),
        workflow=get("GITHUB_WORKFLOW"),
        job=get("GITHUB_JOB"),
        actor=get("GITHUB_ACTOR"),
        runner_name=get("RUNNER_NAME"),
        ref_name=get("GITHUB_REF_NAME"),
        head_ref=get("GITHUB_HEAD_REF"),
        payload=payload,
        warnings=warnings,
    )
