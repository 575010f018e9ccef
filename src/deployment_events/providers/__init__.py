"""The vendors. A new one is a file in this folder and a line here."""

from typing import Any

from .base import Provider
from .datadog import Datadog
from .launchdarkly import LaunchDarkly

PROVIDERS: dict[str, Provider[Any]] = {provider.name: provider for provider in (LaunchDarkly(), Datadog())}
"""By name, in the order in which people see them."""
