"""What LaunchDarkly receives about each event, and the search for its ID."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.deployments import deployment, settings
from support.launchdarkly import LAUNCHDARKLY, PATCH, planned
from support.moments import EARLIER, NOW

from deployment_events.deployment import Event, StartSource
from deployment_events.vendors.base import Skip

WEEK = 7 * 24 * 3600 * 1000
YEAR = 365 * 24 * 3600 * 1000


def test_no_id_is_searched_if_many_deployments_have_the_version() -> None:
    message = planned(version="main", branches=("main",))
    assert message.search is None
    assert planned(version="1.4.0", branches=("main",)).search is not None
    same = planned(Event.STARTED, version="main", branches=("main",))
    assert LAUNCHDARKLY.deployment_key(message) == LAUNCHDARKLY.deployment_key(same)
    assert LAUNCHDARKLY.deployment_key(message) != LAUNCHDARKLY.deployment_key(planned())


def test_an_update_searches_any_version() -> None:
    message = planned(Event.UPDATE, {"patch": PATCH}, version="main", branches=("main",))
    assert message.search is not None


def test_an_event_is_sent_with_every_field() -> None:
    fields = {
        "project_key": "shop",
        "environment_key": "prod-eu",
        "application_key": "checkout-eu",
        "application_name": "Checkout",
        "application_kind": "browser",
        "version_name": "One point four",
        "event_metadata": {"ticket": "OPS-12"},
        "deployment_metadata": {"a": {"b": [1]}},
    }
    assert planned(fields=fields, tags=(("k", "v"),)).body == {
        "projectKey": "shop",
        "environmentKey": "prod-eu",
        "applicationKey": "checkout-eu",
        "applicationName": "Checkout",
        "applicationKind": "browser",
        "version": "1.4.0",
        "versionName": "One point four",
        "eventType": "finished",
        "eventTime": NOW,
        "eventMetadata": {"ticket": "OPS-12"},
        "deploymentMetadata": {"k": "v", "a": {"b": [1]}},
    }


def test_what_is_not_set_is_left_out_or_the_shared_fact() -> None:
    assert planned().body == {
        "projectKey": "default",
        "environmentKey": "production",
        "applicationKey": "checkout",
        "version": "1.4.0",
        "eventType": "finished",
        "eventTime": NOW,
    }


@pytest.mark.parametrize(
    ("event", "at"),
    [(Event.STARTED, EARLIER), (Event.FINISHED, NOW), (Event.FAILED, NOW), (Event.CUSTOM, NOW)],
)
def test_every_event_has_its_name_and_its_time(event: Event, at: int) -> None:
    message = planned(event)
    assert (message.body["eventType"], message.body["eventTime"], message.at) == (
        event.value,
        at,
        at,
    )
    assert type(message.body["eventTime"]) is int


@pytest.mark.parametrize(
    ("version", "sent"),
    [
        ("1.4.0", "1.4.0"),
        ("v1_4-rc.1", "v1_4-rc.1"),
        ("feature/login", "feature-login"),
        ("1.0+build 7", "1.0-build-7"),
        ("naïve✅", "na-ve-"),
        ("@scope/app@1", "-scope-app-1"),
    ],
)
def test_a_version_has_only_allowed_characters_and_the_original_is_its_name(
    version: str, sent: str
) -> None:
    body = planned(version=version).body
    assert body["version"] == sent
    assert body.get("versionName") == (version if version != sent else None)
    note = LAUNCHDARKLY.note(settings("launchdarkly"), deployment(version=version))
    assert (sent in note) is (version != sent)


def test_a_version_name_of_the_user_is_kept() -> None:
    assert planned(fields={"version_name": "Mine"}, version="a/b").body["versionName"] == "Mine"


@given(st.text(min_size=1))
def test_any_version_can_be_sent(version: str) -> None:
    body = planned(version=version).body
    assert re.fullmatch(r"[A-Za-z0-9._-]+", body["version"])
    assert len(body["version"]) == len(version)
    assert body.get("versionName", body["version"]) == version


def test_metadata_overrides_tags_and_tags_override_the_metadata_of_github() -> None:
    body = planned(
        fields={"deployment_metadata": {"c": 3}},
        metadata={"a": "github", "b": "github", "c": "github"},
        tags=(("b", "first"), ("b", "last"), ("c", "tag")),
    ).body
    assert body["deploymentMetadata"] == {"a": "github", "b": "last", "c": 3}


@pytest.mark.parametrize(
    ("missing", "why"),
    [("version", "neither a version nor a commit"), ("environment", "no environment is known")],
)
def test_an_event_that_launchdarkly_would_reject_is_skipped_with_the_reason(
    missing: str, why: str
) -> None:
    skip = LAUNCHDARKLY.plan(
        settings("launchdarkly"), deployment(**{missing: ""}), Event.FINISHED, NOW
    )
    assert isinstance(skip, Skip)
    assert why in skip.reason


def test_the_environment_key_is_enough_and_takes_precedence() -> None:
    assert planned(fields={"environment_key": "prod"}).body["environmentKey"] == "prod"
    assert (
        planned(fields={"environment_key": "prod"}, environment="").body["environmentKey"] == "prod"
    )


def test_an_update_without_an_id_searches_the_version_over_a_year() -> None:
    message = planned(Event.UPDATE, {"patch": PATCH}, version="a/b")
    assert LAUNCHDARKLY.needs_lookup(message)
    assert message.search == {
        "projectKey": "default",
        "environmentKey": "production",
        "applicationKey": "checkout",
        "version": "a-b",
        "since": NOW - YEAR,
    }


def test_an_update_of_nothing_is_skipped() -> None:
    skip = LAUNCHDARKLY.plan(settings("launchdarkly"), deployment(), Event.UPDATE, NOW)
    assert isinstance(skip, Skip)
    assert "is not changed" in skip.reason


def test_the_id_of_an_event_is_searched_from_its_start() -> None:
    message = planned()
    assert message.search is not None
    assert message.search["since"] == EARLIER
    assert not LAUNCHDARKLY.needs_lookup(message)
    assert LAUNCHDARKLY.deployment_key(message) == LAUNCHDARKLY.deployment_key(
        planned(Event.STARTED)
    )
    assert LAUNCHDARKLY.deployment_key(message) != LAUNCHDARKLY.deployment_key(planned(version="2"))
    assert LAUNCHDARKLY.read_id(message, {"id": "not this"}) == ""
    assert LAUNCHDARKLY.lookup(settings("launchdarkly"), {0: message}) is not None


@pytest.mark.parametrize(
    ("event", "changes", "since"),
    [
        (Event.STARTED, {}, EARLIER),
        (Event.FAILED, {}, EARLIER),
        (Event.FINISHED, {"start_source": StartSource.JOB}, NOW - WEEK),
        (Event.FINISHED, {"start_source": StartSource.FINISH}, NOW - WEEK),
        (Event.CUSTOM, {}, NOW - WEEK),
    ],
)
def test_a_deployment_that_began_elsewhere_is_searched_over_a_week(
    event: Event, changes: dict[str, Any], since: int
) -> None:
    message = planned(event, **changes)
    assert message.search is not None
    assert message.search["since"] == since
