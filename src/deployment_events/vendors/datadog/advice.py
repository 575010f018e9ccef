"""What Datadog says when it refuses, and what to do about it."""

from typing import Any

from ..shared import RATE_LIMIT, as_list

_ADVICE = {
    404: "Datadog knows no such deployment or page: compare datadog-deployment-id, datadog-site and datadog-base-url.",
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


def words(answer: Any) -> tuple[str, str]:
    """[spec] `{errors: ["…"]}` or `{errors: [{title, detail, source}]}`: what it says, and the attribute it names."""
    errors = as_list(answer.get("errors")) if isinstance(answer, dict) else []
    said, places = [], []
    for error in errors:
        if not isinstance(error, dict):
            said.append(str(error))
            continue
        place = _place(error.get("source"))
        told = [str(error[name]) for name in ("title", "detail") if error.get(name)]
        said.append(": ".join([*told, *([f"({place})"] if place else [])]))
        places.append(place)
    attribute = next((place.rpartition("/")[2] for place in places if place), "")
    return " - ".join(said), attribute


def advice(site: str, status: int, attribute: str) -> str:
    """Return the likely cause and the fix; a 400 names the input that became the attribute."""
    if status in {401, 403}:
        return (
            f"datadog-api-key is wrong, revoked, or of another site than {site}; a change of a deployment "
            "also needs datadog-app-key with the scope dora_metrics_write: compare both with datadog-site."
        )
    if status == 400:
        return f"Correct the input {_INPUT_OF.get(attribute, 'that the message names')}."
    return _ADVICE.get(status, _OTHERWISE)


def _place(source: Any) -> str:
    """Where an error is, as JSON:API says it."""
    if not isinstance(source, dict):
        return ""
    return next(
        (str(source[name]) for name in ("pointer", "parameter", "header") if source.get(name)), ""
    )
