"""The environment and the event payloads that GitHub's runner provides."""

from typing import Any

from deployment_events.github.context import Context

SHA = "0123456789abcdef0123456789abcdef01234567"
"""GITHUB_SHA."""
HEAD = "a" * 40
"""The head of a pull request or workflow run, or the commit of a deployment."""
MERGE = "b" * 40
"""The merge commit of a pull request."""


def environ(**changes: str) -> dict[str, str]:
    """Return a push to main, changed by variables' names without GITHUB_: `environ(sha="…")`."""
    base = {
        "GITHUB_REPOSITORY": "octo-org/octo-repo",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": "https://api.github.com",
        "GITHUB_SHA": SHA,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_RUN_ID": "17500000000",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_WORKFLOW": "Deploy",
        "GITHUB_JOB": "deploy",
        "GITHUB_ACTOR": "octocat",
        "RUNNER_NAME": "GitHub Actions 7",
    }
    return base | {f"GITHUB_{name.upper()}": value for name, value in changes.items()}


def context(
    event_name: str = "push", payload: dict[str, Any] | None = None, **changes: str
) -> Context:
    """Return the context that `read_context` reads from that environment and payload."""
    base = {
        "repository": "octo-org/octo-repo",
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "sha": SHA,
        "ref": "refs/heads/main",
        "run_id": "17500000000",
        "run_attempt": "1",
        "workflow": "Deploy",
        "job": "deploy",
        "actor": "octocat",
        "runner_name": "GitHub Actions 7",
    }
    return Context(event_name=event_name, payload=payload or {}, **(base | changes))  # type: ignore[arg-type]


def deployment_status(state: str = "success", **changes: str) -> dict[str, Any]:
    """Return the payload of a `deployment_status` event; `changes` are the deployment's."""
    deployment = {
        "sha": HEAD,
        "environment": "staging",
        "created_at": "2026-05-04T09:00:00Z",
    } | changes
    return {
        "deployment": deployment,
        "deployment_status": {"state": state, "created_at": "2026-05-04T09:10:00Z"},
    }
