"""GITHUB_* and event.json → what ran: repository, run, commit, version, environment, times.

Everything here is derived, so nothing here may fail a step: what is missing or broken becomes a
warning and the next best source.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..values.rules import is_full_sha
from ..values.text import quoted, well_formed
from ..values.times import parse_time

_DEFAULT_BRANCH_EVENTS = frozenset({
    *("branch_protection_rule", "check_run", "check_suite", "delete", "discussion", "discussion_comment", "fork"),
    *("gollum", "issue_comment", "issues", "label", "milestone", "page_build", "public", "pull_request_target"),
    *("registry_package", "repository_dispatch", "schedule", "status", "watch", "workflow_run"),
})  # fmt: skip
"""Events whose GITHUB_SHA is the default branch's tip, whatever was deployed (GitHub's documentation)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LARGEST_PAYLOAD = 32 * 1024 * 1024  # bytes; GitHub's own limit for a webhook payload is 25 MB


class Found(NamedTuple):
    """A derived value, where it comes from, and what a person should know about it."""

    value: str
    source: str
    warning: str = ""


class Context(NamedTuple):
    """The run, as the runner's environment and the event's payload tell it."""

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
    warnings: tuple[str, ...] = ()

    @property
    def repository_url(self) -> str:
        """The repository's page, on this GitHub server."""
        return f"{self.server_url}/{self.repository}" if self.repository else ""

    @property
    def repository_name(self) -> str:
        """The repository without its owner: the default service."""
        return self.repository.rpartition("/")[2]

    @property
    def run_url(self) -> str:
        """The page of this attempt of the run."""
        return f"{self.repository_url}/actions/runs/{self.run_id}/attempts/{self.run_attempt}"

    @property
    def should_name_environment(self) -> bool:
        """Whether the payload of this event names an environment, unless it is broken."""
        return self.event_name in {"deployment", "deployment_status"}

    @property
    def environment(self) -> str:
        """The payload's environment: of `deployment` and `deployment_status` events."""
        return self._text("deployment", "environment")

    @property
    def deployment_state(self) -> str:
        """GitHub's word for the state in a `deployment_status` event."""
        return (
            self._text("deployment_status", "state")
            if self.event_name == "deployment_status"
            else ""
        )

    @property
    def deployment_created_at(self) -> int | None:
        """When GitHub created the deployment of the payload, in Unix ms."""
        return self._time("deployment", "created_at")

    @property
    def status_created_at(self) -> int | None:
        """When the `deployment_status` of the payload was written, in Unix ms."""
        return self._time("deployment_status", "created_at")

    def commit(self) -> Found:
        """Return the commit that this event really deploys."""
        for path in self._commit_paths():
            sha = self._text(*path)
            if is_full_sha(sha):
                return Found(sha.lower(), f"the payload's {'.'.join(path)}")
        if not is_full_sha(self.sha):
            warning = "No commit is known: GITHUB_SHA is empty or no full SHA. Set commit-sha."
            return Found("", "nothing", warning)
        if self.event_name not in _DEFAULT_BRANCH_EVENTS:
            paths = " or ".join(".".join(path) for path in self._commit_paths())
            warning = (
                f"The payload holds no {paths}: GITHUB_SHA is reported instead."
                if paths and not self.warnings
                else ""
            )
            return Found(self.sha.lower(), "GITHUB_SHA", warning)
        warning = (
            f"On the event {quoted(self.event_name)} GITHUB_SHA is the tip of the default branch: "
            "set commit-sha if another commit is deployed."
        )
        return Found(self.sha.lower(), "GITHUB_SHA, the default branch's tip", warning)

    def version(self, commit: str) -> Found:
        """Return a release's or a pushed tag's name, else the commit."""
        tag = self._text("release", "tag_name") if self.event_name == "release" else ""
        if tag:
            return Found(tag, "the payload's release.tag_name")
        if self.ref.startswith("refs/tags/"):
            return Found(self.ref.removeprefix("refs/tags/"), "the tag in GITHUB_REF")
        return Found(commit, "the commit")

    def metadata(self) -> dict[str, str]:
        """Return what the `github-metadata` input adds, each on one line; empty facts are left out."""
        facts = {
            "github.run_url": self.run_url if self.repository and self.run_id else "",
            "github.run_id": self.run_id,
            "github.run_attempt": self.run_attempt,
            "github.workflow": self.workflow,
            "github.job": self.job,
            "github.actor": self.actor,
            "github.ref": self.ref,
        }
        return {key: " ".join(value.split()) for key, value in facts.items() if value}

    def _commit_paths(self) -> Sequence[tuple[str, ...]]:
        name = self.event_name
        if name.startswith("pull_request"):
            pull = self.payload.get("pull_request")
            merged = (
                self.payload.get("action") == "closed"
                and isinstance(pull, dict)
                and pull.get("merged") is True
            )
            head = ("pull_request", "head", "sha")
            return [("pull_request", "merge_commit_sha"), head] if merged else [head]
        return {
            "workflow_run": [("workflow_run", "head_sha")],
            "deployment": [("deployment", "sha")],
            "deployment_status": [("deployment", "sha")],
            "merge_group": [("merge_group", "head_sha")],
        }.get(name, [])

    def _text(self, *path: str) -> str:
        value: Any = self.payload
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        text = well_formed(value).strip() if isinstance(value, str) else ""
        return (
            "" if _CONTROL.search(text) else text
        )  # no name or time: a NUL would even reach the outputs

    def _time(self, *path: str) -> int | None:
        try:
            return parse_time(self._text(*path))
        except ValueError:
            return None


def read_context(environ: Mapping[str, str]) -> Context:
    """Read the runner's environment, and the payload it names."""
    payload, warnings = _read_payload(environ.get("GITHUB_EVENT_PATH", ""))

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
        payload=payload,
        warnings=warnings,
    )


def _read_payload(path: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """A runner always writes it; other ways to run this may not, and a disk may be full."""
    try:
        with Path(path or "/nowhere").open("rb") as file:
            raw = file.read(_LARGEST_PAYLOAD + 1)
        payload = json.loads(raw) if len(raw) <= _LARGEST_PAYLOAD else None
    except (OSError, ValueError, RecursionError) as error:
        why = type(error).__name__
    else:
        if isinstance(payload, dict):
            return payload, ()
        why = "no JSON object, or too large"
    return {}, (
        f"The event's payload could not be read ({why}): the commit and the times come from elsewhere.",
    )
