"""What LaunchDarkly receives about a deployment.

The rules and their sources are in docs/vendors.md.
"""

import re
from typing import Any

from ...deployment import Deployment, Event
from ...messages import Message
from ..base import Skip
from ..shared import without_empty
from .settings import LaunchDarklySettings

EVENT = "deployment-event"
PATCH = "deployment-patch"
"""The kinds of message."""

_DAY = 24 * 3600 * 1000  # ms
_UPDATE_LOOKS_BACK = 365 * _DAY
_EVENT_LOOKS_BACK = 7 * _DAY


def plan_event(
    settings: LaunchDarklySettings, deployment: Deployment, event: Event
) -> Message | Skip:
    """Return the message of an event, or why there is none."""
    if not deployment.version:
        reason = "Nothing is sent to LaunchDarkly: neither a version nor a commit is known."
        return Skip(reason, by_design=False)
    if not (settings.environment_key or deployment.facts.environment):
        return Skip("Nothing is sent to LaunchDarkly: no environment is known.", by_design=False)
    version = allowed_version(deployment.version)
    body = without_empty(
        **_place(settings, deployment),
        applicationName=settings.application_name,
        applicationKind=settings.application_kind,
        version=version,
        versionName=settings.version_name or _original(deployment.version),
        eventType=event.value,
        eventTime=deployment.at(event),
        eventMetadata=settings.event_metadata,
        deploymentMetadata=_metadata(settings, deployment),
    )
    return Message(
        vendor="launchdarkly",
        kind=EVENT,
        service=deployment.service.name,
        event=event,
        at=deployment.at(event),
        body=body,
        search=_read_back(settings, deployment, event),
    )


def plan_update(settings: LaunchDarklySettings, deployment: Deployment, now: int) -> Message | Skip:
    """Return the message of a change, or why there is none; `now` is Unix milliseconds."""
    if settings.patch is None:
        return Skip("`launchdarkly-patch` is empty: LaunchDarkly's deployment is not changed.")
    search = None
    if not settings.deployment_id:
        search = _search(settings, deployment, now - _UPDATE_LOOKS_BACK)
    return Message(
        vendor="launchdarkly",
        kind=PATCH,
        service=deployment.service.name,
        event=Event.UPDATE,
        at=now,
        body=[operation.as_json() for operation in settings.patch],
        id=settings.deployment_id,
        search=search,
    )


def allowed_version(version: str) -> str:
    """Replace what LaunchDarkly does not allow. See docs/vendors.md#launchdarkly-version."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", version)


def _original(version: str) -> str:
    """Return the version as the user wrote it if LaunchDarkly receives another one."""
    return "" if allowed_version(version) == version else version


def _place(settings: LaunchDarklySettings, deployment: Deployment) -> dict[str, str]:
    return {
        "projectKey": settings.project_key,
        "environmentKey": settings.environment_key or deployment.facts.environment,
        "applicationKey": settings.application_key or deployment.service.name,
    }


def _read_back(
    settings: LaunchDarklySettings, deployment: Deployment, event: Event
) -> dict[str, Any] | None:
    """Return the search for the ID of a reported deployment, or None if there is no new one."""
    if deployment.version_is_branch:
        return None
    return _search(settings, deployment, _earliest_start(deployment, event))


def _search(settings: LaunchDarklySettings, deployment: Deployment, since: int) -> dict[str, Any]:
    version = allowed_version(deployment.version)
    return {**_place(settings, deployment), "version": version, "since": since}


def _earliest_start(deployment: Deployment, event: Event) -> int:
    """Return the earliest start, in Unix ms, that the deployment of this event may have."""
    if event is Event.CUSTOM or not deployment.facts.start_source.is_exact:
        return deployment.at(event) - _EVENT_LOOKS_BACK
    return deployment.facts.started_at


def _metadata(settings: LaunchDarklySettings, deployment: Deployment) -> dict[str, Any]:
    """The vendor's input overrides tags, and tags override GitHub's metadata."""
    facts = deployment.facts
    return {**facts.metadata, **dict(facts.tags), **settings.deployment_metadata}
