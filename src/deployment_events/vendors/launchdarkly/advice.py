"""What LaunchDarkly says when it refuses, and what to do about it."""

from typing import Any

from ..shared import RATE_LIMIT, as_list

_ADVICE = {
    401: (
        "launchdarkly-access-token is wrong, expired or an SDK key: "
        "put an API access token with the Writer role into the secret."
    ),
    403: (
        "The token's role may not write engineering insights, or the beta API is closed to the account "
        "(the header LD-API-Version: beta was sent): give the token the Writer role."
    ),
    404: (
        "LaunchDarkly does not know the project, the environment or the deployment: compare "
        "launchdarkly-project-key, launchdarkly-environment-key and launchdarkly-base-url with its settings."
    ),
    413: "The event is too large: send less metadata and fewer tags.",
    429: RATE_LIMIT,
}
_OTHERWISE = (
    "Look at launchdarkly-base-url, and at what stands between the runner and LaunchDarkly."
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


def words(answer: Any) -> tuple[str, str]:
    """[spec] `{code, message, errors: [{attribute, reason}]}`: what it says, and the attribute it names."""
    if not isinstance(answer, dict):
        return "", ""
    details = [error for error in as_list(answer.get("errors")) if isinstance(error, dict)]
    reasons = [f"{error.get('attribute', '')}: {error.get('reason', '')}" for error in details]
    said = [str(answer[name]) for name in ("code", "message") if answer.get(name)]
    return " - ".join([*said, *reasons]), str(details[0].get("attribute", "")) if details else ""


def advice(status: int, attribute: str) -> str:
    """Return the likely cause and the fix; a 400 names the input that became the attribute."""
    if status == 400:
        return f"Correct the input {_INPUT_OF.get(attribute, 'that the message names')}."
    return _ADVICE.get(status, _OTHERWISE)
