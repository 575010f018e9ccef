"""Which commit each event deploys."""

from typing import Any

import pytest
from support.github import HEAD, MERGE, SHA, deployment_status

from deployment_events.deployment import Resolved
from deployment_events.github.commit import deployed_commit

PULL = {
    "action": "opened",
    "pull_request": {"head": {"sha": HEAD}, "merge_commit_sha": MERGE, "merged": False},
}
MERGED = {
    "action": "closed",
    "pull_request": {"head": {"sha": HEAD}, "merge_commit_sha": MERGE, "merged": True},
}
CLOSED = {
    "action": "closed",
    "pull_request": {"head": {"sha": HEAD}, "merge_commit_sha": MERGE, "merged": False},
}


def commit(event: str, payload: dict[str, Any], sha: str = SHA) -> Resolved:
    return deployed_commit(event, payload, sha, is_payload_intact=True)


@pytest.mark.parametrize(
    ("event", "payload", "sha", "source"),
    [
        ("push", {"after": HEAD}, SHA, "GITHUB_SHA"),
        ("workflow_dispatch", {}, SHA, "GITHUB_SHA"),
        ("release", {"release": {"tag_name": "v1"}}, SHA, "GITHUB_SHA"),
        ("workflow_call", {}, SHA, "GITHUB_SHA"),
        ("pull_request", PULL, HEAD, "the payload's pull_request.head.sha"),
        ("pull_request_target", PULL, HEAD, "the payload's pull_request.head.sha"),
        ("pull_request_review", PULL, HEAD, "the payload's pull_request.head.sha"),
        ("pull_request", MERGED, MERGE, "the payload's pull_request.merge_commit_sha"),
        ("pull_request_target", MERGED, MERGE, "the payload's pull_request.merge_commit_sha"),
        ("pull_request", CLOSED, HEAD, "the payload's pull_request.head.sha"),
        (
            "workflow_run",
            {"workflow_run": {"head_sha": HEAD}},
            HEAD,
            "the payload's workflow_run.head_sha",
        ),
        ("deployment", {"deployment": {"sha": HEAD}}, HEAD, "the payload's deployment.sha"),
        ("deployment_status", deployment_status(), HEAD, "the payload's deployment.sha"),
        (
            "merge_group",
            {"merge_group": {"head_sha": HEAD}},
            HEAD,
            "the payload's merge_group.head_sha",
        ),
        (
            "push",
            {"deployment": {"sha": HEAD}, "workflow_run": {"head_sha": HEAD}},
            SHA,
            "GITHUB_SHA",
        ),
    ],
)
def test_the_commit_is_the_one_that_the_event_deploys(
    event: str, payload: dict[str, Any], sha: str, source: str
) -> None:
    found = commit(event, payload)
    assert (found.value, found.source, found.warning) == (sha, source, "")


@pytest.mark.parametrize(
    "event",
    [
        "issue_comment",
        "schedule",
        "repository_dispatch",
        "issues",
        "workflow_run",
        "pull_request_target",
    ],
)
def test_the_head_of_the_default_branch_causes_a_warning(event: str) -> None:
    found = commit(event, {})
    assert (found.value, found.source) == (SHA, "GITHUB_SHA, the head of the default branch")
    assert event in found.warning
    assert "Set `commit-sha`" in found.warning


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"deployment": None},
        {"deployment": "x"},
        {"deployment": {"sha": None}},
        {"deployment": {"sha": 1}},
        {"deployment": {"sha": "main"}},
        {"deployment": {"sha": HEAD[:7]}},
        {"deployment": [HEAD]},
    ],
)
def test_a_payload_without_a_full_sha_falls_back_to_github_sha(payload: dict[str, Any]) -> None:
    assert commit("deployment", payload).value == SHA


@pytest.mark.parametrize("sha", ["", "abc", "main"])
def test_no_commit_at_all_is_a_warning_with_a_fix(sha: str) -> None:
    found = commit("push", {}, sha)
    assert (found.value, found.source) == ("", "nothing")
    assert "Set `commit-sha`" in found.warning


def test_a_payload_without_the_commit_is_a_warning_unless_there_is_one_already() -> None:
    found = [
        deployed_commit("deployment", {}, SHA, is_payload_intact=intact) for intact in (True, False)
    ]
    assert [(commit.value, commit.warning) for commit in found] == [
        (SHA, "The event payload contains no deployment.sha, so `GITHUB_SHA` is reported."),
        (SHA, ""),
    ]
