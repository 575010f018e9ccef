"""LaunchDarkly's published rules about deployments, as tables.

Sources: "documented" is LaunchDarkly's prose, "spec" its OpenAPI document, "inferred" our reading.
"""

from typing import Any

from sandbox.rules import Field, Problem, an_object, check_object, int64, matching, one_of, text

# spec, except `version`: documented
EVENT = {
    "projectKey": Field(text, required=True),
    "environmentKey": Field(text, required=True),
    "applicationKey": Field(text, required=True),
    "applicationName": Field(text),
    "applicationKind": Field(one_of("server", "browser", "mobile")),
    "version": Field(
        matching(r"[A-Za-z0-9._-]+", "must be letters, digits, periods, hyphens and underscores"),
        required=True,
    ),
    "versionName": Field(text),
    "eventType": Field(one_of("started", "failed", "finished", "custom"), required=True),
    "eventTime": Field(int64),
    "eventMetadata": Field(an_object),
    "deploymentMetadata": Field(an_object),
}

_digits = matching(r"-?[0-9]{1,19}", "must be an integer")

# spec
QUERY = {
    "projectKey": Field(text, required=True),
    "environmentKey": Field(text, required=True),
    "applicationKey": Field(text),
    "limit": Field(matching(r"[1-9][0-9]?|100", "must be 1 to 100")),
    "expand": Field(
        matching(r"(pullRequests|flagReferences)(,(pullRequests|flagReferences))*", "is unknown")
    ),
    "from": Field(_digits),
    "to": Field(_digits),
    "after": Field(text),
    "before": Field(text),
    "kind": Field(text),
    "status": Field(text),
}

# Unix milliseconds between 1973 and 5138: seconds, microseconds and nanoseconds of our days fall outside.
# The service would believe them; in strict mode they are the mistakes they look like.
MILLISECONDS = range(10**11, 10**14)

# The only published path of a patch (spec); its values are the event types that are states (inferred).
STATUS_PATH = "/status"
STATUSES = frozenset({"started", "finished", "failed"})


def event_problems(event: Any, *, strict: bool) -> list[Problem]:
    """Return every rule an event breaks."""
    problems = check_object(event, EVENT, strict=strict)
    if not problems and strict and event.get("eventTime", MILLISECONDS[0]) not in MILLISECONDS:
        return [Problem(("eventTime",), "must be Unix milliseconds")]
    return problems


def patch_problems(operations: list[dict[str, Any]]) -> list[Problem]:
    """Return what a well-formed JSON Patch may not do to a deployment."""
    problems = []
    for index, operation in enumerate(operations):
        if operation["op"] == "test":
            continue
        if operation["op"] == "remove" or operation["path"] != STATUS_PATH:
            problems.append(Problem((str(index), "path"), "cannot be changed"))
        elif not isinstance(operation["value"], str) or operation["value"] not in STATUSES:
            problems.append(
                Problem((str(index), "value"), f"must be one of {', '.join(sorted(STATUSES))}")
            )
    return problems
