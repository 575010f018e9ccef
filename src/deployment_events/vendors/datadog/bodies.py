"""Datadog's request bodies, which check messages from a file.

See docs/vendors.md#datadog-deployment-attributes.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...deployment import Frozen
from ..shared import Name
from .deployment_id import NEW_ID
from .settings import MOST_TAGS


class GitInfo(Frozen):
    """`git` of a deployment: Datadog rejects a short SHA."""

    model_config = ConfigDict(strict=True, defer_build=True)

    commit_sha: str = Field(pattern=r"^[a-fA-F0-9]{40,}$")
    repository_url: Name


class Attributes(Frozen):
    """`data.attributes` of POST …/dora/deployment. Times are Unix milliseconds, integers."""

    model_config = ConfigDict(strict=True, defer_build=True)

    service: Name
    started_at: int = Field(gt=0)
    finished_at: int = Field(gt=0)
    id: str | None = Field(default=None, pattern=rf"^{NEW_ID.pattern}$")
    env: Name | None = None
    version: Name | None = None
    team: str | None = None
    git: GitInfo | None = None
    custom_tags: list[Annotated[str, Field(pattern="^[^:]+:.+$")]] | None = Field(
        default=None, max_length=MOST_TAGS
    )


class DeploymentData(Frozen):
    """`data` of the request: it has no `type`."""

    model_config = ConfigDict(defer_build=True)

    attributes: Attributes


class DeploymentBody(Frozen):
    """POST /api/v2/dora/deployment."""

    model_config = ConfigDict(defer_build=True)

    data: DeploymentData


class Remediation(Frozen):
    """The deployment that remediated a failed one."""

    model_config = ConfigDict(defer_build=True)

    type: Literal["rollback", "rollforward"]
    id: str = Field(min_length=1)


class PatchAttributes(Frozen):
    """What a PATCH may change."""

    model_config = ConfigDict(defer_build=True)

    change_failure: bool
    remediation: Remediation | None = None


class PatchData(Frozen):
    """`data` of the PATCH."""

    model_config = ConfigDict(defer_build=True)

    type: Literal["dora_deployment_patch_request"] = "dora_deployment_patch_request"
    id: str = Field(min_length=1)
    attributes: PatchAttributes


class PatchBody(Frozen):
    """PATCH /api/v2/dora/deployments/{id}."""

    model_config = ConfigDict(defer_build=True)

    data: PatchData


BODIES: dict[str, type[BaseModel]] = {"deployment": DeploymentBody, "deployment-patch": PatchBody}
"""By the kind of message."""
