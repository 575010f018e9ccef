"""LaunchDarkly's published rules for deployments, as JSON Schema."""

from sandbox.rules import INT64, OBJECT, STRICT_FORMATS, TEXT, Schema, matching, one_of, record

# Spec, except the alphabet of `version`: documented.
EVENT = record(
    {
        "projectKey": TEXT,
        "environmentKey": TEXT,
        "applicationKey": TEXT,
        "applicationName": TEXT,
        "applicationKind": one_of("server", "browser", "mobile"),
        "version": matching("[A-Za-z0-9._-]+"),
        "versionName": TEXT,
        "eventType": one_of("started", "failed", "finished", "custom"),
        "eventTime": INT64 | {"format": "unix-milliseconds"},
        "eventMetadata": OBJECT,
        "deploymentMetadata": OBJECT,
    },
    required=["projectKey", "environmentKey", "applicationKey", "version", "eventType"],
)

_INTEGER = matching("-?[0-9]{1,19}")
_EXPANDABLE = "(?:pullRequests|flagReferences)"

# Spec.
QUERY = record(
    {
        "projectKey": TEXT,
        "environmentKey": TEXT,
        "applicationKey": TEXT,
        "limit": matching("[1-9][0-9]?|100"),
        "expand": matching(f"{_EXPANDABLE}(?:,{_EXPANDABLE})*"),
        "from": _INTEGER,
        "to": _INTEGER,
        "after": TEXT,
        "kind": TEXT,
        "status": TEXT,
    },
    required=["projectKey", "environmentKey"],
)

# Spec: there is no `from`, so no move and no copy, and /status is the only published path.
# Inferred: the statuses are the event types that are states.
_STATUS: Schema = {"path": one_of("/status"), "value": one_of("failed", "finished", "started")}
_OPERATION = record(
    {"op": TEXT, "path": matching("(?:/(?:[^~/]|~[01])*)*"), "value": {}},
    required=["op", "path", "value"],
) | {
    "anyOf": [
        {"properties": {"op": one_of("test")}},
        {"properties": {"op": one_of("add", "replace"), **_STATUS}},
    ]
}
PATCH: Schema = {"type": "array", "minItems": 1, "items": _OPERATION}


@STRICT_FORMATS.checks("unix-milliseconds")
def _unix_milliseconds(value: object) -> bool:
    """Accept 1973 to 5138. Seconds, microseconds and nanoseconds of today lie outside."""
    return not isinstance(value, int) or value in range(10**11, 10**14)
