"""Datadog's published rules for DORA deployments, as JSON Schema."""

from typing import Any

from sandbox.rules import INT64, STRICT_FORMATS, TEXT, Problem, Schema, matching, one_of, record

# Documented: seconds, milliseconds or nanoseconds. The ranges are 2001 to 5138 for seconds and
# 1973 on for the others; microseconds lie between them.
UNITS = (range(10**9, 10**11), range(10**11, 10**14), range(10**17, 2**63))
TIME: Schema = INT64 | {"format": "unix-time"}

TAG = matching(r"[^:\s][^:]*:.*\S.*")
# With `anyOf` a problem is reported at the list, not at one of its tags.
TAGS: Schema = {"anyOf": [{"type": "null"}, {"type": "array", "items": TAG, "maxItems": 100}]}
GIT = record(
    {"commit_sha": matching("[a-fA-F0-9]{40,}"), "repository_url": TEXT},
    required=["commit_sha", "repository_url"],
)
ATTRIBUTES: Schema = {
    "service": TEXT,
    "started_at": TIME,
    "finished_at": TIME,
    "git": GIT,
    "env": TEXT,
    "id": matching("[A-Za-z0-9_.:-]{16,128}"),
    "team": TEXT,
    "version": TEXT,
    "custom_tags": TAGS,
}

# Spec: a remediation has an ID or a version, not both.
REMEDIATION = record(
    {"type": one_of("rollback", "rollforward"), "id": TEXT, "version": TEXT}, required=["type"]
) | {"oneOf": [{"required": ["id"]}, {"required": ["version"]}]}
CHANGES: Schema = {"change_failure": {"type": "boolean"}, "remediation": REMEDIATION}
SELECTION: Schema = {"service": TEXT, "env": TEXT, "version": TEXT}
PATCH_TYPE = one_of("dora_deployment_patch_request")


def _data(**fields: Schema) -> Schema:
    return record({"data": record(fields, required=fields)}, required=["data"])


# Spec: the body of a new deployment has no `type`, unlike that of a patch.
CREATE_BODY = _data(attributes=record(ATTRIBUTES, ["service", "started_at", "finished_at"]))
# The client lets `change_failure` be absent here; the published examples have it.
PATCH_BODY = _data(type=PATCH_TYPE, id=TEXT, attributes=record(CHANGES, ["change_failure"]))
PATCH_BY_VERSION_BODY = _data(
    type=PATCH_TYPE,
    attributes=record(CHANGES | SELECTION, ["change_failure", *SELECTION]),
)


def milliseconds(time: int) -> int:
    """Convert a time in seconds, milliseconds or nanoseconds to milliseconds."""
    if time < UNITS[0].stop:
        return time * 1000
    return time if time < UNITS[1].stop else time // 10**6


def order_problems(attributes: dict[str, Any]) -> list[Problem]:
    """Return the problem of a deployment that ends before it starts."""
    if milliseconds(attributes["started_at"]) <= milliseconds(attributes["finished_at"]):
        return []
    return [Problem(("data", "attributes", "finished_at"), "is before started_at")]


@STRICT_FORMATS.checks("unix-time")
def _unix_time(value: object) -> bool:
    return not isinstance(value, int) or any(value in unit for unit in UNITS)
