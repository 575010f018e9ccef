"""The `datadog-…` inputs, and the rules across them."""

import re
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from ...deployment import Tag
from ...errors import Problem
from ...values.rules import Boolean, Secret, checked_by, one_of, server_url
from ..base import Settings
from ..shared import DeploymentId
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

MOST_TAGS = 100
"""See docs/vendors.md#datadog-custom-tags."""


def _site(text: str) -> str:
    """Remove what Datadog's pages write before a site: https://, app. or api."""
    return re.sub(r"^(https?://)?((app|api)\.)?", "", text.lower()).rstrip("/")


class DatadogSettings(Settings):
    """The `datadog-…` inputs."""

    key_field = "api_key"
    update_field = "change_failure"
    update_only = frozenset({"app_key", "change_failure", "remediation_type", "remediation_id"})
    service_keys = {"team": "team", "datadog-deployment-id": "deployment_id"}

    api_key: Secret | None = None
    app_key: Secret | None = None
    site: Annotated[str, checked_by(_site)] = "datadoghq.com"
    team: str = ""
    base_url: Annotated[str, server_url("https://api.datadoghq.com")] = ""
    deployment_id: DeploymentId = ""
    change_failure: Boolean | None = None
    remediation_type: Annotated[str, one_of("rollback", "rollforward")] = ""
    remediation_id: DeploymentId = ""

    @property
    def api_url(self) -> str:
        """The URL of the API: `datadog-base-url`, or the site's own host."""
        return self.base_url or f"https://api.{self.site}"

    def problems(
        self, *, environment: str, tags: tuple[Tag, ...], update: bool
    ) -> Iterator[Problem]:
        if not self.base_url and self.site not in SITES:
            fix = (
                "A key must not go to a mistyped host: "
                "for a newer site set datadog-base-url to its API."
            )
            yield Problem("datadog-site", f"must be one of {', '.join(SITES)}", self.site, fix)
        if len(tags) > MOST_TAGS:
            rule = f"must be at most {MOST_TAGS}, and there are {len(tags)}"
            yield Problem("tags", rule, None, "Datadog takes no more: leave some out.")
        if update:
            yield from self._update_problems()
        elif self.deployment_id and not NEW_ID.fullmatch(self.deployment_id):
            rule = "must have 16 to 128 letters, digits, '-', '_', '.' or ':'"
            fix = "Leave it empty to get one made."
            yield Problem("datadog-deployment-id", rule, self.deployment_id, fix)

    def warnings(self) -> Iterator[str]:
        host = urlsplit(self.api_url).hostname or ""
        if host.endswith("ddog-gov.com"):
            yield (
                "Datadog documents DORA metrics as not available on its government sites "
                f"({host}): expect the events to be refused."
            )

    def _update_problems(self) -> Iterator[Problem]:
        if self.change_failure is None:
            if self.remediation_type or self.remediation_id:
                rule = "is needed with a remediation"
                fix = "Set it to true: a remediation repairs a change failure."
                yield Problem("datadog-change-failure", rule, None, fix)
            return
        if self.app_key is None:
            rule = "is needed to change a deployment and is empty"
            fix = (
                "Create an application key with the scope dora_metrics_write "
                "and pass it as a secret."
            )
            yield Problem("datadog-app-key", rule, None, fix)
        if not self.deployment_id:
            rule = "is needed to change a deployment and is empty"
            fix = "Pass the output datadog-deployment-id of the step that reported the deployment."
            yield Problem("datadog-deployment-id", rule, None, fix)
        if self.remediation_type and not self.change_failure:
            rule = "must be true with a remediation"
            fix = "A remediation repairs a change failure: set it to true."
            yield Problem("datadog-change-failure", rule, "false", fix)
        if bool(self.remediation_type) != bool(self.remediation_id):
            missing = "datadog-remediation-type"
            if self.remediation_type:
                missing = "datadog-remediation-id"
            rule = "is empty, and a remediation needs both its type and its id"
            yield Problem(missing, rule, None, "Set both, or neither.")
