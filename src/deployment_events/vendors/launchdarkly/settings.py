"""The `launchdarkly-…` inputs, and the rules across them."""

from collections.abc import Collection, Iterator
from typing import Annotated
from urllib.parse import urlsplit

from ...deployment import Event, Tag
from ...errors import Problem
from ...values.rules import JsonObject, Secret, one_of, server_url
from ...values.single_line import Identifier, SingleLine
from ..settings import Settings
from ..shared import DeploymentId, version_is_needed
from .json_patch import Patch

_DEFAULT_URL = "https://app.launchdarkly.com"

_UNAVAILABLE = {
    "app.launchdarkly.us": (
        "LaunchDarkly documents that engineering insights is not available in its federal "
        "instance, `app.launchdarkly.us`: expect it to reject the events."
    ),
    "app.eu.launchdarkly.com": (
        "LaunchDarkly's documentation contradicts itself about engineering insights in its EU "
        "instance, `app.eu.launchdarkly.com`: ask LaunchDarkly if it rejects the events."
    ),
}
"""Warnings by host. See docs/vendors.md#launchdarkly-availability."""


class LaunchDarklySettings(Settings):
    """The `launchdarkly-…` inputs."""

    key_field = "access_token"
    update_field = "patch"
    update_only = frozenset({"patch", "deployment_id"})
    shown_defaults = frozenset({"project_key", "base_url"})
    service_keys = {
        "application-key": "application_key",
        "application-name": "application_name",
        "application-kind": "application_kind",
        "version-name": "version_name",
        "launchdarkly-deployment-id": "deployment_id",
    }

    access_token: Secret | None = None
    project_key: Identifier = "default"
    environment_key: Identifier = ""
    application_key: Identifier = ""
    application_name: SingleLine = ""
    application_kind: Annotated[str, one_of("server", "browser", "mobile")] = ""
    version_name: SingleLine = ""
    event_metadata: JsonObject = {}
    deployment_metadata: JsonObject = {}
    base_url: Annotated[str, server_url(_DEFAULT_URL)] = _DEFAULT_URL
    deployment_id: DeploymentId = ""
    patch: Patch | None = None

    def problems(
        self, *, environment: str, version: str, tags: tuple[Tag, ...], update: bool
    ) -> Iterator[Problem]:
        token = self.access_token.get_secret_value() if self.access_token else ""
        if token.startswith(("sdk-", "mob-")):
            rule = "must be an API access token, and this is an SDK or mobile key"
            fix = (
                "Create an access token with the Writer role "
                "in LaunchDarkly's Authorization settings."
            )
            yield Problem("launchdarkly-access-token", rule, None, fix)
        selects = update and self.patch and not self.deployment_id
        if selects and not version:
            yield version_is_needed("launchdarkly-deployment-id")
        needs_environment = not update or selects
        if needs_environment and not (self.environment_key or environment):
            rule = "is required by LaunchDarkly"
            fix = "Set it, or `launchdarkly-environment-key`, to the key of the environment."
            yield Problem("environment", rule, None, fix)

    def warnings(self, *, environment: str, events: Collection[Event]) -> Iterator[str]:
        warning = _UNAVAILABLE.get(urlsplit(self.base_url).hostname or "")
        if warning:
            yield warning
