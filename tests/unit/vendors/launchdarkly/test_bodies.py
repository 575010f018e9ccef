"""Which bodies from a file are messages for LaunchDarkly."""

from typing import Any

import pytest
from support.bodies import accepts
from support.moments import NOW

from deployment_events.vendors.launchdarkly.bodies import BODIES, Search

EVENT = {
    "projectKey": "default",
    "environmentKey": "production",
    "applicationKey": "checkout",
    "version": "1.4.0",
    "eventType": "finished",
    "eventTime": NOW,
}


@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({}, True),
        ({"applicationKind": "server", "eventMetadata": {"a": [1]}}, True),
        ({"projectKey": ""}, False),
        ({"version": "a/b"}, False),
        ({"eventType": "succeeded"}, False),
        ({"eventTime": str(NOW)}, False),
        ({"eventTime": 0}, False),
        ({"applicationKind": "desktop"}, False),
        ({"deploymentMetadata": []}, False),
        ({"aplicationName": "misspelled"}, False),
    ],
)
def test_an_event_has_the_fields_that_launchdarkly_documents(
    changes: dict[str, Any], accepted: bool
) -> None:
    assert accepts(BODIES["deployment-event"], EVENT | changes) is accepted


@pytest.mark.parametrize(
    ("patch", "accepted"),
    [
        ([{"op": "replace", "path": "/status", "value": None}], True),
        ([{"op": "move", "path": "/status"}], False),
        ([{"op": "remove"}], False),
        ({}, False),
    ],
)
def test_a_change_is_a_json_patch(patch: Any, accepted: bool) -> None:
    assert accepts(BODIES["deployment-patch"], patch) is accepted


def test_a_search_is_of_one_version_since_a_time() -> None:
    names = ("projectKey", "environmentKey", "applicationKey", "version")
    search = {name: EVENT[name] for name in names}
    assert Search.model_validate({**search, "since": NOW}).since == NOW
    assert not accepts(Search, search)
