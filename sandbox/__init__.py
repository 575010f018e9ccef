"""Both vendors' APIs, and the slice of GitHub's we read, as a real server on loopback.

Strict about every published rule, stateful, and able to misbehave in every way a network can:

    with Sandbox() as sandbox:
        sandbox.fail("datadog", 503, times=2)
        ...
        assert sandbox.deployments("datadog")
"""

from sandbox.faults import FAULTS, Fault
from sandbox.messages import Recorded
from sandbox.proxy import Proxy
from sandbox.service import (
    DATADOG_API_KEY,
    DATADOG_APP_KEY,
    GITHUB_TOKEN,
    LAUNCHDARKLY_TOKEN,
    Sandbox,
)

__all__ = [
    "DATADOG_API_KEY",
    "DATADOG_APP_KEY",
    "FAULTS",
    "GITHUB_TOKEN",
    "LAUNCHDARKLY_TOKEN",
    "Fault",
    "Proxy",
    "Recorded",
    "Sandbox",
]
