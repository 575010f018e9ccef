"""Why Datadog rejected a request, and how to fix it."""

from typing import Any

from ...messages import Response
from ..base import Explanation
from ..shared import RATE_LIMIT, as_list
from .settings import DatadogSettings

_ADVICE = {
    404: (
        "Datadog knows no such deployment or page: "
        "compare datadog-deployment-id, datadog-site and datadog-base-url."
    ),
    413: "The event is too large: send fewer or shorter tags.",
    429: RATE_LIMIT,
}
_OTHERWISE = (
    "Look at datadog-site, datadog-base-url, and at what stands between the runner and Datadog."
)

_INPUT_OF = {
    "service": "service",
    "env": "environment",
    "id": "datadog-deployment-id",
    "version": "version",
    "team": "datadog-team",
    "git": "commit-sha and repository-url",
    "commit_sha": "commit-sha",
    "repository_url": "repository-url",
    "custom_tags": "tags",
    "started_at": "started-at",
    "finished_at": "finished-at",
    "change_failure": "datadog-change-failure",
    "remediation": "datadog-remediation-type and datadog-remediation-id",
}
"""The input that becomes an attribute of the request body."""


def explain(settings: DatadogSettings, response: Response) -> Explanation:
    """Read both shapes of Datadog's errors. See docs/vendors.md#datadog-errors."""
    message, attribute = _read(response.json())
    return Explanation(message, _advice(settings, response.status, attribute))


def _read(body: Any) -> tuple[str, str]:
    """Return the message, and the attribute that it names or an empty string.

    The shapes are `{errors: ["…"]}` and `{errors: [{title, detail, source}]}`.
    """
    errors = as_list(body.get("errors")) if isinstance(body, dict) else []
    messages, places = [], []
    for error in errors:
        if not isinstance(error, dict):
            messages.append(str(error))
            continue
        place = _place(error.get("source"))
        parts = [str(error[name]) for name in ("title", "detail") if error.get(name)]
        if place:
            parts.append(f"({place})")
            places.append(place)
        messages.append(": ".join(parts))
    attribute = places[0].rpartition("/")[2] if places else ""
    return " - ".join(messages), attribute


def _advice(settings: DatadogSettings, status: int, attribute: str) -> str:
    if status in {401, 403}:
        return (
            f"datadog-api-key is wrong, revoked, or of another site than {settings.site}; "
            "a change of a deployment also needs datadog-app-key with the scope "
            "dora_metrics_write: compare both with datadog-site."
        )
    if status == 400:
        return f"Correct the input {_INPUT_OF.get(attribute, 'that the message names')}."
    return _ADVICE.get(status, _OTHERWISE)


def _place(source: Any) -> str:
    """Return where in the request an error is, as JSON:API writes it."""
    if not isinstance(source, dict):
        return ""
    names = ("pointer", "parameter", "header")
    return next((str(source[name]) for name in names if source.get(name)), "")
