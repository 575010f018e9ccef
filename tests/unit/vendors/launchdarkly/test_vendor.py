"""The requests to LaunchDarkly, and how its responses are read."""

import pytest
from support.deployments import settings
from support.keys import LAUNCHDARKLY_TOKEN
from support.launchdarkly import LAUNCHDARKLY, PATCH, planned
from support.moments import NOW

from deployment_events.deployment import Event

BETA = {"LD-API-Version": "beta"}


@pytest.mark.parametrize(
    "host",
    [
        "https://app.launchdarkly.com",
        "https://app.launchdarkly.us",
        "https://app.eu.launchdarkly.com",
    ],
)
def test_an_event_is_posted_to_the_instance_with_the_beta_header(host: str) -> None:
    request = LAUNCHDARKLY.request(settings("launchdarkly", base_url=host), planned())
    assert (request.method, request.headers) == ("POST", BETA)
    assert request.url == f"{host}/api/v2/engineering-insights/deployment-events"


def test_the_token_is_sent_without_bearer() -> None:
    request = LAUNCHDARKLY.request(settings("launchdarkly"), planned())
    assert request.credentials == {"Authorization": LAUNCHDARKLY_TOKEN}
    assert LAUNCHDARKLY_TOKEN not in repr(request)


def test_an_update_by_id_is_a_json_patch_with_its_nulls_and_without_others() -> None:
    message = planned(Event.UPDATE, {"patch": PATCH, "deployment_id": "2f5a:1"})
    assert message.body == PATCH
    assert message.search is None
    assert not LAUNCHDARKLY.needs_lookup(message)
    request = LAUNCHDARKLY.request(settings("launchdarkly"), message)
    assert request.method == "PATCH"
    assert request.url.endswith("/api/v2/engineering-insights/deployments/2f5a%3A1")


def test_only_an_update_without_an_id_warns_that_a_replay_may_match_another_deployment() -> None:
    by_version = planned(Event.UPDATE, {"patch": PATCH})
    by_id = planned(Event.UPDATE, {"patch": PATCH, "deployment_id": "2f5a"})
    assert "newer deployment may be changed" in LAUNCHDARKLY.replay_warning(by_version)
    assert LAUNCHDARKLY.replay_warning(by_id) == LAUNCHDARKLY.replay_warning(planned()) == ""


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"X-Ratelimit-Reset": str(NOW + 2500)}, 2.5),
        ({"X-Ratelimit-Auth-Token-Reset": str(NOW + 1000)}, 1.0),
        (
            {"X-Ratelimit-Reset": str(NOW + 1000), "X-Ratelimit-Auth-Token-Reset": str(NOW + 4000)},
            4.0,
        ),
        ({"X-Ratelimit-Reset": str(NOW - 1)}, 0.0),
        ({"X-Ratelimit-Reset": "12"}, 0.0),
        ({"X-Ratelimit-Reset": "x"}, None),
        ({}, None),
    ],
)
def test_the_reset_is_a_time_in_milliseconds(headers: dict[str, str], pause: float | None) -> None:
    assert LAUNCHDARKLY.rate_limit_wait(headers, NOW) == pause


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("https://app.launchdarkly.com", "https://app.launchdarkly.com"),
        ("https://app.eu.launchdarkly.com", "https://app.eu.launchdarkly.com"),
        ("https://proxy.example.com", ""),
    ],
)
def test_deployments_are_shown_by_launchdarkly_s_own_hosts(base_url: str, shown: str) -> None:
    url = LAUNCHDARKLY.deployments_url(settings("launchdarkly", base_url=base_url))
    assert url == shown
