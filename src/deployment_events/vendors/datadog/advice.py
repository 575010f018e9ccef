"""Why Datadog rejected a request, and how to fix it."""

from typing import Any

from ...errors import Advice, Section
from ...messages import Response
from ..base import Explanation
from ..shared import RATE_LIMIT, as_list, foreign_response
from .settings import DatadogSettings

_NO_FORMAT = {
    413: Advice("The event is too large: send fewer or shorter tags.", Section.REFUSED),
    429: RATE_LIMIT,
}
"""The advice for statuses that a gateway sends for the same reason as Datadog."""

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
    "remediation": (
        "datadog-remediation-type and datadog-remediation-id or datadog-remediation-version"
    ),
}
"""The input that becomes an attribute of the request body."""


def explain(settings: DatadogSettings, response: Response) -> Explanation:
    """Read both shapes of Datadog's errors. See docs/vendors.md#datadog-errors."""
    body, status = response.json(), response.status
    message, attribute = _read(body)
    if status in _NO_FORMAT:
        return Explanation(message, _NO_FORMAT[status])
    if not (isinstance(body, dict) and isinstance(body.get("errors"), list)):
        advice = foreign_response("Datadog", settings.api_url, "datadog-base-url")
        return Explanation(message, advice, by_vendor=False)
    return Explanation(message, _advice(settings.site_or_host, status, attribute))


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


def _advice(site: str, status: int, attribute: str) -> Advice:
    """`site` is the one that was asked: another one has other keys and deployments."""
    if status == 400:
        fix = f"Correct the input {_INPUT_OF.get(attribute, 'that the message names')}."
        return Advice(fix, Section.REFUSED)
    if status in {401, 403}:
        fix = (
            f"`datadog-api-key` is invalid, revoked, or for a different site than `{site}`. Only "
            "`event: update` also requires `datadog-app-key` with the scope `dora_metrics_write`."
        )
        return Advice(fix, Section.UNAUTHORIZED)
    if status == 404:
        fix = (
            f"`{site}` has no such deployment: check `datadog-site`, and compare "
            "`datadog-deployment-id`, or without it `service`, `environment` and `version`, with "
            "what was reported."
        )
        return Advice(fix, Section.NOT_FOUND)
    fix = f"Check that `{site}` is your Datadog site, and any proxy between it and the runner."
    return Advice(fix, Section.REFUSED)


def _place(source: Any) -> str:
    """Return where in the request an error is, as JSON:API writes it."""
    if not isinstance(source, dict):
        return ""
    names = ("pointer", "parameter", "header")
    return next((str(source[name]) for name in names if source.get(name)), "")
