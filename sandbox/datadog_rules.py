"""Datadog's published rules about deployments, as tables.

Sources: "documented" is Datadog's prose, "spec" its OpenAPI document, "inferred" our reading.
"""

from typing import Any

from sandbox.rules import (
    Field,
    Problem,
    an_object,
    boolean,
    check_object,
    int64,
    matching,
    one_of,
    text,
)

MOST_TAGS = 100
_tag = matching(r"[^:\s][^:]*:.*\S.*", "must be key:value")


def tags(value: Any) -> str | None:
    """Accept null or up to 100 strings of the shape `key:value` (spec)."""
    if value is None:
        return None
    if not isinstance(value, list):
        return "must be a list"
    if len(value) > MOST_TAGS:
        return f"must have at most {MOST_TAGS} tags"
    return next((f"{tag!r}: {reason}" for tag in value if (reason := _tag(tag))), None)


# spec
ATTRIBUTES = {
    "service": Field(text, required=True),
    "started_at": Field(int64, required=True),
    "finished_at": Field(int64, required=True),
    "git": Field(an_object),
    "env": Field(text),
    "id": Field(matching(r"[A-Za-z0-9_.:-]{16,128}", "must be 16 to 128 of A-Z a-z 0-9 - _ . :")),
    "team": Field(text),
    "version": Field(text),
    "custom_tags": Field(tags),
}
GIT = {
    "commit_sha": Field(matching(r"[a-fA-F0-9]{40,}", "must be a full commit SHA"), required=True),
    "repository_url": Field(text, required=True),
}
PATCH_DATA = {
    "type": Field(one_of("dora_deployment_patch_request"), required=True),
    "id": Field(text, required=True),
    "attributes": Field(an_object, required=True),
}
PATCH_ATTRIBUTES = {"change_failure": Field(boolean), "remediation": Field(an_object)}
REMEDIATION = {
    "type": Field(one_of("rollback", "rollforward"), required=True),
    "id": Field(text),
    "version": Field(text),
}

_DATA = ("data",)
_ATTRIBUTES = (*_DATA, "attributes")


def create_problems(body: Any, *, strict: bool) -> list[Problem]:
    """Return every rule the body of a new deployment breaks."""
    needed = {
        "attributes": Field(an_object, required=True)
    }  # spec: no `type` here, unlike in a patch
    problems = check_object(body, {"data": Field(an_object, required=True)}, strict=strict)
    problems = problems or check_object(body["data"], needed, strict=strict, at=_DATA)
    if problems:
        return problems
    attributes = body["data"]["attributes"]
    problems = check_object(attributes, ATTRIBUTES, strict=strict, at=_ATTRIBUTES)
    if isinstance(attributes.get("git"), dict):
        problems += check_object(attributes["git"], GIT, strict=strict, at=(*_ATTRIBUTES, "git"))
    return problems or (_time_problems(attributes) if strict else [])


def patch_problems(body: Any, id_: str, *, strict: bool) -> list[Problem]:
    """Return every rule the body of a patch of one deployment breaks."""
    problems = check_object(body, {"data": Field(an_object, required=True)}, strict=strict)
    problems = problems or check_object(body["data"], PATCH_DATA, strict=strict, at=_DATA)
    if problems:
        return problems
    attributes = body["data"]["attributes"]
    problems = check_object(attributes, PATCH_ATTRIBUTES, strict=strict, at=_ATTRIBUTES)
    if body["data"]["id"] != id_:  # inferred from JSON:API
        problems.append(Problem((*_DATA, "id"), "must be the id of the path"))
    if (
        "change_failure" not in attributes
    ):  # the published example and our facts; the client lets it out
        problems.append(Problem((*_ATTRIBUTES, "change_failure"), "is required"))
    remediation = attributes.get("remediation")
    if isinstance(remediation, dict):
        at = (*_ATTRIBUTES, "remediation")
        problems += check_object(remediation, REMEDIATION, strict=strict, at=at)
        if ("id" in remediation) == ("version" in remediation):  # spec
            problems.append(Problem(at, "must have either id or version"))
    return problems


def milliseconds(time: int) -> int:
    """Bring a time in seconds, milliseconds or nanoseconds (documented: any of the three) to milliseconds."""
    if time < 10**11:
        return time * 1000
    return time if time < 10**14 else time // 10**6


def _time_problems(attributes: dict[str, Any]) -> list[Problem]:
    """Return mistakes the service may not notice: a unit it does not take, an end before the start."""
    # Seconds from 2001 to 5138, milliseconds and nanoseconds from 1973 on; microseconds lie between them.
    units = (range(10**9, 10**11), range(10**11, 10**14), range(10**17, 2**63))
    problems = [
        Problem((*_ATTRIBUTES, name), "must be Unix seconds, milliseconds or nanoseconds")
        for name in ("started_at", "finished_at")
        if not any(attributes[name] in unit for unit in units)
    ]
    if not problems and milliseconds(attributes["started_at"]) > milliseconds(
        attributes["finished_at"]
    ):
        problems.append(Problem((*_ATTRIBUTES, "finished_at"), "must not be before started_at"))
    return problems
