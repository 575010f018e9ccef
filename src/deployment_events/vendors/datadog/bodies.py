"""Datadog's request bodies, which check messages from a file.

See docs/vendors.md#datadog-deployment-attributes.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...values.frozen import Frozen
from ..shared import Name
from .deployment_id import NEW_ID
from .settings import MOST_TAGS


class GitInfo(Frozen):
    """`git` of a deployment: Datadog rejects a short SHA. See docs/vendors.md#datadog-commit."""

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
    """The deployment that remediated a failed one. See docs/vendors.md#datadog-remediation."""

    model_config = ConfigDict(defer_build=True)

    type: Literal["rollback", "rollforward"]
    id: Name | None = None
    version: Name | None = None

    @model_validator(mode="after")
    def _has_one_identity(self) -> Self:
        if bool(self.id) == bool(self.version):
            raise ValueError("has an ID and a version, or neither")
        return self


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
    """PATCH /api/v2/dora/deployments/{id}. See docs/vendors.md#datadog-change-by-id."""

    model_config = ConfigDict(defer_build=True)

    data: PatchData


class PatchByVersionAttributes(PatchAttributes):
    """What a PATCH without an ID may change, and the deployment that it selects."""

    model_config = ConfigDict(defer_build=True)

    service: Name
    env: Name
    version: Name


class PatchByVersionData(Frozen):
    """`data` of the PATCH without an ID."""

    model_config = ConfigDict(defer_build=True)

    type: Literal["dora_deployment_patch_request"] = "dora_deployment_patch_request"
    attributes: PatchByVersionAttributes


class PatchByVersionBody(Frozen):
    """PATCH /api/v2/dora/deployments. See docs/vendors.md#datadog-change-by-version."""

    model_config = ConfigDict(defer_build=True)

    data: PatchByVersionData


BODIES: dict[str, type[BaseModel]] = {
    "deployment": DeploymentBody,
    "deployment-patch": PatchBody,
    "deployment-patch-by-version": PatchByVersionBody,
}
"""By the kind of message."""
