"""The vendors. A new one is a folder beside this file and a line here."""

from typing import Any

from .base import Vendor
from .datadog.vendor import Datadog
from .launchdarkly.vendor import LaunchDarkly

VENDORS: dict[str, Vendor[Any]] = {vendor.name: vendor for vendor in (LaunchDarkly(), Datadog())}
"""By name, in the order in which people see them."""
