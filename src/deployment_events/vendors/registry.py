"""The vendors. A new one is a file in this folder and a line here."""

from typing import Any

from .base import Vendor
from .datadog.vendor import Datadog
from .launchdarkly.vendor import LaunchDarkly

VENDORS: dict[str, Vendor[Any]] = {
    provider.name: provider for provider in (LaunchDarkly(), Datadog())
}
"""By name, in the order in which people see them."""
