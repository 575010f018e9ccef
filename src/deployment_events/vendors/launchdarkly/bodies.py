"""LaunchDarkly's request bodies, which check messages from a file.

See docs/vendors.md#launchdarkly-event-fields.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from ...values.frozen import Frozen
from ..shared import Name
from .json_patch import Operation
from .plan import EVENT, PATCH


class DeploymentEventBody(Frozen):
    """POST …/deployment-events.

    LaunchDarkly ignores an unknown field silently, so none is allowed.
    """

    model_config = ConfigDict(strict=True, defer_build=True)

    projectKey: Name  # noqa: N815  (the vendor's names)
    environmentKey: Name  # noqa: N815
    applicationKey: Name  # noqa: N815
    applicationName: str | None = None  # noqa: N815
    applicationKind: Literal["server", "browser", "mobile"] | None = None  # noqa: N815
    version: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    versionName: str | None = None  # noqa: N815
    eventType: Literal["started", "finished", "failed", "custom"]  # noqa: N815
    eventTime: int = Field(gt=0)  # noqa: N815
    """Unix milliseconds. See docs/vendors.md#launchdarkly-event-time."""
    eventMetadata: dict[str, Any] | None = None  # noqa: N815
    deploymentMetadata: dict[str, Any] | None = None  # noqa: N815


class PatchBody(RootModel[list[Operation]]):
    """PATCH …/deployments/{id}: a JSON Patch."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Search(Frozen):
    """The deployment to look up: the latest of this version that started at or after `since`.

    `since` is Unix milliseconds.
    """

    model_config = ConfigDict(strict=True, defer_build=True)

    projectKey: str  # noqa: N815  (the vendor's names)
    environmentKey: str  # noqa: N815
    applicationKey: str  # noqa: N815
    version: str
    since: int


BODIES: dict[str, type[BaseModel]] = {
    EVENT: DeploymentEventBody,
    PATCH: PatchBody,
}
"""By the kind of message."""
