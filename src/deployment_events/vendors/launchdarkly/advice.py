"""Why LaunchDarkly rejected a request, and how to fix it."""

from typing import Any

from ...errors import Advice, Section
from ...messages import Request, Response
from ..base import Explanation
from ..shared import RATE_LIMIT, as_list, foreign_response
from .settings import LaunchDarklySettings

_NO_FORMAT = {
    413: Advice("The event is too large: send less metadata and fewer tags.", Section.REFUSED),
    429: RATE_LIMIT,
}
"""The advice for statuses that a gateway sends for the same reason as LaunchDarkly."""

_ADVICE = {
    401: Advice(
        "`launchdarkly-access-token` is invalid, expired or an SDK key: "
        "store an API access token with the Writer role in the secret.",
        Section.UNAUTHORIZED,
    ),
    403: Advice(
        "The token has no access to engineering insights, or your plan does not include this beta "
        "API (the header `LD-API-Version: beta` was sent). Use a token with the Writer role.",
        Section.UNAUTHORIZED,
    ),
    404: Advice(
        "LaunchDarkly has no such project or environment: compare `launchdarkly-project-key`, "
        "`launchdarkly-environment-key` (or `environment`) and `launchdarkly-base-url` with its "
        "settings. Use keys, not display names.",
        Section.NOT_FOUND,
    ),
}
_NO_DEPLOYMENT = Advice(
    "LaunchDarkly has no such deployment: compare `launchdarkly-deployment-id` with what was "
    "reported, and check `launchdarkly-base-url`.",
    Section.NOT_FOUND,
)
_OTHERWISE = Advice(
    "Check `launchdarkly-base-url`, and any proxy between the runner and LaunchDarkly.",
    Section.REFUSED,
)

_INPUT_OF = {
    "projectKey": "launchdarkly-project-key",
    "environmentKey": "launchdarkly-environment-key (or environment)",
    "applicationKey": "launchdarkly-application-key (or service)",
    "applicationName": "launchdarkly-application-name",
    "applicationKind": "launchdarkly-application-kind",
    "version": "version",
    "versionName": "launchdarkly-version-name",
    "eventType": "event",
    "eventTime": "started-at or finished-at",
    "eventMetadata": "launchdarkly-event-metadata",
    "deploymentMetadata": "launchdarkly-deployment-metadata or tags",
    "path": "launchdarkly-patch",
    "value": "launchdarkly-patch",
    "op": "launchdarkly-patch",
}
"""The input that becomes an attribute of the request body."""


def explain(settings: LaunchDarklySettings, request: Request, response: Response) -> Explanation:
    """Read LaunchDarkly's errors. See docs/vendors.md#launchdarkly-errors."""
    body, status = response.json(), response.status
    message, attribute = _read(body)
    if status in _NO_FORMAT:
        return Explanation(message, _NO_FORMAT[status])
    if not _is_error(body):
        advice = foreign_response("LaunchDarkly", settings.base_url, "launchdarkly-base-url")
        return Explanation(message, advice, by_vendor=False)
    return Explanation(message, _advice(request, status, attribute))


def _is_error(body: Any) -> bool:
    """Return whether the body has LaunchDarkly's format. Gateways send a `message` alone."""
    if not isinstance(body, dict):
        return False
    return all(isinstance(body.get(name), str) for name in ("code", "message"))


def _read(body: Any) -> tuple[str, str]:
    """Return the message, and the attribute that it names or an empty string.

    The shape is `{code, message, errors: [{attribute, reason}]}`.
    """
    if not isinstance(body, dict):
        return "", ""
    details = [error for error in as_list(body.get("errors")) if isinstance(error, dict)]
    reasons = [f"{error.get('attribute', '')}: {error.get('reason', '')}" for error in details]
    texts = [str(body[name]) for name in ("code", "message") if body.get(name)]
    attribute = str(details[0].get("attribute", "")) if details else ""
    return " - ".join([*texts, *reasons]), attribute


def _advice(request: Request, status: int, attribute: str) -> Advice:
    if status == 400:
        fix = f"Correct the input {_INPUT_OF.get(attribute, 'that the message names')}."
        return Advice(fix, Section.REFUSED)
    if status == 404 and request.method == "PATCH":
        return _NO_DEPLOYMENT
    return _ADVICE.get(status, _OTHERWISE)
