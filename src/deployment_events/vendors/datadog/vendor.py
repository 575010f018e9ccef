"""Datadog DORA metrics: one POST for each finished deployment, one PATCH for each change.

A PATCH selects the deployment by its ID, or by service, environment and version.

The rules and their sources are in docs/vendors.md.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ...deployment import Deployment, Event
from ...messages import Message, Request, Response
from ..base import Check, Explanation, Skip, Vendor
from ..shared import COPIED, REPLAY_MAY_MATCH_ANOTHER, check_id, is_id, number_header, without_empty
from . import advice
from .checks import make_checks
from .credentials import api_key_header, both_key_headers
from .deployment_id import make_deployment_id
from .settings import MOST_TAGS, DatadogSettings

# See docs/vendors.md#datadog-deployment-frequency.
_NOT_SENT = {
    Event.STARTED: (
        "Datadog has no `started` event: it receives one event after the deployment has finished."
    ),
    Event.FAILED: "A failed job is not sent to Datadog, which would count it as a deployment.",
    Event.CUSTOM: "Datadog has no custom events.",
}
_NOT_SELECTED = (
    "Nothing is sent to Datadog: without `datadog-deployment-id`, `environment` and `version` "
    "select the deployment, and at least one of them is unknown."
)
_DEPLOYMENT = "deployment"
_PATCH = "deployment-patch"
_PATCH_BY_VERSION = "deployment-patch-by-version"
_SELECTION = ("service", "env", "version")
"""The attributes that select a deployment without its ID."""


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
            kind=_DEPLOYMENT,
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
            return Skip("`datadog-change-failure` is empty: Datadog's deployment is not changed.")
        selection: dict[str, str] = {}
        if not settings.deployment_id:
            if not (deployment.facts.environment and deployment.version):
                return Skip(_NOT_SELECTED, by_design=False)
            selection = {
                "service": deployment.service.name,
                "env": deployment.facts.environment,
                "version": deployment.version,
            }
        remediation = without_empty(
            type=settings.remediation_type,
            id=settings.remediation_id,
            version=settings.remediation_version,
        )
        attributes = without_empty(change_failure=settings.change_failure, remediation=remediation)
        data = without_empty(
            type="dora_deployment_patch_request",
            id=settings.deployment_id,
            attributes={**selection, **attributes},
        )
        return Message(
            vendor=self.name,
            kind=_PATCH_BY_VERSION if selection else _PATCH,
            service=deployment.service.name,
            event=Event.UPDATE,
            at=now,
            body={"data": data},
            id=settings.deployment_id,
        )

    def request(self, settings: DatadogSettings, message: Message) -> Request:
        if message.kind == _DEPLOYMENT:
            url = f"{settings.api_url}/api/v2/dora/deployment"
            return Request("POST", url, message.body, credentials=api_key_header(settings))
        url = f"{settings.api_url}/api/v2/dora/deployments"
        if message.kind == _PATCH:
            url = f"{url}/{quote(message.id, safe='')}"
        return Request("PATCH", url, message.body, credentials=both_key_headers(settings))

    def validate(self, message: Message, *, copied: bool) -> None:
        # Only messages from files need the models: defining them takes about 6 ms.
        from .bodies import BODIES  # noqa: PLC0415

        BODIES[message.kind].model_validate(message.body, context=COPIED if copied else None)
        check_id(message.id)
        if message.search is not None:
            raise ValueError("has a search, which Datadog does not need")
        if message.kind == _PATCH and not message.id:
            raise ValueError("has no ID")

    def read_id(self, message: Message, body: Any) -> str:
        """Return the ID of `{data: {id, type}}`; the response to a PATCH may be `{data: null}`.

        See docs/vendors.md#datadog-deployment.
        """
        data = body.get("data") if isinstance(body, dict) else None
        if message.kind != _DEPLOYMENT and data is None:
            return message.id
        found = data.get("id") if isinstance(data, dict) else None
        if not isinstance(found, str) or not is_id(found):
            raise ValueError("its response has no usable ID")
        return found

    def explain(
        self, settings: DatadogSettings, request: Request, response: Response
    ) -> Explanation:
        return advice.explain(settings, request, response)

    def deployment_id(self, settings: DatadogSettings, deployment: Deployment) -> str:
        return settings.deployment_id or make_deployment_id(deployment)

    def deployment_key(self, message: Message) -> str:
        if message.kind != _PATCH_BY_VERSION:
            return super().deployment_key(message)
        attributes = message.body["data"]["attributes"]
        return json.dumps([attributes[name] for name in _SELECTION])

    def deployments_url(self, settings: DatadogSettings) -> str:
        """See docs/vendors.md#datadog-sites."""
        if settings.base_url:
            return ""
        return f"https://{settings.app_host}/ci/dora?detail=deployments"

    def checks(self, settings: DatadogSettings, environment: str) -> Sequence[Check]:
        return make_checks(settings)

    def replay_warning(self, message: Message) -> str:
        return REPLAY_MAY_MATCH_ANOTHER if message.kind == _PATCH_BY_VERSION else ""

    def rate_limit_wait(self, headers: Mapping[str, str], now: int) -> float | None:
        """The header contains the seconds until the reset.

        See docs/vendors.md#datadog-rate-limits.
        """
        seconds = number_header(headers, "X-RateLimit-Reset")
        return None if seconds is None else float(seconds)


def _git(deployment: Deployment) -> dict[str, str] | None:
    """Datadog requires both values, or no `git`. See docs/vendors.md#datadog-commit."""
    facts = deployment.facts
    if not (facts.commit_sha and facts.repository_url):
        return None
    return {"commit_sha": facts.commit_sha, "repository_url": facts.repository_url}


def _custom_tags(deployment: Deployment) -> list[str]:
    """Return all of the user's tags, and as many of GitHub's as still fit."""
    tags = [*deployment.facts.tags, *deployment.facts.metadata.items()]
    return [f"{key}:{value}" for key, value in tags][:MOST_TAGS]
