"""The request that verifies LaunchDarkly's token, project and environment."""

from typing import Any

import pytest
from support.deployments import settings
from support.keys import LAUNCHDARKLY_TOKEN

from deployment_events.vendors.launchdarkly.checks import make_checks


def test_one_deployment_of_the_project_and_environment_is_listed() -> None:
    [check] = make_checks(settings("launchdarkly", project_key="shop & co"), "production")
    assert check.request.method == "GET"
    assert check.request.url == (
        "https://app.launchdarkly.com/api/v2/engineering-insights/deployments"
        "?projectKey=shop+%26+co&environmentKey=production&limit=1"
    )
    assert check.request.headers == {"LD-API-Version": "beta"}
    assert check.request.credentials == {"Authorization": LAUNCHDARKLY_TOKEN}
    assert check.not_verified == "the permission to write"


def test_the_environment_key_takes_precedence() -> None:
    [check] = make_checks(settings("launchdarkly", environment_key="prod"), "production")
    assert "the environment 'prod'" in check.subject
    assert "environmentKey=prod&" in check.request.url


@pytest.mark.parametrize(
    ("body", "valid"),
    [({"items": []}, True), *((body, None) for body in ({}, {"items": None}, [], None, "x"))],
)
def test_only_a_list_is_valid(body: Any, valid: bool | None) -> None:
    assert make_checks(settings("launchdarkly"), "production")[0].read(body) is valid
