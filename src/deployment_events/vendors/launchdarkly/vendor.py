"""LaunchDarkly engineering insights.

[doc] is LaunchDarkly's prose, [spec] its OpenAPI document, [inferred] what neither says.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import BaseModel

from ...deployment import Deployment, Event
from ...errors import Problem
from ...messages import Message, Request, Skip
from ...values.rules import BaseUrl, JsonObject, Secret, one_of
from ..base import Lookup, Settings, Vendor
from ..shared import known, number_header
from . import advice as launchdarkly_refusals
from .json_patch import Patch
from .search import API, HEADERS, DeploymentSearch

_ABSENT_ON = {"app.launchdarkly.us": "federal", "app.eu.launchdarkly.com": "EU"}
_DAY = 24 * 3600 * 1000  # ms
_UPDATE_LOOKS_BACK = 365 * _DAY  # the list's own default is 7 days [spec]
_EVENT_LOOKS_BACK = 7 * _DAY  # where the event does not tell when its deployment started


class LaunchDarklySettings(Settings):
    """The `launchdarkly-…` inputs."""

    update_only = frozenset({"patch", "deployment_id"})

    access_token: Secret | None = None
    project_key: str = "default"
    environment_key: str = ""
    application_key: str = ""
    application_name: str = ""
    application_kind: Annotated[str, one_of("server", "browser", "mobile")] = "server"
    version_name: str = ""
    event_metadata: JsonObject = {}
    deployment_metadata: JsonObject = {}
    base_url: BaseUrl = "https://app.launchdarkly.com"
    patch: Patch | None = None


class LaunchDarkly(Vendor[LaunchDarklySettings]):
    """One POST for each event; the id is read back from the list of deployments."""

    name = "launchdarkly"
    title = "LaunchDarkly"
    settings = LaunchDarklySettings
    key_field = "access_token"
    update_field = "patch"
    attributes = {
        "application-key": "application_key",
        "application-name": "application_name",
        "application-kind": "application_kind",
        "version-name": "version_name",
        "launchdarkly-deployment-id": "deployment_id",
    }

    @property
    def bodies(self) -> Mapping[str, type[BaseModel]]:
        from .bodies import DeploymentEventBody, PatchBody  # noqa: PLC0415  only messages from files need it

        return {"deployment-event": DeploymentEventBody, "deployment-patch": PatchBody}

    @property
    def searches(self) -> Mapping[str, type[BaseModel]]:
        from .bodies import Search  # noqa: PLC0415

        return {"deployment-event": Search, "deployment-patch": Search}

    def check(
        self, settings: LaunchDarklySettings, *, environment: str, update: bool
    ) -> Iterator[Problem]:
        token = settings.access_token.get_secret_value() if settings.access_token else ""
        if token.startswith(("sdk-", "mob-")):
            rule = "must be an API access token, and this is an SDK or mobile key"
            fix = "Create an access token with the Writer role in LaunchDarkly's Authorization settings."
            yield Problem("launchdarkly-access-token", rule, None, fix)
        by_id = update and (settings.deployment_id or not settings.patch)
        if not (settings.environment_key or environment or by_id):
            rule = "is needed by LaunchDarkly and is empty"
            yield Problem(
                "environment",
                rule,
                None,
                "Set environment, or launchdarkly-environment-key, to the key.",
            )

    def warn(self, settings: LaunchDarklySettings) -> Iterator[str]:
        instance = _ABSENT_ON.get(urlsplit(settings.base_url).hostname or "")
        if instance:
            yield (
                f"launchdarkly-base-url is LaunchDarkly's {instance} instance, where engineering insights is "
                "documented as not available: expect the events to be refused."
            )

    def note(self, settings: LaunchDarklySettings, deployment: Deployment) -> str:
        version = _spell(deployment.version)
        if version == deployment.version:
            return ""
        return f"LaunchDarkly allows letters, digits, '.', '-' and '_' in a version: it is sent as {version}."

    def plan(
        self, settings: LaunchDarklySettings, deployment: Deployment, event: Event, now: int
    ) -> Message | Skip:
        if event is Event.UPDATE:
            return self._plan_update(settings, deployment, now)
        if not deployment.version:
            return Skip(
                "LaunchDarkly hears nothing: it needs a version, and neither a version nor a commit is known.",
                by_design=False,
            )
        if not (settings.environment_key or deployment.environment):
            return Skip(
                "LaunchDarkly hears nothing: it needs an environment, and none is known.",
                by_design=False,
            )
        body = known(
            **_whereabouts(settings, deployment),
            applicationName=settings.application_name,
            applicationKind=settings.application_kind,
            version=_spell(deployment.version),
            versionName=settings.version_name or _changed(deployment.version),
            eventType=event.value,
            eventTime=deployment.at(event),
            eventMetadata=settings.event_metadata,
            deploymentMetadata=_metadata(settings, deployment),
        )
        return Message(
            vendor=self.name,
            kind="deployment-event",
            service=deployment.service,
            event=event,
            at=deployment.at(event),
            body=body,
            search=_search(settings, deployment, _since(deployment, event)),
        )

    def _plan_update(
        self, settings: LaunchDarklySettings, deployment: Deployment, now: int
    ) -> Message | Skip:
        if settings.patch is None:
            return Skip("launchdarkly-patch is empty: there is nothing to change.")
        search = (
            None
            if settings.deployment_id
            else _search(settings, deployment, now - _UPDATE_LOOKS_BACK)
        )
        return Message(
            vendor=self.name,
            kind="deployment-patch",
            service=deployment.service,
            event=Event.UPDATE,
            at=now,
            body=[operation.as_json() for operation in settings.patch],
            id=settings.deployment_id,
            search=search,
        )

    def request(self, settings: LaunchDarklySettings, message: Message) -> Request:
        if message.kind == "deployment-patch":
            url = f"{settings.base_url}{API}/deployments/{quote(message.id, safe='')}"
            return Request("PATCH", url, message.body, HEADERS)
        return Request("POST", f"{settings.base_url}{API}/deployment-events", message.body, HEADERS)

    def keys(self, settings: LaunchDarklySettings, message: Message | None) -> Mapping[str, str]:
        """[doc] The bare token: no "Bearer"."""
        return (
            {"Authorization": settings.access_token.get_secret_value()}
            if settings.access_token
            else {}
        )

    def identify(self, message: Message, answer: Any) -> str:
        """The POST answers 201 with no body [spec]; the PATCH answers with the deployment [spec]."""
        return message.id

    def needs_id(self, message: Message) -> bool:
        return message.kind == "deployment-patch" and not message.id

    def subject(self, message: Message) -> str:
        """[doc] Events of one application, version and environment make one deployment."""
        if message.search is None:
            return message.id
        return json.dumps(
            {name: value for name, value in message.search.items() if name != "since"},
            sort_keys=True,
        )

    def lookup(self, settings: LaunchDarklySettings, messages: Mapping[int, Message]) -> Lookup:
        return DeploymentSearch(
            settings.base_url,
            {key: message.search for key, message in messages.items() if message.search},
        )

    def words(self, answer: Any) -> tuple[str, str]:
        return launchdarkly_refusals.words(answer)

    def advice(self, settings: LaunchDarklySettings, status: int, attribute: str) -> str:
        return launchdarkly_refusals.advice(status, attribute)

    def pause(self, headers: Mapping[str, str], now: int) -> float | None:
        """[doc] The moment of the reset, an epoch in milliseconds."""
        resets = [
            moment
            for name in ("X-Ratelimit-Reset", "X-Ratelimit-Auth-Token-Reset")
            if (moment := number_header(headers, name)) is not None
        ]
        return max(0.0, (max(resets) - now) / 1000) if resets else None


def _whereabouts(settings: LaunchDarklySettings, deployment: Deployment) -> dict[str, str]:
    return {
        "projectKey": settings.project_key,
        "environmentKey": settings.environment_key or deployment.environment,
        "applicationKey": settings.application_key or deployment.service,
    }


def _search(settings: LaunchDarklySettings, deployment: Deployment, since: int) -> dict[str, Any]:
    return {
        **_whereabouts(settings, deployment),
        "version": _spell(deployment.version),
        "since": since,
    }


def _since(deployment: Deployment, event: Event) -> int:
    """The earliest start, in Unix ms, that the deployment of this event may have."""
    if event is Event.CUSTOM or not deployment.start_is_known:
        return deployment.at(event) - _EVENT_LOOKS_BACK
    return deployment.started_at


def _metadata(settings: LaunchDarklySettings, deployment: Deployment) -> dict[str, Any]:
    """The user's own words win: the vendor's input over tags, tags over what GitHub knows."""
    return {**deployment.metadata, **dict(deployment.tags), **settings.deployment_metadata}


def _spell(version: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", version)  # [doc] the version's alphabet


def _changed(version: str) -> str | None:
    return None if _spell(version) == version else version
