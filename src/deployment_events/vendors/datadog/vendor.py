"""Datadog DORA metrics.

[doc] is Datadog's prose, [spec] its OpenAPI document and client, [inferred] what neither says.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import BaseModel

from ...deployment import Deployment, Event
from ...errors import Problem
from ...messages import Message, Request, Skip
from ...values.rules import MOST_TAGS, BaseUrl, Boolean, Secret, one_of, ruled
from ..base import Settings, Vendor
from ..shared import CREATABLE_ID, DeploymentId, is_id, known, number_header
from . import advice as datadog_refusals

SITES = (  # [spec]
    *(
        "datadoghq.com",
        "us3.datadoghq.com",
        "us5.datadoghq.com",
        "datadoghq.eu",
        "ap1.datadoghq.com",
    ),
    *("ap2.datadoghq.com", "uk1.datadoghq.com", "ddog-gov.com", "us2.ddog-gov.com"),
)


def _site(text: str) -> str:
    """Any way a site is written in Datadog's pages: with https://, app. or api. before it."""
    return re.sub(r"^(https?://)?((app|api)\.)?", "", text.lower()).rstrip("/")


class DatadogSettings(Settings):
    """The `datadog-…` inputs."""

    update_only = frozenset({"app_key", "change_failure", "remediation_type", "remediation_id"})

    api_key: Secret | None = None
    app_key: Secret | None = None
    site: Annotated[str, ruled(_site)] = "datadoghq.com"
    team: str = ""
    base_url: BaseUrl = ""
    change_failure: Boolean | None = None
    remediation_type: Annotated[str, one_of("rollback", "rollforward")] = ""
    remediation_id: DeploymentId = ""

    @property
    def host_url(self) -> str:
        """Where the API is: `datadog-base-url`, else the site's own host."""
        return self.base_url or f"https://api.{self.site}"


class Datadog(Vendor[DatadogSettings]):
    """One POST for each finished deployment, under an id of ours."""

    name = "datadog"
    title = "Datadog"
    settings = DatadogSettings
    key_field = "api_key"
    update_field = "change_failure"
    attributes = {"team": "team", "datadog-deployment-id": "deployment_id"}

    @property
    def bodies(self) -> Mapping[str, type[BaseModel]]:
        from .bodies import DeploymentBody, PatchBody  # noqa: PLC0415  only messages from files need checking

        return {"deployment": DeploymentBody, "deployment-patch": PatchBody}

    def check(
        self, settings: DatadogSettings, *, environment: str, update: bool
    ) -> Iterator[Problem]:
        if not settings.base_url and settings.site not in SITES:
            rule = f"must be one of {', '.join(SITES)}"
            fix = "A key must not go to a mistyped host: for a newer site set datadog-base-url to its API."
            yield Problem("datadog-site", rule, settings.site, fix)
        if update:
            yield from _check_update(settings)
        elif settings.deployment_id and not CREATABLE_ID.fullmatch(settings.deployment_id):
            rule = "must have 16 to 128 letters, digits, '-', '_', '.' or ':'"
            yield Problem(
                "datadog-deployment-id",
                rule,
                settings.deployment_id,
                "Leave it empty to get one made.",
            )

    def warn(self, settings: DatadogSettings) -> Iterator[str]:
        host = urlsplit(settings.host_url).hostname or ""
        if host.endswith("ddog-gov.com"):
            yield (
                f"Datadog documents DORA metrics as not available on its government sites ({host}): "
                "expect the events to be refused."
            )

    def known_id(self, settings: DatadogSettings, deployment: Deployment) -> str:
        return settings.deployment_id or deployment.id

    def plan(
        self, settings: DatadogSettings, deployment: Deployment, event: Event, now: int
    ) -> Message | Skip:
        if event is Event.UPDATE:
            return self._plan_update(settings, deployment, now)
        if event is not Event.FINISHED:
            return Skip(_NOT_HEARD[event])
        git = {"commit_sha": deployment.commit_sha, "repository_url": deployment.repository_url}
        attributes = known(
            service=deployment.service,
            started_at=deployment.started_at,
            finished_at=deployment.finished_at,
            id=self.known_id(settings, deployment),
            env=deployment.environment,
            version=deployment.version,
            team=settings.team,
            git=git if all(git.values()) else None,  # [spec] both or neither
            custom_tags=_custom_tags(deployment),
        )
        return Message(
            vendor=self.name,
            kind="deployment",
            service=deployment.service,
            event=event,
            at=deployment.finished_at,
            body={"data": {"attributes": attributes}},
            id=self.known_id(settings, deployment),
        )

    def _plan_update(
        self, settings: DatadogSettings, deployment: Deployment, now: int
    ) -> Message | Skip:
        if settings.change_failure is None:
            return Skip("datadog-change-failure is empty: there is nothing to change.")
        remediation = known(type=settings.remediation_type, id=settings.remediation_id)
        attributes = known(change_failure=settings.change_failure, remediation=remediation)
        data = {
            "type": "dora_deployment_patch_request",
            "id": settings.deployment_id,
            "attributes": attributes,
        }
        return Message(
            vendor=self.name,
            kind="deployment-patch",
            service=deployment.service,
            event=Event.UPDATE,
            at=now,
            body={"data": data},
            id=settings.deployment_id,
        )

    def request(self, settings: DatadogSettings, message: Message) -> Request:
        if message.kind == "deployment-patch":
            return Request(
                "PATCH",
                f"{settings.host_url}/api/v2/dora/deployments/{quote(message.id, safe='')}",
                message.body,
            )
        return Request("POST", f"{settings.host_url}/api/v2/dora/deployment", message.body)

    def keys(self, settings: DatadogSettings, message: Message | None) -> Mapping[str, str]:
        """[spec] Creating takes the API key alone, a PATCH the application key as well."""
        headers = {"DD-API-KEY": settings.api_key} if settings.api_key else {}
        if message is not None and message.kind == "deployment-patch" and settings.app_key:
            headers["DD-APPLICATION-KEY"] = settings.app_key
        return {name: key.get_secret_value() for name, key in headers.items()}

    def identify(self, message: Message, answer: Any) -> str:
        """[spec] `{data: {id, type}}`; a PATCH may answer `{data: null}`."""
        data = answer.get("data") if isinstance(answer, dict) else None
        if message.kind == "deployment-patch" and data is None:
            return message.id
        found = data.get("id") if isinstance(data, dict) else None
        if not isinstance(found, str) or not is_id(found):
            raise ValueError("the answer holds no usable id")
        return found

    def needs_id(self, message: Message) -> bool:
        return message.kind == "deployment-patch" and not message.id

    def words(self, answer: Any) -> tuple[str, str]:
        return datadog_refusals.words(answer)

    def advice(self, settings: DatadogSettings, status: int, attribute: str) -> str:
        return datadog_refusals.advice(settings.site, status, attribute)

    def pause(self, headers: Mapping[str, str], now: int) -> float | None:
        """[doc] Seconds until the reset (LaunchDarkly's header of almost that name is an epoch)."""
        seconds = number_header(headers, "X-RateLimit-Reset")
        return None if seconds is None else float(seconds)


def _check_update(settings: DatadogSettings) -> Iterator[Problem]:
    if settings.change_failure is None:
        if settings.remediation_type or settings.remediation_id:
            rule = "is needed with a remediation"
            yield Problem(
                "datadog-change-failure",
                rule,
                None,
                "Set it to true: a remediation repairs a change failure.",
            )
        return
    if settings.app_key is None:
        fix = "Create an application key with the scope dora_metrics_write and pass it as a secret."
        yield Problem("datadog-app-key", "is needed to change a deployment and is empty", None, fix)
    if not settings.deployment_id:
        fix = "Pass the output datadog-deployment-id of the step that reported the deployment."
        yield Problem(
            "datadog-deployment-id", "is needed to change a deployment and is empty", None, fix
        )
    if settings.remediation_type and not settings.change_failure:
        rule = "must be true with a remediation"
        yield Problem(
            "datadog-change-failure",
            rule,
            "false",
            "A remediation repairs a change failure: set it to true.",
        )
    if bool(settings.remediation_type) != bool(settings.remediation_id):
        missing = (
            "datadog-remediation-id" if settings.remediation_type else "datadog-remediation-type"
        )
        yield Problem(
            missing,
            "is empty, and a remediation needs both its type and its id",
            None,
            "Set both, or neither.",
        )


def _custom_tags(deployment: Deployment) -> list[str]:
    """The user's all; of GitHub's as many as still fit."""
    tags = [*deployment.tags, *deployment.metadata.items()]
    return [f"{key}:{value}" for key, value in tags][:MOST_TAGS]


_NOT_HEARD = {
    Event.STARTED: "Datadog has no event for a start: it gets one event, when the deployment has finished.",
    Event.FAILED: "A failed job is not sent to Datadog: it would count as a deployment.",
    Event.CUSTOM: "Datadog has no custom event for deployments.",
}
