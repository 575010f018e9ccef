"""The exact requests that the action sends to the vendors' real host names over TLS."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from support.keys import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN
from support.sandboxes import make_sandbox

from emulator import Job
from sandbox import Proxy, Sandbox

SHA = "9f2c1d7be04a5c38d16e72f0ab94c5d83e6017af"


@pytest.fixture
def tls() -> Iterator[Sandbox]:
    with make_sandbox(tls=True) as running:
        yield running


def address(url: str) -> tuple[str, int]:
    return "127.0.0.1", urlsplit(url).port or 443


def test_the_real_hosts_receive_the_documented_bodies(tls: Sandbox) -> None:
    routes = {
        "app.launchdarkly.com:443": address(tls.launchdarkly_url),
        "api.datadoghq.com:443": address(tls.datadog_url),
    }
    with Proxy(routes=routes) as proxy, Job() as job:
        step = job.uses(
            with_={
                "event": "finished",
                "environment": "production",
                "started-at": "1777887000",
                "finished-at": "1777887200",
                "version": "release/1.2",
                "tags": "team:web\nteam:api",
                "github-metadata": "false",
                "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
                "launchdarkly-event-metadata": '{"ticket": "OPS-12"}',
                "datadog-api-key": DATADOG_API_KEY,
                "datadog-team": "web",
            },
            env={"HTTPS_PROXY": proxy.url, "REQUESTS_CA_BUNDLE": str(tls.ca_file)},
        )
    assert step.exit_code == 0
    assert set(proxy.tunnels) == set(routes)
    event, listing = tls.requests("launchdarkly")
    assert (event.method, event.path) == ("POST", "/api/v2/engineering-insights/deployment-events")
    assert event.headers["authorization"] == LAUNCHDARKLY_TOKEN
    assert event.headers["ld-api-version"] == "beta"
    assert event.headers["content-type"] == "application/json"
    assert event.body == {
        "projectKey": "default",
        "environmentKey": "production",
        "applicationKey": "octo-repo",
        "version": "release-1.2",
        "versionName": "release/1.2",
        "eventType": "finished",
        "eventTime": 1777887200000,
        "eventMetadata": {"ticket": "OPS-12"},
        "deploymentMetadata": {"team": "api"},
    }
    assert (listing.method, listing.path) == ("GET", "/api/v2/engineering-insights/deployments")
    [deployment] = tls.requests("datadog")
    assert (deployment.method, deployment.path) == ("POST", "/api/v2/dora/deployment")
    assert deployment.headers["dd-api-key"] == DATADOG_API_KEY
    assert deployment.body == {
        "data": {
            "attributes": {
                "service": "octo-repo",
                "env": "production",
                "id": step.outputs["datadog-deployment-id"],
                "started_at": 1777887000000,
                "finished_at": 1777887200000,
                "version": "release/1.2",
                "team": "web",
                "git": {
                    "commit_sha": SHA,
                    "repository_url": "https://github.com/octo-org/octo-repo",
                },
                "custom_tags": ["team:web", "team:api"],
            }
        }
    }
