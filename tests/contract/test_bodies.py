"""The vendors' clients validate the bodies of every event, with all inputs and with the fewest."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from support import datadog_client
from support.cost import SLOW
from support.github import SHA, context
from support.keys import DATADOG_APP_KEY
from support.launchdarkly_client import PatchOperation, PostEvent
from support.moments import EARLIER, NOW
from support.raw import inputs

from deployment_events.deployment import Event
from deployment_events.messages import Message
from deployment_events.resolve import resolve
from deployment_events.values.invalid import InvalidValue
from deployment_events.values.single_line import identifier
from deployment_events.vendors.plan import make_plan

PATCH = TypeAdapter(list[PatchOperation])

ALL = {
    "service": "checkout,version=v1.4.0+build/7",
    "commit_sha": SHA,
    "repository_url": "git@github.com:octo-org/octo-repo.git",
    "started_at": str(EARLIER),
    "finished_at": str(NOW),
    "tags": "team:web\nteam:shop\nurl:https://example.com:8443/",
    "launchdarkly_project_key": "shop",
    "launchdarkly_environment_key": "prod",
    "launchdarkly_application_key": "checkout-eu",
    "launchdarkly_application_name": "Checkout ✅",
    "launchdarkly_application_kind": "mobile",
    "launchdarkly_version_name": "One point four",
    "launchdarkly_event_metadata": (
        '{"a": [1, null, {"b": 1.5}], "big": 123456789012345678901234567890}'
    ),
    "launchdarkly_deployment_metadata": '{"nested": {"deep": [[]]}}',
    "datadog_team": "web",
    "datadog_deployment_id": "my-own.id:0123456789_",
}
FEWEST: dict[str, str] = {}
UPDATE = {
    "launchdarkly_patch": (
        '[{"op": "replace", "path": "/status", "value": null}, {"op": "remove", "path": "/tags/a"}]'
    ),
    "datadog_change_failure": "true",
    "datadog_app_key": DATADOG_APP_KEY,
    "datadog_deployment_id": "my-own.id:0123456789_",
    "version": "1.4.0",
}
BY_ID = {"datadog_remediation_type": "rollback", "datadog_remediation_id": "the-other-one"}
BY_VERSION = {"datadog_remediation_type": "rollforward", "datadog_remediation_version": "1.4.1"}


def bodies(event: Event, changes: dict[str, str]) -> dict[str, Any]:
    """Return the sent body of each vendor, by vendor."""
    given = inputs(event=event, **changes)
    deployments = resolve(given, context(), event, now=NOW, hide=str).deployments
    messages: tuple[Message, ...] = make_plan(deployments, given.enabled, event, NOW).messages
    return {message.vendor: json.loads(json.dumps(message.body)) for message in messages}


def check_launchdarkly(body: dict[str, Any]) -> Any:
    """Fail on a field that LaunchDarkly would ignore, and on a value of another type."""
    known = {field.alias or name for name, field in PostEvent.model_fields.items()}
    assert set(body) <= known
    model = PostEvent.model_validate(body, strict=True)
    assert model.to_dict() == body
    return model


def check_datadog(body: dict[str, Any], kind: Any) -> None:
    """Fail on an unknown field, a value of another type, or if the client sends another body."""
    read = datadog_client.read_back(body, kind)
    assert datadog_client.unknown_fields(read) == []
    assert datadog_client.as_json(read) == body


@pytest.mark.parametrize("changes", [ALL, FEWEST], ids=["all", "fewest"])
@pytest.mark.parametrize("event", [Event.STARTED, Event.FINISHED, Event.FAILED, Event.CUSTOM])
def test_the_launchdarkly_client_accepts_every_event(event: Event, changes: dict[str, str]) -> None:
    model = check_launchdarkly(bodies(event, changes)["launchdarkly"])
    assert model.event_type == event
    assert model.event_time in {NOW, EARLIER}


@pytest.mark.parametrize("changes", [ALL, FEWEST], ids=["all", "fewest"])
def test_the_datadog_client_accepts_a_finished_deployment(changes: dict[str, str]) -> None:
    check_datadog(bodies(Event.FINISHED, changes)["datadog"], datadog_client.DeploymentRequest)


@pytest.mark.parametrize(
    "changes",
    [UPDATE, {**UPDATE, **BY_ID}, {**UPDATE, **BY_VERSION}],
    ids=["fewest", "remediation by ID", "remediation by version"],
)
def test_both_clients_accept_an_update(changes: dict[str, str]) -> None:
    sent = bodies(Event.UPDATE, changes)
    check_datadog(sent["datadog"], datadog_client.PatchRequest)
    operations = PATCH.validate_python(sent["launchdarkly"], strict=True)
    assert [(one.op, one.path) for one in operations] == [
        ("replace", "/status"),
        ("remove", "/tags/a"),
    ]
    assert sent["launchdarkly"] == json.loads(UPDATE["launchdarkly_patch"])


@pytest.mark.parametrize("changes", [{}, BY_ID, BY_VERSION], ids=["fewest", "ID", "version"])
def test_the_datadog_client_accepts_a_change_without_an_id(changes: dict[str, str]) -> None:
    by_version = {**UPDATE, **changes, "datadog_deployment_id": "", "service": "checkout"}
    body = bodies(Event.UPDATE, by_version)["datadog"]
    check_datadog(body, datadog_client.PatchByVersionRequest)
    selection = {"service": "checkout", "env": "production", "version": "1.4.0"}
    assert body["data"]["attributes"].items() >= selection.items()
    assert "id" not in body["data"]


def test_every_input_is_sent_unchanged_to_both_vendors() -> None:
    sent = bodies(Event.FINISHED, ALL)
    facts = context().metadata()
    assert sent["launchdarkly"] == {
        "projectKey": "shop",
        "environmentKey": "prod",
        "applicationKey": "checkout-eu",
        "applicationName": "Checkout ✅",
        "applicationKind": "mobile",
        "version": "v1.4.0-build-7",
        "versionName": "One point four",
        "eventType": "finished",
        "eventTime": NOW,
        "eventMetadata": {"a": [1, None, {"b": 1.5}], "big": 123456789012345678901234567890},
        "deploymentMetadata": {
            **facts,
            "team": "shop",
            "url": "https://example.com:8443/",
            "nested": {"deep": [[]]},
        },
    }
    assert sent["datadog"] == {
        "data": {
            "attributes": {
                "service": "checkout",
                "started_at": EARLIER,
                "finished_at": NOW,
                "id": "my-own.id:0123456789_",
                "env": "production",
                "version": "v1.4.0+build/7",
                "team": "web",
                "git": {
                    "commit_sha": SHA,
                    "repository_url": "git@github.com:octo-org/octo-repo.git",
                },
                "custom_tags": [
                    *("team:web", "team:shop", "url:https://example.com:8443/"),
                    *(f"{key}:{value}" for key, value in facts.items()),
                ],
            }
        }
    }


def is_identifier(text: str) -> bool:
    with suppress(InvalidValue):
        return identifier(text) == text
    return False


visible = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"])
texts = st.text(visible, min_size=1, max_size=40)
names = texts.map(str.strip).filter(bool).filter(is_identifier)


@SLOW
@given(names, names, names, names)
def test_the_clients_accept_every_name(
    service: str, environment: str, version: str, tag: str
) -> None:
    quoted = '"' + service.replace('"', '""') + '"'
    lines = {
        "service": quoted,
        "environment": environment,
        "version": version,
        "tags": f"tag:{tag}",
    }
    sent = bodies(Event.FINISHED, lines)
    assert sent["datadog"]["data"]["attributes"]["service"] == service
    check_launchdarkly(sent["launchdarkly"])
    check_datadog(sent["datadog"], datadog_client.DeploymentRequest)


@pytest.mark.parametrize(
    "invalid",
    [
        {"started_at": "1"},
        {"started_at": 1.5},
        {"servcie": "x"},
        {"custom_tags": "a:b"},
        {"git": {"commit_sha": "x"}},
    ],
)
def test_an_invalid_datadog_body_is_found(invalid: dict[str, Any]) -> None:
    attributes = bodies(Event.FINISHED, ALL)["datadog"]["data"]["attributes"] | invalid
    with pytest.raises((AssertionError, TypeError, ValueError)):
        check_datadog({"data": {"attributes": attributes}}, datadog_client.DeploymentRequest)


@pytest.mark.parametrize(
    "invalid", [{"eventTime": "1"}, {"evenType": "x"}, {"version": 1}, {"eventType": "ended"}]
)
def test_an_invalid_launchdarkly_body_is_found(invalid: dict[str, Any]) -> None:
    body = bodies(Event.FINISHED, ALL)["launchdarkly"] | invalid
    with pytest.raises((AssertionError, ValueError)):
        check_launchdarkly(body)
