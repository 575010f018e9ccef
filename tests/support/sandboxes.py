"""Sandboxes that accept the keys of the tests, and the inputs that lead to them."""

from collections.abc import Iterator
from typing import Any

from sandbox import Sandbox
from support import keys


def make_sandbox(**options: Any) -> Sandbox:
    """Return a sandbox that accepts the keys of the tests."""
    accepted = {
        "launchdarkly_token": keys.LAUNCHDARKLY_TOKEN,
        "datadog_api_key": keys.DATADOG_API_KEY,
        "datadog_app_key": keys.DATADOG_APP_KEY,
        "github_token": keys.GITHUB_TOKEN,
    }
    return Sandbox(**(accepted | options))


def cleared(running: Sandbox) -> Iterator[Sandbox]:
    """Yield the sandbox to one test, cleared before and after; a fixture yields from it."""
    running.reset()
    running.latency = 0
    yield running
    running.reset()


def vendor_inputs(sandbox: Sandbox) -> dict[str, str]:
    """Return the inputs that enable both vendors at a sandbox made by `make_sandbox`."""
    return {
        "launchdarkly-access-token": keys.LAUNCHDARKLY_TOKEN,
        "launchdarkly-base-url": sandbox.launchdarkly_url,
        "datadog-api-key": keys.DATADOG_API_KEY,
        "datadog-base-url": sandbox.datadog_url,
    }
