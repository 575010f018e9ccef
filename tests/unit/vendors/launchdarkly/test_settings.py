"""The `launchdarkly-…` inputs: the rules across several inputs, and the warnings."""

from typing import Any

import pytest
from support.deployments import settings

from deployment_events.deployment import Event
from deployment_events.vendors.launchdarkly.settings import LaunchDarklySettings

PATCH = '[{"op": "replace", "path": "/status", "value": "failed"}]'


def problems(given: LaunchDarklySettings, **changes: Any) -> list[str]:
    """Return the inputs that have a problem."""
    others = {"environment": "production", "version": "1.4.0", "tags": (), "update": False}
    return [problem.input for problem in given.problems(**(others | changes))]


@pytest.mark.parametrize("key", ["sdk-1234", "mob-1234"])
def test_a_key_of_an_environment_is_not_a_token(key: str) -> None:
    assert problems(settings("launchdarkly", access_token=key)) == ["launchdarkly-access-token"]


@pytest.mark.parametrize("changes", [{"environment_key": "prod"}, {}])
def test_an_event_needs_an_environment(changes: dict[str, str]) -> None:
    wanted = [] if changes else ["environment"]
    assert problems(settings("launchdarkly", **changes), environment="") == wanted


@pytest.mark.parametrize(
    ("changes", "inputs"),
    [
        ({"patch": PATCH}, ["version", "environment"]),
        ({"patch": PATCH, "environment_key": "prod"}, ["version"]),
        ({"patch": PATCH, "deployment_id": "any-id"}, []),
        ({}, []),
    ],
)
def test_a_change_needs_an_id_or_what_selects_the_deployment(
    changes: dict[str, str], inputs: list[str]
) -> None:
    given = settings("launchdarkly", **changes)
    assert problems(given, update=True, environment="", version="") == inputs


@pytest.mark.parametrize(
    ("host", "warning"),
    [
        ("app.launchdarkly.com", ""),
        ("app.launchdarkly.us", "not available in its federal instance"),
        ("app.eu.launchdarkly.com", "contradicts itself"),
        ("launchdarkly.proxy.example", ""),
    ],
)
def test_an_instance_without_engineering_insights_has_a_warning(host: str, warning: str) -> None:
    given = settings("launchdarkly", base_url=f"https://{host}")
    found = list(given.warnings(environment="production", events=[Event.FINISHED]))
    assert len(found) == bool(warning)
    assert warning in " ".join(found)
