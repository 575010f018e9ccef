"""A server on loopback with both vendors' APIs and the part of GitHub's API that the action uses.

It enforces every published rule, has state, and can misbehave as vendors and networks do:

    with Sandbox() as sandbox:
        sandbox.fail("datadog", 503, times=2)
        ...
        assert sandbox.deployments("datadog")

Comments name the source of a rule: "spec" is the vendor's OpenAPI document or official client,
"documented" is the vendor's prose, "inferred" is our assumption.
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
