"""LaunchDarkly engineering insights: one POST for each event, one PATCH for each change.

The rules and their sources are in docs/vendors.md.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from ...deployment import Deployment, Event
from ...messages import Message, Request, Response
from ...values.text import quoted
from ..base import Check, Explanation, Lookup, Skip, Vendor
from ..shared import COPIED, REPLAY_MAY_MATCH_ANOTHER, check_id, number_header, without_empty
from . import advice
from .json_patch import unapplied_status
from .search import API, HEADERS, DeploymentSearch
from .settings import LaunchDarklySettings

_PATCH = "deployment-patch"
_IDENTITY = ("projectKey", "environmentKey", "applicationKey", "version")
_DAY = 24 * 3600 * 1000  # ms
_UPDATE_LOOKS_BACK = 365 * _DAY
_EVENT_LOOKS_BACK = 7 * _DAY


class LaunchDarkly(Vendor[LaunchDarklySettings]):
    """Reports every event; the deployment's ID is looked up in the list of deployments."""

    name = "launchdarkly"
    title = "LaunchDarkly"
    settings = LaunchDarklySettings

    def plan(
        self, settings: LaunchDarklySettings, deployment: Deployment, event: Event, now: int
    ) -> Message | Skip:
        if event is Event.UPDATE:
            return self._plan_update(settings, deployment, now)
        if not deployment.version:
            reason = (
                "LaunchDarkly hears nothing: it needs a version, "
                "and neither a version nor a commit is known."
            )
            return Skip(reason, by_design=False)
        if not (settings.environment_key or deployment.facts.environment):
            reason = "LaunchDarkly hears nothing: it needs an environment, and none is known."
            return Skip(reason, by_design=False)
        body = without_empty(
            **_place(settings, deployment),
            applicationName=settings.application_name,
            applicationKind=settings.application_kind,
            version=_allowed(deployment.version),
            versionName=settings.version_name or _original(deployment.version),
            eventType=event.value,
            eventTime=deployment.at(event),
            eventMetadata=settings.event_metadata,
            deploymentMetadata=_metadata(settings, deployment),
        )
        return Message(
            vendor=self.name,
            kind="deployment-event",
            service=deployment.service.name,
            event=event,
            at=deployment.at(event),
            body=body,
            search=_read_back(settings, deployment, event),
        )

    def _plan_update(
        self, settings: LaunchDarklySettings, deployment: Deployment, now: int
    ) -> Message | Skip:
        if settings.patch is None:
            return Skip("launchdarkly-patch is empty: there is nothing to change.")
        search = None
        if not settings.deployment_id:
            search = _search(settings, deployment, now - _UPDATE_LOOKS_BACK)
        return Message(
            vendor=self.name,
            kind=_PATCH,
            service=deployment.service.name,
            event=Event.UPDATE,
            at=now,
            body=[operation.as_json() for operation in settings.patch],
            id=settings.deployment_id,
            search=search,
        )

    def request(self, settings: LaunchDarklySettings, message: Message) -> Request:
        credentials = _credentials(settings)
        api_url = settings.base_url + API
        if message.kind == _PATCH:
            url = f"{api_url}/deployments/{quote(message.id, safe='')}"
            return Request("PATCH", url, message.body, HEADERS, credentials)
        return Request("POST", f"{api_url}/deployment-events", message.body, HEADERS, credentials)

    def validate(self, message: Message, *, copied: bool) -> None:
        # Only messages from files need the models.
        from .bodies import BODIES, Search  # noqa: PLC0415

        BODIES[message.kind].model_validate(message.body, context=COPIED if copied else None)
        if message.search is not None:
            Search.model_validate(message.search)
        check_id(message.id)
        if self.needs_lookup(message) and not message.search:
            raise ValueError("has no id")

    def read_id(self, message: Message, body: Any) -> str:
        """The response to an event is 201 without a body; the one to a PATCH is the deployment."""
        return message.id

    def explain(
        self, settings: LaunchDarklySettings, request: Request, response: Response
    ) -> Explanation:
        return advice.explain(settings, request, response)

    def checks(self, settings: LaunchDarklySettings, environment: str) -> Sequence[Check]:
        """List one deployment: that needs a valid token, the plan, the project and environment."""
        project, environment = settings.project_key, settings.environment_key or environment
        query = urlencode({"projectKey": project, "environmentKey": environment, "limit": 1})
        url = f"{settings.base_url}{API}/deployments?{query}"
        subject = (
            f"`launchdarkly-access-token` for the project {quoted(project)} and the environment "
            f"{quoted(environment)}"
        )
        request = Request("GET", url, headers=HEADERS, credentials=_credentials(settings))
        return [Check(subject, request, "the permission to write", _is_list)]

    def response_note(self, message: Message, body: Any) -> str:
        """See docs/vendors.md#launchdarkly-ignored-fields."""
        return unapplied_status(message.body, body) if message.kind == _PATCH else ""

    def replay_warning(self, message: Message) -> str:
        return REPLAY_MAY_MATCH_ANOTHER if self.needs_lookup(message) else ""

    def note(self, settings: LaunchDarklySettings, deployment: Deployment) -> str:
        version = _allowed(deployment.version)
        if version == deployment.version:
            return ""
        return (
            "LaunchDarkly allows letters, digits, '.', '-' and '_' in a version: "
            f"it is sent as {version}."
        )

    def deployment_key(self, message: Message) -> str:
        """Return what LaunchDarkly identifies a deployment by.

        Events of one application, version and environment make one deployment. See
        docs/vendors.md#launchdarkly-deployment-identity.
        """
        place = message.search
        if message.kind != _PATCH:
            place = message.body
        if place is None:
            return message.id
        return json.dumps([place[name] for name in _IDENTITY])

    def lookup(self, settings: LaunchDarklySettings, messages: Mapping[int, Message]) -> Lookup:
        searches = {key: message.search for key, message in messages.items() if message.search}
        return DeploymentSearch(settings.base_url, _credentials(settings), searches)

    def needs_lookup(self, message: Message) -> bool:
        return message.kind == _PATCH and not message.id

    def rate_limit_wait(self, headers: Mapping[str, str], now: int) -> float | None:
        """LaunchDarkly's headers contain the time of the reset, an epoch in milliseconds."""
        names = ("X-Ratelimit-Reset", "X-Ratelimit-Auth-Token-Reset")
        resets = [number_header(headers, name) for name in names]
        latest = max((reset for reset in resets if reset is not None), default=None)
        return None if latest is None else max(0.0, (latest - now) / 1000)


def _is_list(body: Any) -> bool | None:
    return True if isinstance(body, dict) and isinstance(body.get("items"), list) else None


def _credentials(settings: LaunchDarklySettings) -> dict[str, str]:
    """The header is the bare token, without "Bearer"."""
    token = settings.access_token
    return {"Authorization": token.get_secret_value()} if token else {}


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
    version = _allowed(deployment.version)
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


def _allowed(version: str) -> str:
    """Replace what LaunchDarkly does not allow. See docs/vendors.md#launchdarkly-version."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", version)


def _original(version: str) -> str:
    """Return the version as the user wrote it if LaunchDarkly receives another one."""
    return "" if _allowed(version) == version else version
