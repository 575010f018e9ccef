"""Why Datadog rejected a request, and how to fix it."""

from typing import Any

from ...errors import Advice, Section
from ...messages import Request, Response
from ..base import Explanation
from ..shared import RATE_LIMIT, as_list, foreign_response
from .credentials import APP_KEY_HEADER
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


def explain(settings: DatadogSettings, request: Request, response: Response) -> Explanation:
    """Read both shapes of Datadog's errors. See docs/vendors.md#datadog-errors."""
    errors = _errors(response.json())
    message, attribute = _read(errors)
    if response.status in _NO_FORMAT:
        return Explanation(message, _NO_FORMAT[response.status])
    if not errors:
        advice = foreign_response("Datadog", settings.api_url, "datadog-base-url")
        return Explanation(message, advice, by_vendor=False)
    advice = _advice(settings, request, response.status, attribute)
    # Another host, or a proxy that changes paths, does not have the address of an event or a check.
    is_unknown_address = response.status in {404, 405} and request.method != "PATCH"
    return Explanation(message, advice, by_vendor=not is_unknown_address)


def _errors(body: Any) -> list[str | dict[str, Any]]:
    """Return the errors, or nothing if the body has another format.

    The formats are `{errors: ["…"]}` and `{errors: [{title, detail, source}]}`.
    """
    errors = as_list(body.get("errors")) if isinstance(body, dict) else []
    return errors if all(map(_is_error, errors)) else []


def _is_error(error: Any) -> bool:
    if isinstance(error, dict):
        return bool(error.get("title") or error.get("detail"))
    return isinstance(error, str)


def _read(errors: list[str | dict[str, Any]]) -> tuple[str, str]:
    """Return the message, and the attribute that it names or an empty string."""
    messages, places = [], []
    for error in errors:
        if isinstance(error, str):
            messages.append(error)
            continue
        place = _place(error.get("source"))
        parts = [str(error[name]) for name in ("title", "detail") if error.get(name)]
        if place:
            parts.append(f"({place})")
            places.append(place)
        messages.append(": ".join(parts))
    attribute = places[0].rpartition("/")[2] if places else ""
    return " - ".join(messages), attribute


def _place(source: Any) -> str:
    """Return where in the request an error is, as JSON:API writes it."""
    if not isinstance(source, dict):
        return ""
    names = ("pointer", "parameter", "header")
    return next((str(source[name]) for name in names if source.get(name)), "")


def _advice(settings: DatadogSettings, request: Request, status: int, attribute: str) -> Advice:
    if status in {400, 422}:
        fix = f"Correct the input {_INPUT_OF.get(attribute, 'that the message names')}."
        return Advice(fix, Section.REFUSED)
    if status in {401, 403}:
        return Advice(_unauthorized(settings, request, status), Section.UNAUTHORIZED)
    if status == 404 and request.method == "PATCH":
        return Advice(_no_deployment(settings, request), Section.NOT_FOUND)
    fix = (
        f"Check that `{settings.site_or_host}` (from `{settings.site_input}`) is your Datadog "
        "site, and check any proxy between it and the runner."
    )
    return Advice(fix, Section.SITE)


def _unauthorized(settings: DatadogSettings, request: Request, status: int) -> str:
    """Name only the keys that were sent, and only what this request needs."""
    has_app_key = APP_KEY_HEADER in request.credentials
    if request.method == "PATCH" and not has_app_key:
        return (
            "Set `datadog-app-key`: a change of a deployment requires an application key with the "
            "scope `dora_metrics_write`."
        )
    keys = "`datadog-api-key` or `datadog-app-key`" if has_app_key else "`datadog-api-key`"
    causes = [f"{keys} is invalid, revoked, or for a different site than `{settings.site_or_host}`"]
    if request.method == "PATCH":
        causes.append("the application key lacks the scope `dora_metrics_write`")
    if request.method != "GET" and status == 403:
        causes.append("your plan does not include DORA metrics")
    return f"{', or '.join(causes)}."


def _no_deployment(settings: DatadogSettings, request: Request) -> str:
    has_id = "id" in request.body["data"]
    names = "`datadog-deployment-id`" if has_id else "`service`, `environment` and `version`"
    return (
        f"`{settings.site_or_host}` has no such deployment: compare {names} with what was "
        f"reported, and check `{settings.site_input}`."
    )
