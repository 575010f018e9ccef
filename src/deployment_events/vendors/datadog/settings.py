"""The `datadog-…` inputs, and the rules across them."""

import re
from collections.abc import Collection, Iterator
from typing import Annotated
from urllib.parse import urlsplit

from ...deployment import Event, Tag
from ...errors import Problem
from ...values.rules import Boolean, Secret, checked_by, one_of, server_url
from ...values.single_line import Identifier, single_line
from ..settings import Settings
from ..shared import DeploymentId, host_of, version_is_needed
from .deployment_id import NEW_ID

SITES = (
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "datadoghq.eu",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "ddog-gov.com",
    "us2.ddog-gov.com",
)
"""See docs/vendors.md#datadog-sites."""

_GOVERNMENT_HOSTS = frozenset({"api.ddog-gov.com", "api.us2.ddog-gov.com"})
"""The hosts of the sites without DORA metrics. See docs/vendors.md#datadog-availability."""

MOST_TAGS = 100
"""See docs/vendors.md#datadog-custom-tags."""


def _site(text: str) -> str:
    """Remove what Datadog's pages write before a site: https://, app. or api."""
    text = single_line(text)
    return re.sub(r"^(https?://)?((app|api)\.)?", "", text.lower()).rstrip("/")


class DatadogSettings(Settings):
    """The `datadog-…` inputs."""

    key_field = "api_key"
    update_field = "change_failure"
    update_only = frozenset(
        {"app_key", "change_failure", "remediation_type", "remediation_id", "remediation_version"}
    )
    shown_defaults = frozenset({"site"})
    service_keys = {"team": "team", "datadog-deployment-id": "deployment_id"}

    api_key: Secret | None = None
    app_key: Secret | None = None
    site: Annotated[str, checked_by(_site)] = "datadoghq.com"
    team: Identifier = ""
    base_url: Annotated[str, server_url("https://api.datadoghq.com")] = ""
    deployment_id: DeploymentId = ""
    change_failure: Boolean | None = None
    remediation_type: Annotated[str, one_of("rollback", "rollforward")] = ""
    remediation_id: DeploymentId = ""
    remediation_version: Identifier = ""

    @property
    def api_url(self) -> str:
        """The URL of the API: `datadog-base-url`, or the host of the site."""
        return self.base_url or f"https://api.{self.site}"

    @property
    def app_host(self) -> str:
        """The host that people use: `app.<site>`, or the site itself if it is a subdomain.

        See docs/vendors.md#datadog-sites.
        """
        return self.site if self.site.count(".") > 1 else f"app.{self.site}"

    @property
    def site_or_host(self) -> str:
        """The site, or the host of `datadog-base-url`, which takes precedence."""
        return host_of(self.base_url) if self.base_url else self.site

    @property
    def site_input(self) -> str:
        """The input that this site or host comes from."""
        return "datadog-base-url" if self.base_url else "datadog-site"

    def problems(
        self, *, environment: str, version: str, tags: tuple[Tag, ...], update: bool
    ) -> Iterator[Problem]:
        if not self.base_url and self.site not in SITES:
            fix = (
                "Unknown sites are rejected, so that no key is sent to a wrong host. For a newer "
                "site, set `datadog-base-url` to its API."
            )
            yield Problem("datadog-site", f"must be one of {', '.join(SITES)}", self.site, fix)
        if len(tags) > MOST_TAGS:
            rule = f"must be at most {MOST_TAGS}, and there are {len(tags)}"
            yield Problem("tags", rule, None, "Remove some: this is Datadog's limit.")
        if update:
            yield from self._update_problems(environment, version)
        elif self.deployment_id and not NEW_ID.fullmatch(self.deployment_id):
            rule = "must have 16 to 128 letters, digits, '-', '_', '.' or ':'"
            fix = "Leave it empty to generate one."
            yield Problem("datadog-deployment-id", rule, self.deployment_id, fix)

    def warnings(self, *, environment: str, events: Collection[Event]) -> Iterator[str]:
        if not environment and Event.FINISHED in events:
            yield (
                "`environment` is empty, so Datadog receives the deployment without `env`: set "
                "`environment` to compare deployments of one environment."
            )
        host = urlsplit(self.api_url).hostname
        if host in _GOVERNMENT_HOSTS:
            yield (
                "Datadog documents that DORA metrics is not available on its government sites: "
                f"expect `{host}` to reject the events."
            )

    def _update_problems(self, environment: str, version: str) -> Iterator[Problem]:
        remediates = self.remediation_type or self.remediation_id or self.remediation_version
        if self.change_failure is None and not remediates:
            return
        if remediates and not self.change_failure:
            rule = "must be true with a remediation"
            given = None if self.change_failure is None else "false"
            fix = "A remediation repairs a change failure: set `datadog-change-failure` to true."
            yield Problem("datadog-change-failure", rule, given, fix)
        if self.app_key is None:
            rule = "must be set to change a deployment"
            fix = (
                "Create an application key with the scope `dora_metrics_write`, and pass it as a "
                "secret."
            )
            yield Problem("datadog-app-key", rule, None, fix)
        if not self.deployment_id:
            yield from self._selection_problems(environment, version)
        yield from self._remediation_problems()

    def _selection_problems(self, environment: str, version: str) -> Iterator[Problem]:
        """See docs/vendors.md#datadog-change-by-version."""
        if not environment:
            rule = "must be set to change a deployment without `datadog-deployment-id`"
            fix = "Set it to the environment that was reported."
            yield Problem("environment", rule, None, fix)
        if not version:
            yield version_is_needed("datadog-deployment-id")

    def _remediation_problems(self) -> Iterator[Problem]:
        """See docs/vendors.md#datadog-remediation."""
        if self.remediation_id and self.remediation_version:
            rule = "must be empty if `datadog-remediation-id` is set"
            fix = "Name the deployment that fixed the failure by its ID or by its version."
            yield Problem("datadog-remediation-version", rule, self.remediation_version, fix)
        named = bool(self.remediation_id or self.remediation_version)
        if named and not self.remediation_type:
            rule = "must be set with a remediation"
            fix = "Set it to `rollback` or `rollforward`."
            yield Problem("datadog-remediation-type", rule, None, fix)
        if self.remediation_type and not named:
            rule = "or `datadog-remediation-version` must be set with `datadog-remediation-type`"
            fix = "Name the deployment that fixed the failure by its ID or by its version."
            yield Problem("datadog-remediation-id", rule, None, fix)
