"""Datadog DORA metrics: one POST for each finished deployment, one PATCH for each change.

The rules and their sources are in docs/vendors.md.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from ...deployment import Deployment, Event
from ...messages import Message, Request, Response, Skip
from ..base import Explanation, Vendor
from ..shared import COPIED, check_id, is_id, number_header, without_empty
from . import advice
from .deployment_id import make_deployment_id
from .settings import MOST_TAGS, DatadogSettings

_NOT_SENT = {
    Event.STARTED: (
        "Datadog has no event for a start: it gets one event, when the deployment has finished."
    ),
    Event.FAILED: "A failed job is not sent to Datadog: it would count as a deployment.",
    Event.CUSTOM: "Datadog has no custom event for deployments.",
}
_PATCH = "deployment-patch"


class Datadog(Vendor[DatadogSettings]):
    """Reports finished deployments under an ID that this action generates."""

    name = "datadog"
    title = "Datadog"
    settings = DatadogSettings

    def plan(
        self, settings: DatadogSettings, deployment: Deployment, event: Event, now: int
    ) -> Message | Skip:
        if event is Event.UPDATE:
            return self._plan_update(settings, deployment, now)
        if event is not Event.FINISHED:
            return Skip(_NOT_SENT[event])
        id_ = self.deployment_id(settings, deployment)
        attributes = without_empty(
            service=deployment.service.name,
            started_at=deployment.facts.started_at,
            finished_at=deployment.finished_at,
            id=id_,
            env=deployment.facts.environment,
            version=deployment.version,
            team=settings.team,
            git=_git(deployment),
            custom_tags=_custom_tags(deployment),
        )
        return Message(
            vendor=self.name,
            kind="deployment",
            service=deployment.service.name,
            event=event,
            at=deployment.finished_at,
            body={"data": {"attributes": attributes}},
            id=id_,
        )

    def _plan_update(
        self, settings: DatadogSettings, deployment: Deployment, now: int
    ) -> Message | Skip:
        if settings.change_failure is None:
            return Skip("datadog-change-failure is empty: there is nothing to change.")
        remediation = without_empty(type=settings.remediation_type, id=settings.remediation_id)
        attributes = without_empty(change_failure=settings.change_failure, remediation=remediation)
        data = {
            "type": "dora_deployment_patch_request",
            "id": settings.deployment_id,
            "attributes": attributes,
        }
        return Message(
            vendor=self.name,
            kind=_PATCH,
            service=deployment.service.name,
            event=Event.UPDATE,
            at=now,
            body={"data": data},
            id=settings.deployment_id,
        )

    def request(self, settings: DatadogSettings, message: Message) -> Request:
        credentials = _headers({"DD-API-KEY": settings.api_key})
        if message.kind == _PATCH:
            credentials |= _headers({"DD-APPLICATION-KEY": settings.app_key})
            path = f"/api/v2/dora/deployments/{quote(message.id, safe='')}"
            url = settings.api_url + path
            return Request("PATCH", url, message.body, credentials=credentials)
        url = f"{settings.api_url}/api/v2/dora/deployment"
        return Request("POST", url, message.body, credentials=credentials)

    def validate(self, message: Message, *, copied: bool) -> None:
        # Only messages from files need the models.
        from .bodies import BODIES  # noqa: PLC0415

        BODIES[message.kind].model_validate(message.body, context=COPIED if copied else None)
        check_id(message.id)
        if message.search is not None:
            raise ValueError("has a search, which Datadog does not need")
        if message.kind == _PATCH and not message.id:
            raise ValueError("has no id")

    def read_id(self, message: Message, body: Any) -> str:
        """Return the ID of `{data: {id, type}}`; the response to a PATCH may be `{data: null}`."""
        data = body.get("data") if isinstance(body, dict) else None
        if message.kind == _PATCH and data is None:
            return message.id
        found = data.get("id") if isinstance(data, dict) else None
        if not isinstance(found, str) or not is_id(found):
            raise ValueError("the answer holds no usable id")
        return found

    def explain(self, settings: DatadogSettings, response: Response) -> Explanation:
        return advice.explain(settings, response)

    def deployment_id(self, settings: DatadogSettings, deployment: Deployment) -> str:
        return settings.deployment_id or make_deployment_id(deployment)

    def rate_limit_wait(self, headers: Mapping[str, str], now: int) -> float | None:
        """Datadog's header contains the seconds until the reset.

        LaunchDarkly's header has almost the same name and contains an epoch.
        """
        seconds = number_header(headers, "X-RateLimit-Reset")
        return None if seconds is None else float(seconds)


def _git(deployment: Deployment) -> dict[str, str] | None:
    """Datadog requires both values of `git`, or no `git`."""
    facts = deployment.facts
    if not (facts.commit_sha and facts.repository_url):
        return None
    return {"commit_sha": facts.commit_sha, "repository_url": facts.repository_url}


def _custom_tags(deployment: Deployment) -> list[str]:
    """Return all of the user's tags, and as many of GitHub's as still fit."""
    tags = [*deployment.facts.tags, *deployment.facts.metadata.items()]
    return [f"{key}:{value}" for key, value in tags][:MOST_TAGS]


def _headers(keys: Mapping[str, SecretStr | None]) -> dict[str, str]:
    return {name: key.get_secret_value() for name, key in keys.items() if key}
