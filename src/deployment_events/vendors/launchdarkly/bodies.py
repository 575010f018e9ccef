"""LaunchDarkly's request bodies, as its OpenAPI document and its own client have them [spec]."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, RootModel

from ...deployment import Frozen
from ..shared import Name
from .json_patch import Operation


class DeploymentEventBody(Frozen):
    """POST …/deployment-events [spec]. An unknown field would be ignored silently: none may pass."""

    model_config = ConfigDict(strict=True, defer_build=True)

    projectKey: Name  # noqa: N815  (the vendor's names)
    environmentKey: Name  # noqa: N815
    applicationKey: Name  # noqa: N815
    applicationName: str | None = None  # noqa: N815
    applicationKind: Literal["server", "browser", "mobile"] = "server"  # noqa: N815
    version: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    versionName: str | None = None  # noqa: N815
    eventType: Literal["started", "finished", "failed", "custom"]  # noqa: N815
    eventTime: int = Field(gt=0)  # noqa: N815
    """Unix milliseconds."""
    eventMetadata: dict[str, Any] | None = None  # noqa: N815
    deploymentMetadata: dict[str, Any] | None = None  # noqa: N815


class PatchBody(RootModel[list[Operation]]):
    """PATCH …/deployments/{id}: a JSON Patch [spec]."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Search(Frozen):
    """Which deployment is looked for: the newest of this version, started at `since` (Unix ms) or later."""

    model_config = ConfigDict(strict=True, defer_build=True)

    projectKey: str  # noqa: N815  (the vendor's names)
    environmentKey: str  # noqa: N815
    applicationKey: str  # noqa: N815
    version: str
    since: int
