"""What each vendor receives of each event, and why it receives nothing."""

import pytest
from support.deployments import both, deployments, facts, settings
from support.moments import NOW

from deployment_events.deployment import Event, Service
from deployment_events.messages import Status
from deployment_events.vendors.datadog.deployment_id import make_deployment_id
from deployment_events.vendors.plan import VendorSettings, make_plan, pin_ids


@pytest.mark.parametrize(
    ("event", "launchdarkly", "datadog"),
    [
        (Event.STARTED, "started", False),
        (Event.FINISHED, "finished", True),
        (Event.FAILED, "failed", False),
        (Event.CUSTOM, "custom", False),
    ],
)
def test_each_vendor_receives_the_events_that_it_has(
    event: Event, launchdarkly: str, datadog: bool
) -> None:
    planned = make_plan(deployments(), both(), event, NOW)
    by_vendor = {message.vendor: message for message in planned.messages}
    assert by_vendor["launchdarkly"].body["eventType"] == launchdarkly
    assert ("datadog" in by_vendor) is datadog
    assert [result.vendor for result in planned.skipped] == ([] if datadog else ["datadog"])
    assert all(message.event is event for message in planned.messages)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (Event.STARTED, "no `started` event"),
        (Event.FAILED, "which would count it as a deployment"),
        (Event.CUSTOM, "no custom events"),
    ],
)
def test_an_event_that_datadog_does_not_receive_has_a_result_with_the_reason(
    event: Event, why: str
) -> None:
    [skipped] = make_plan(deployments(), both(), event, NOW).skipped
    assert (skipped.service, skipped.event, skipped.status) == ("checkout", event, Status.SKIPPED)
    assert why in skipped.error


def test_a_skipped_event_is_a_warning_only_if_a_value_is_missing() -> None:
    assert make_plan(deployments(), both(), Event.STARTED, NOW).warnings == ()
    [warning] = make_plan(
        deployments("api", "web", environment=""), both(), Event.FINISHED, NOW
    ).warnings
    assert warning == "Nothing is sent to LaunchDarkly: no environment is known."


def test_every_service_is_one_deployment_at_every_vendor() -> None:
    planned = make_plan(deployments("api", "web", "job"), both(), Event.FINISHED, NOW)
    assert [(message.service, message.vendor) for message in planned.messages] == [
        (service, vendor)
        for service in ("api", "web", "job")
        for vendor in ("launchdarkly", "datadog")
    ]
    assert len({message.id for message in planned.messages if message.vendor == "datadog"}) == 3


def test_the_attributes_of_a_service_are_sent_for_this_service_only() -> None:
    services = (
        Service(
            name="api", overrides={"version": "9", "team": "core", "application-key": "api-eu"}
        ),
        Service(name="web"),
    )
    api, api_dd, web, web_dd = make_plan(
        deployments(services=services), both(*services), Event.FINISHED, NOW
    ).messages
    assert (api.body["version"], api.body["applicationKey"]) == ("9", "api-eu")
    assert (web.body["version"], web.body["applicationKey"]) == ("1.4.0", "web")
    assert api_dd.body["data"]["attributes"]["team"] == "core"
    assert api_dd.body["data"]["attributes"]["version"] == "9"
    assert "team" not in web_dd.body["data"]["attributes"]


def test_the_id_of_the_first_service_is_known_before_any_request() -> None:
    planned = make_plan(deployments("api", "web"), both(), Event.STARTED, NOW)
    assert planned.ids["datadog"] == make_deployment_id(deployments("api", "web")[0])
    assert planned.ids["launchdarkly"] == ""


def test_a_version_that_launchdarkly_does_not_take_is_noted_once() -> None:
    planned = make_plan(deployments("api", "web", version="feature/x"), both(), Event.FINISHED, NOW)
    [note] = planned.notes
    assert "it is sent as feature-x" in note
    assert make_plan(deployments(), both(), Event.FINISHED, NOW).notes == ()


def test_nothing_is_noted_of_a_call_that_is_not_made() -> None:
    assert (
        make_plan(
            deployments(version="a b"),
            VendorSettings({"datadog": settings("datadog")}),
            Event.STARTED,
            NOW,
        ).notes
        == ()
    )


def test_only_the_enabled_vendor_receives_messages() -> None:
    planned = make_plan(
        deployments(), VendorSettings({"datadog": settings("datadog")}), Event.FINISHED, NOW
    )
    assert [message.vendor for message in planned.messages] == ["datadog"]
    assert list(planned.ids) == ["datadog"]


def test_a_deployment_of_unknown_version_is_no_event_for_launchdarkly() -> None:
    planned = make_plan(deployments(version="", commit_sha=""), both(), Event.FINISHED, NOW)
    assert [message.vendor for message in planned.messages] == ["datadog"]
    assert "neither a version nor a commit" in planned.skipped[0].error
    attributes = planned.messages[0].body["data"]["attributes"]
    assert "git" not in attributes
    assert "version" not in attributes


def test_pinned_ids_are_those_that_the_plan_would_make() -> None:
    given = deployments("api", "web")
    pinned = pin_ids(given, both())
    ids = [one.service.overrides["datadog-deployment-id"] for one in pinned]
    assert ids == [make_deployment_id(one) for one in given]
    assert all("launchdarkly-deployment-id" not in one.service.overrides for one in pinned)


def test_a_pinned_id_is_not_made_again() -> None:
    """Post may be of a later version of the action, and its values may differ."""
    pinned = pin_ids(deployments("api"), both())
    later = tuple(one._replace(facts=facts(version="2")) for one in pinned)
    planned = make_plan(later, both(pinned[0].service), Event.FINISHED, NOW)
    [message] = [message for message in planned.messages if message.vendor == "datadog"]
    assert message.id == make_deployment_id(deployments("api")[0])
