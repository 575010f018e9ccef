"""Values of the workflow run that contain a secret: they are left out, and never fail a step."""

from collections.abc import Mapping
from typing import Any

from ..values.secrets import SecretMatcher
from .context import Context
from .payload import text_at

_VARIABLES = {"runner_name": "RUNNER_NAME"}
"""The variables whose names do not follow from the field of the context."""

_PAYLOAD_PATHS = (
    ("deployment", "environment"),
    ("deployment", "sha"),
    ("deployment_status", "state"),
    ("merge_group", "head_sha"),
    ("pull_request", "head", "sha"),
    ("pull_request", "merge_commit_sha"),
    ("release", "tag_name"),
    ("repository", "default_branch"),
    ("workflow_run", "head_sha"),
)
"""The texts of a payload that the context reads, except times."""


def without_secrets(context: Context, secrets: SecretMatcher) -> Context:
    """Return the context without the values that contain a secret, and with a warning for each."""
    warnings = list(context.warnings)
    changes: dict[str, Any] = {}
    for field, value in context._asdict().items():
        if isinstance(value, str) and secrets.found_in(value):
            changes[field] = ""
            warnings.append(_warning(_VARIABLES.get(field, f"GITHUB_{field.upper()}")))
    if not changes and secrets.found_in(context.repository_url):
        changes["server_url"] = ""
        warnings.append(_warning("GITHUB_SERVER_URL"))
    payload = context.payload
    for path in _PAYLOAD_PATHS:
        if secrets.found_in(text_at(payload, *path)):
            payload = _without(payload, *path)
            warnings.append(_warning(".".join(path)))
    return context._replace(**changes, payload=payload, warnings=tuple(warnings))


def _warning(name: str) -> str:
    return f"`{name}` contains a secret, so it is omitted from what is sent to the vendors."


def _without(payload: Mapping[str, Any], name: str, *path: str) -> Mapping[str, Any]:
    if not path:
        return {key: value for key, value in payload.items() if key != name}
    return {**payload, name: _without(payload[name], *path)}
