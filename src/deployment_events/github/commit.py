"""The commit that an event deploys. See docs/vendors.md#github-deployed-commit."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..deployment import Resolved
from ..values.rules import is_full_sha
from .payload import text_at

_DEFAULT_BRANCH_EVENTS = frozenset(
    {
        "branch_protection_rule",
        "check_run",
        "check_suite",
        "delete",
        "discussion",
        "discussion_comment",
        "fork",
        "gollum",
        "issue_comment",
        "issues",
        "label",
        "milestone",
        "page_build",
        "public",
        "pull_request_target",
        "registry_package",
        "repository_dispatch",
        "schedule",
        "status",
        "watch",
        "workflow_run",
    }
)
"""Events whose GITHUB_SHA is the default branch's head."""


def deployed_commit(
    event: str, payload: Mapping[str, Any], github_sha: str, *, is_payload_intact: bool
) -> Resolved:
    """Return the commit from the payload, or else `GITHUB_SHA`.

    `is_payload_intact`: the payload was read, and no part of it was left out. Otherwise another
    warning has named the problem.
    """
    paths = _paths(event, payload)
    for path in paths:
        sha = text_at(payload, *path)
        if is_full_sha(sha):
            return Resolved(sha.lower(), f"the payload's {'.'.join(path)}")
    if not is_full_sha(github_sha):
        warning = "No commit is known: `GITHUB_SHA` is not a full SHA. Set `commit-sha`."
        return Resolved("", "nothing", warning)
    sha = github_sha.lower()
    if event in _DEFAULT_BRANCH_EVENTS:
        warning = (
            f"On the event '{event}', `GITHUB_SHA` is the head of the default "
            "branch. Set `commit-sha` if another commit is deployed."
        )
        return Resolved(sha, "GITHUB_SHA, the head of the default branch", warning)
    if not paths or not is_payload_intact:
        return Resolved(sha, "GITHUB_SHA")
    names = " or ".join(".".join(path) for path in paths)
    warning = f"The event payload contains no {names}, so `GITHUB_SHA` is reported."
    return Resolved(sha, "GITHUB_SHA", warning)


def _paths(event: str, payload: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    """Return where the payload contains the commit: the best place first."""
    if event.startswith("pull_request"):
        pull = payload.get("pull_request")
        merged = (
            payload.get("action") == "closed"
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
    }.get(event, [])
