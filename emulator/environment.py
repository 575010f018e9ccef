"""The `github` and `runner` contexts of a run, and the environment that a docker action gets from them."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.layout import Layout

_SHA = "9f2c1d7be04a5c38d16e72f0ab94c5d83e6017af"

# The runner's own list: what else the github context holds (token, event) never becomes a variable.
_EXPORTED = frozenset(
    """
    action action_path action_ref action_repository actor actor_id api_url base_ref env event_name
    event_path graphql_url head_ref job output path ref ref_name ref_protected ref_type repository
    repository_id repository_owner repository_owner_id retention_days run_attempt run_id run_number
    server_url sha state step_summary triggering_actor workflow workflow_ref workflow_sha workspace
    """.split()  # noqa: SIM905 - forty quoted words are hard to read
)


def github_context(
    event_name: str,
    event: Mapping[str, object],
    job: str,
    layout: Layout,
    overrides: Mapping[str, object],
) -> dict[str, object]:
    """Make a whole `github` context for an event; what the event does not say is that of a push to `main`."""
    context: dict[str, object] = {
        "event_name": event_name,
        "event": event,
        "event_path": str(layout.event),
        "repository": "octo-org/octo-repo",
        "repository_id": "1296269",
        "repository_owner_id": "4217",
        "actor": "octocat",
        "actor_id": "583231",
        "sha": _SHA,
        "ref_protected": "true",
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
        **_references(event_name, event),
        **overrides,
    }
    derived = {
        "ref_name": _short(str(context["ref"])),
        "ref_type": "tag" if str(context["ref"]).startswith("refs/tags/") else "branch",
        "repository_owner": str(context["repository"]).partition("/")[0],
        "triggering_actor": context["actor"],
        "workflow_ref": f"{context['repository']}/.github/workflows/deploy.yml@{context['ref']}",
        "workflow_sha": context["sha"],
    }
    return {**derived, **context}


def runner_context(layout: Layout, *, debug: bool) -> dict[str, object]:
    """Describe a GitHub-hosted Linux machine."""
    context: dict[str, object] = {
        "name": "GitHub Actions 1",
        "os": "Linux",
        "arch": "X64",
        "environment": "github-hosted",
        "temp": str(layout.temp),
        "tool_cache": "/opt/hostedtoolcache",
        "workspace": str(layout.workspace.parent),
    }
    return {**context, "debug": "1"} if debug else context


def action_environment(
    user: Mapping[str, str],
    inputs: Mapping[str, str],
    state: Mapping[str, str],
    contexts: Mapping[str, Mapping[str, object]],
    layout: Layout,
) -> dict[str, str]:
    """Every variable of a docker action; later groups win, so a user cannot replace `GITHUB_SHA`."""
    return {
        **user,
        **{f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in inputs.items()},
        **{f"STATE_{name}": value for name, value in state.items()},
        "HOME": str(layout.home),
        **context_variables(contexts),
    }


def context_variables(contexts: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """`GITHUB_*`, `RUNNER_*`, `GITHUB_ACTIONS` and `CI`."""
    github = {
        f"GITHUB_{name.upper()}": str(value)
        for name, value in contexts["github"].items()
        if name in _EXPORTED
    }
    runner = {f"RUNNER_{name.upper()}": str(value) for name, value in contexts["runner"].items()}
    return {**github, **runner, "GITHUB_ACTIONS": "true", "CI": "true"}


def _references(event_name: str, event: Mapping[str, object]) -> dict[str, str]:
    """`ref`, `head_ref` and `base_ref`, as far as the payload decides them."""
    references = {"ref": "refs/heads/main", "head_ref": "", "base_ref": ""}
    if event_name == "release":
        references["ref"] = f"refs/tags/{_text(event, 'release', 'tag_name') or 'v1.0.0'}"
    elif event_name == "push":
        references["ref"] = _text(event, "ref") or references["ref"]
    elif event_name == "merge_group":
        references["ref"] = _text(event, "merge_group", "head_ref") or references["ref"]
    elif event_name in {"pull_request", "pull_request_target"}:
        references["head_ref"] = _text(event, "pull_request", "head", "ref") or "topic"
        references["base_ref"] = _text(event, "pull_request", "base", "ref") or "main"
        number = _text(event, "number") or _text(event, "pull_request", "number") or "1"
        if event_name == "pull_request":
            references["ref"] = f"refs/pull/{number}/merge"
    return references


def _text(value: object, *path: str) -> str:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)


def _short(ref: str) -> str:
    for prefix in ("refs/heads/", "refs/tags/", "refs/pull/"):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref
