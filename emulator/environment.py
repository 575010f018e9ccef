"""The `github` and `runner` contexts of a run, and the environment that a step gets from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.layout import Layout


def github_context(
    event_name: str,
    event: Mapping[str, Any],
    job: str,
    layout: Layout,
    overrides: Mapping[str, object],
) -> dict[str, object]:
    """Return the `github` context for an event, by default that of a push to `main`."""
    context = {
        "event_name": event_name,
        "event": event,
        "event_path": str(layout.event),
        "repository": "octo-org/octo-repo",
        "repository_id": "1296269",
        "repository_owner_id": "4217",
        "actor": "octocat",
        "actor_id": "583231",
        "sha": "9f2c1d7be04a5c38d16e72f0ab94c5d83e6017af",
        "ref": _ref(event_name, event),
        "ref_protected": "true",
        "head_ref": "",
        "base_ref": "",
        "workflow": "Deploy",
        "job": job,
        "run_id": "8123456789",
        "run_number": "42",
        "run_attempt": "1",
        "retention_days": "90",
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "graphql_url": "https://api.github.com/graphql",
        "workspace": str(layout.workspace),
        "token": "",
        **overrides,
    }
    ref, repository = str(context["ref"]), str(context["repository"])
    return {
        "ref_name": ref.removeprefix("refs/heads/").removeprefix("refs/tags/"),
        "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
        "repository_owner": repository.partition("/")[0],
        "triggering_actor": context["actor"],
        "workflow_ref": f"{repository}/.github/workflows/deploy.yml@{ref}",
        "workflow_sha": context["sha"],
        **context,
    }


def runner_context(layout: Layout) -> dict[str, object]:
    """Describe a GitHub-hosted Linux machine."""
    return {
        "name": "GitHub Actions 1",
        "os": "Linux",
        "arch": "X64",
        "environment": "github-hosted",
        "temp": str(layout.temp),
        "tool_cache": "/opt/hostedtoolcache",
        "workspace": str(layout.workspace.parent),
    }


def action_context(step_id: str, uses: str) -> dict[str, object]:
    """Return what the `github` context of a step says about its action.

    A local action, a container image and a `run:` step have neither repository nor ref.
    """
    is_remote = not uses.startswith(("./", "docker://"))
    path, _, ref = uses.partition("@")
    context: dict[str, object] = {"action": step_id or "__self"}
    if ref and is_remote:
        repository = "/".join(path.split("/")[:2])
        context |= {"action_repository": repository, "action_ref": ref}
    return context


def context_variables(contexts: Mapping[str, Any]) -> dict[str, str]:
    """Return `GITHUB_*`, `RUNNER_*`, `GITHUB_ACTIONS` and `CI`."""
    # The runner makes no variable of the token and of the event's payload.
    github = {
        f"GITHUB_{name.upper()}": str(value)
        for name, value in contexts["github"].items()
        if name not in {"token", "event"}
    }
    runner = {f"RUNNER_{name.upper()}": str(value) for name, value in contexts["runner"].items()}
    return {**github, **runner, "GITHUB_ACTIONS": "true", "CI": "true"}


def _ref(event_name: str, event: Mapping[str, Any]) -> str:
    if event_name == "release":
        return f"refs/tags/{event['release']['tag_name']}"
    pushed = event.get("ref") if event_name == "push" else None
    return str(pushed or "refs/heads/main")
