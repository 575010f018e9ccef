"""Models of LaunchDarkly's client, loaded without the package, which takes seconds to import."""

import importlib.util
import sys
from importlib.metadata import distribution
from typing import Any


def launchdarkly_model(module: str, name: str) -> Any:
    """Return one model class of LaunchDarkly's client, from its file."""
    path = distribution("launchdarkly-api").locate_file(f"launchdarkly_api/models/{module}.py")
    spec = importlib.util.spec_from_file_location(f"launchdarkly_model_{module}", str(path))
    assert spec is not None
    assert spec.loader is not None
    loaded = sys.modules[spec.name] = importlib.util.module_from_spec(
        spec
    )  # where pydantic looks for annotations
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)
