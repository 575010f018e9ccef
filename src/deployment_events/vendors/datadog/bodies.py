"""Datadog's request bodies, as its OpenAPI document and its own client have them [spec]."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ...deployment import Frozen
from ...values.rules import MOST_TAGS
from ..shared import CREATABLE_ID, Name


class GitInfo(Frozen):
    """`git` of a deployment [spec]; a short SHA is refused."""

    model_config = ConfigDict(strict=True, defer_build=True)

    commit_sha: str = Field(pattern=r"^[a-fA-F0-9]{40,}$")
    repository_url: Name


class Attributes(Frozen):
    """`data.attributes` of POST …/dora/deployment [spec]. Times are Unix milliseconds, integers."""

    model_config = ConfigDict(strict=True, defer_build=True)

    service: Name
    started_at: int = Field(gt=0)
    finished_at: int = Field(gt=0)
    id: str | None = Field(default=None, pattern=rf"^{CREATABLE_ID.pattern}$")
    env: Name | None = None
    version: Name | None = None
    team: str | None = None
    git: GitInfo | None = None
    custom_tags: list[Annotated[str, Field(pattern="^[^:]+:.+$")]] | None = Field(
        default=None, max_length=MOST_TAGS
    )


class DeploymentData(Frozen):
    """`data` of the request: it has no `type` [spec]."""

    model_config = ConfigDict(defer_build=True)

    attributes: Attributes


class DeploymentBody(Frozen):
    """POST /api/v2/dora/deployment."""

    model_config = ConfigDict(defer_build=True)

    data: DeploymentData


class Remediation(Frozen):
    """What repaired a failed deployment: another deployment, by id [spec]."""

    model_config = ConfigDict(defer_build=True)

    type: Literal["rollback", "rollforward"]
    id: str = Field(min_length=1)


class PatchAttributes(Frozen):
    """What a PATCH may change [spec]."""

    model_config = ConfigDict(defer_build=True)

    change_failure: bool
    remediation: Remediation | None = None


class PatchData(Frozen):
    """`data` of the PATCH [spec]."""

    model_config = ConfigDict(defer_build=True)

    type: Literal["dora_deployment_patch_request"] = "dora_deployment_patch_request"
    id: str = Field(min_length=1)
    attributes: PatchAttributes


class PatchBody(Frozen):
    """PATCH /api/v2/dora/deployments/{id}."""

    model_config = ConfigDict(defer_build=True)

    data: PatchData
