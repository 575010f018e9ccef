"""LaunchDarkly's Python client: the only module of the tests that imports it.

Its packages import everything that they contain, which takes seconds, so their code is not run.
"""

import re
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

__all__ = [
    "ApiClient",
    "Configuration",
    "DeploymentsApi",
    "PatchOperation",
    "PostEvent",
    "exceptions",
]


def _model(name: str) -> Any:
    """Return a class of the package with the models."""
    if not name[0].isupper():
        raise AttributeError(name)
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return getattr(import_module(f"launchdarkly_api.models.{module}"), name)


def _package(name: str) -> Any:
    """Return a package whose code is not run."""
    spec = find_spec(name)
    assert spec is not None
    package: Any = module_from_spec(spec)
    sys.modules[name] = package
    return package


_root = _package("launchdarkly_api")
_root.api = _package("launchdarkly_api.api")
_root.models = _package("launchdarkly_api.models")
_root.models.__getattr__ = _model

exceptions: Any = import_module("launchdarkly_api.exceptions")
ApiClient: Any = import_module("launchdarkly_api.api_client").ApiClient
Configuration: Any = import_module("launchdarkly_api.configuration").Configuration
DeploymentsApi: Any = import_module(
    "launchdarkly_api.api.insights_deployments_beta_api"
).InsightsDeploymentsBetaApi
PatchOperation = _model("PatchOperation")
PostEvent = _model("PostDeploymentEventInput")
