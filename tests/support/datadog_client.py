"""Datadog's Python client: the only module of the tests that imports it.

Datadog has announced that it renames this API from DORA metrics to Delivery Performance
(`DeliveryPerformanceApi`). When the client does so, the names in this module change, and no test.
"""

from typing import Any

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException
from datadog_api_client.model_utils import ModelNormal, model_to_dict, validate_and_convert_types
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v2.api.dora_metrics_api import DORAMetricsApi as DeploymentsApi
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.model.dora_deployment_patch_by_version_request import (
    DORADeploymentPatchByVersionRequest as PatchByVersionRequest,
)
from datadog_api_client.v2.model.dora_deployment_patch_request import (
    DORADeploymentPatchRequest as PatchRequest,
)
from datadog_api_client.v2.model.dora_deployment_request import (
    DORADeploymentRequest as DeploymentRequest,
)

__all__ = [
    "ApiClient",
    "ApiException",
    "AuthenticationApi",
    "Configuration",
    "DeploymentRequest",
    "DeploymentsApi",
    "KeyManagementApi",
    "PatchByVersionRequest",
    "PatchRequest",
    "as_json",
    "create",
    "patch",
    "patch_by_version",
    "read",
    "read_back",
    "unknown_fields",
]


def read_back(body: Any, kind: Any) -> Any:
    """Return a JSON body as the client's model. Raises an error for a value of another type."""
    return validate_and_convert_types(body, (kind,), ["body"], True, True, Configuration())


def as_json(model: Any) -> Any:
    """Return what the client would send for a model."""
    return model_to_dict(model)


def unknown_fields(model: Any) -> list[str]:
    """Return the fields that the client's models do not have, and would send nevertheless."""
    if not isinstance(model, ModelNormal):
        return []
    store: dict[str, Any] = getattr(model, "_data_store", {})
    return [
        *(store.keys() - model.attribute_map.keys()),
        *(name for one in store.values() for name in unknown_fields(one)),
    ]


def create(api: DeploymentsApi, body: DeploymentRequest) -> Any:
    """Report a deployment."""
    return api.create_dora_deployment(body)


def read(api: DeploymentsApi, id_: str) -> Any:
    """Read a deployment."""
    return api.get_dora_deployment(id_)


def patch(api: DeploymentsApi, id_: str, body: PatchRequest) -> Any:
    """Change the deployment with an ID."""
    return api.patch_dora_deployment(id_, body)


def patch_by_version(api: DeploymentsApi, body: PatchByVersionRequest) -> Any:
    """Change the deployment that service, environment and version select."""
    return api.patch_dora_deployment_by_version(body)
