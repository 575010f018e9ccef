"""The exact requests that the action sends to the vendors' real host names over TLS."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.github import SHA
from support.keys import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN
from support.quick import quick_step
from support.sandboxes import make_sandbox

from sandbox import Proxy, Sandbox


@pytest.fixture
def tls() -> Iterator[Sandbox]:
    with make_sandbox(tls=True) as running:
        yield running


def address(url: str) -> tuple[str, int]:
    return "127.0.0.1", urlsplit(url).port or 443


def test_the_real_hosts_receive_the_documented_bodies(tmp_path: Path, tls: Sandbox) -> None:
    routes = {
        "app.launchdarkly.com:443": address(tls.launchdarkly_url),
        "api.datadoghq.com:443": address(tls.datadog_url),
    }
    with Proxy(routes=routes) as proxy:
        ended = quick_step(
            tmp_path,
            env={"HTTPS_PROXY": proxy.url, "REQUESTS_CA_BUNDLE": str(tls.ca_file)},
            event="finished",
            started_at="1777887000",
            finished_at="1777887200",
            version="release/1.2",
            tags="team:web\nteam:api",
            github_metadata="false",
            launchdarkly_access_token=LAUNCHDARKLY_TOKEN,
            launchdarkly_event_metadata='{"ticket": "OPS-12"}',
            datadog_api_key=DATADOG_API_KEY,
            datadog_team="web",
        ).main()
    assert ended.code == 0
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
                "id": ended.outputs["datadog-deployment-id"],
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
