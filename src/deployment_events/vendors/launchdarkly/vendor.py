"""LaunchDarkly engineering insights: one POST for each event, one PATCH for each change.

The rules and their sources are in docs/vendors.md.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ...deployment import Deployment, Event
from ...messages import Message, Request, Response
from ..base import Check, Explanation, Lookup, Skip, Vendor
from ..shared import COPIED, REPLAY_MAY_MATCH_ANOTHER, check_id, host_of, number_header
from . import advice
from .api import API, HEADERS, credentials
from .checks import make_checks
from .json_patch import unapplied_status
from .plan import PATCH, allowed_version, plan_event, plan_update
from .search import DeploymentSearch
from .settings import LaunchDarklySettings

_IDENTITY = ("projectKey", "environmentKey", "applicationKey", "version")
_HOSTS = {"app.launchdarkly.com", "app.eu.launchdarkly.com", "app.launchdarkly.us"}
"""See docs/vendors.md#launchdarkly-availability."""


class LaunchDarkly(Vendor[LaunchDarklySettings]):
    """Reports every event; the deployment's ID is looked up in the list of deployments."""

    name = "launchdarkly"
    title = "LaunchDarkly"
    settings = LaunchDarklySettings

    def plan(
        self, settings: LaunchDarklySettings, deployment: Deployment, event: Event, now: int
    ) -> Message | Skip:
        if event is Event.UPDATE:
            return plan_update(settings, deployment, now)
        return plan_event(settings, deployment, event)

    def request(self, settings: LaunchDarklySettings, message: Message) -> Request:
        api_url = settings.base_url + API
        keys = credentials(settings)
        if message.kind == PATCH:
            url = f"{api_url}/deployments/{quote(message.id, safe='')}"
            return Request("PATCH", url, message.body, HEADERS, keys)
        return Request("POST", f"{api_url}/deployment-events", message.body, HEADERS, keys)

    def validate(self, message: Message, *, copied: bool) -> None:
        # Only messages from files need the models: defining them takes about 30 ms.
        from .bodies import BODIES, Search  # noqa: PLC0415

        BODIES[message.kind].model_validate(message.body, context=COPIED if copied else None)
        if message.search is not None:
            Search.model_validate(message.search)
        check_id(message.id)
        if self.needs_lookup(message) and not message.search:
            raise ValueError("has no ID")

    def read_id(self, message: Message, body: Any) -> str:
        """Return the message's ID: the response to an event has no body.

        See docs/vendors.md#launchdarkly-deployment-event.
        """
        return message.id

    def explain(
        self, settings: LaunchDarklySettings, request: Request, response: Response
    ) -> Explanation:
        return advice.explain(settings, request, response)

    def deployments_url(self, settings: LaunchDarklySettings) -> str:
        """LaunchDarkly documents no URL of its deployments, so this is the application's."""
        return settings.base_url if host_of(settings.base_url) in _HOSTS else ""

    def checks(self, settings: LaunchDarklySettings, environment: str) -> Sequence[Check]:
        return make_checks(settings, environment)

    def response_note(self, message: Message, body: Any) -> str:
        """See docs/vendors.md#launchdarkly-ignored-fields."""
        return unapplied_status(message.body, body) if message.kind == PATCH else ""

    def replay_warning(self, message: Message) -> str:
        return REPLAY_MAY_MATCH_ANOTHER if self.needs_lookup(message) else ""

    def note(self, settings: LaunchDarklySettings, deployment: Deployment) -> str:
        version = allowed_version(deployment.version)
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
        if message.kind != PATCH:
            place = message.body
        if place is None:
            return message.id
        return json.dumps([place[name] for name in _IDENTITY])

    def lookup(self, settings: LaunchDarklySettings, messages: Mapping[int, Message]) -> Lookup:
        searches = {key: message.search for key, message in messages.items() if message.search}
        return DeploymentSearch(settings.base_url, credentials(settings), searches)

    def needs_lookup(self, message: Message) -> bool:
        return message.kind == PATCH and not message.id

    def rate_limit_wait(self, headers: Mapping[str, str], now: int) -> float | None:
        """The headers contain the time of the reset, in Unix milliseconds.

        See docs/vendors.md#launchdarkly-rate-limits.
        """
        names = ("X-Ratelimit-Reset", "X-Ratelimit-Auth-Token-Reset")
        resets = [number_header(headers, name) for name in names]
        latest = max((reset for reset in resets if reset is not None), default=None)
        return None if latest is None else max(0.0, (latest - now) / 1000)
