"""Undelivered events as lines: every event is read back, and other content is an error."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.deployments import both, deployments, keys_of, message, settings
from support.moments import EARLIER, NOW

from deployment_events.delivery.event_lines import dump, parse, parse_copied
from deployment_events.deployment import Event
from deployment_events.errors import OutboxError
from deployment_events.messages import Message
from deployment_events.vendors.plan import VendorSettings, make_plan

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)


@SLOW
@given(
    st.sampled_from([Event.STARTED, Event.FINISHED, Event.FAILED, Event.CUSTOM]),
    st.lists(words, min_size=1, max_size=4, unique=True),
    words,
    st.dictionaries(words, values, max_size=3),
    words,
)
def test_every_message_is_read_back(
    event: Event, names: list[str], version: str, metadata: dict[str, Any], cause: str
) -> None:
    launchdarkly = settings("launchdarkly", event_metadata=metadata)
    vendors = VendorSettings({**both().shared, "launchdarkly": launchdarkly})
    planned = make_plan(deployments(*names, version=version), vendors, event, NOW)
    messages = [message.model_copy(update={"cause": cause}) for message in planned.messages]
    text = dump(messages)
    assert parse(text) == messages
    assert text.isascii()
    assert "##[" not in text
    assert len(text.splitlines()) == text.count("\n") == len(messages)


def test_updates_are_read_back() -> None:
    patch = '[{"op": "test", "path": "/a", "value": null}]'
    datadog = settings("datadog", change_failure="true", deployment_id="4242", app_key="k" * 40)
    vendors = VendorSettings(
        {"launchdarkly": settings("launchdarkly", patch=patch), "datadog": datadog}
    )
    messages = list(make_plan(deployments(), vendors, Event.UPDATE, NOW).messages)
    assert len(messages) == 2
    assert parse(dump(messages)) == messages
    assert messages[0].body == [{"op": "test", "path": "/a", "value": None}]


def test_no_key_host_or_header_is_written() -> None:
    vendors = {
        "launchdarkly": settings("launchdarkly", base_url="https://host.example"),
        "datadog": settings("datadog", base_url="https://host.example"),
    }
    planned = make_plan(
        deployments(repository_url="r"), VendorSettings(vendors), Event.FINISHED, NOW
    )
    text = dump(planned.messages)
    secrets = [secret for values in vendors.values() for secret in keys_of(values)]
    assert not [part for part in (*secrets, "host.example", "http", "beta") if part in text]


def test_the_oldest_event_is_first_and_events_of_one_time_keep_their_order() -> None:
    messages = [
        message(at=NOW, service="b"),
        message(at=EARLIER, service="c"),
        message(at=NOW, service="a"),
    ]
    assert [found.service for found in parse(dump(messages))] == ["c", "b", "a"]


def test_blank_lines_and_windows_line_endings_are_ignored() -> None:
    text = dump([message(service="a"), message(service="b")]).replace("\n", "\r\n")
    assert [found.service for found in parse(f"\n\r\n{text}\n  \n")] == ["a", "b"]


def test_an_empty_text_has_no_messages() -> None:
    assert parse("") == []


def line(**changes: Any) -> str:
    return json.dumps({**message().model_dump(mode="json"), **changes})


BODY = message().body


def body(**changes: Any) -> dict[str, Any]:
    return {"data": {"attributes": BODY["data"]["attributes"] | changes}}


LAUNCHDARKLY = {
    "vendor": "launchdarkly",
    "kind": "deployment-event",
    "id": "",
    "body": {
        "projectKey": "p",
        "environmentKey": "e",
        "applicationKey": "a",
        "version": "1",
        "eventType": "finished",
        "eventTime": NOW,
    },
}


def launchdarkly(**changes: Any) -> str:
    return line(**LAUNCHDARKLY | {"body": LAUNCHDARKLY["body"] | changes})  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "line 1 is not JSON"),
        ("[]", "line 1"),
        ("null", "line 1"),
        ('"x"', "line 1"),
        ("{}", "line 1, vendor: Field required"),
        (line()[:-20], "is not JSON"),
        (line(format=2), "line 1, format"),
        (line(url="https://evil.example"), "line 1, url: Extra inputs are not permitted"),
        (line(headers={}), "line 1, headers: Extra inputs"),
        (line(vendor="acme"), "has a vendor or a kind in line 1 that is not supported"),
        (line(kind="deployment-event"), "has a vendor or a kind in line 1"),
        (line(search={}), "events: line 1 has a search"),
        (line(event="deleted"), "line 1, event"),
        (line(at="soon"), "line 1, at"),
        (line(id="../x"), "events: line 1 has an invalid ID"),
        (line(id=".."), "events: line 1 has an invalid ID"),
        (line(body=None), "line 1"),
        (line(body=body(started_at="1")), "started_at"),
        (line(body=body(started_at=1.5)), "started_at"),
        (line(body=body(started_at=True)), "started_at"),
        (line(body=body(finished_at=0)), "finished_at"),
        (line(body=body(service="")), "service"),
        (line(body=body(id="short")), "data.attributes.id"),
        (line(body=body(git={"commit_sha": "abc", "repository_url": "x"})), "commit_sha"),
        (line(body=body(custom_tags=["a"])), "custom_tags.0"),
        (line(body=body(custom_tags=["a:1"] * 101)), "custom_tags"),
        (line(body=body(status="failed")), "Extra inputs"),
        (
            line(kind="deployment-patch", body={"data": {"id": "x", "attributes": {}}}),
            "change_failure",
        ),
        (launchdarkly(version="a/b"), "version"),
        (launchdarkly(eventType="update"), "eventType"),
        (launchdarkly(eventTime=str(NOW)), "eventTime"),
        (launchdarkly(projectKey=""), "projectKey"),
        (launchdarkly(environmentKey="***"), "the log masked a part of this (***)"),
        (launchdarkly(applicationKey="shop-***"), "the log masked a part of this (***)"),
        (line(body=body(env="***")), "the log masked a part of this (***)"),
        (launchdarkly(evenType="x"), "Extra inputs"),
        (line(**LAUNCHDARKLY | {"search": {"projectKey": 1}}), "line 1"),
        (
            line(vendor="launchdarkly", kind="deployment-patch", id="", body=[]),
            "events: line 1 has no ID",
        ),
        (
            line(
                vendor="launchdarkly",
                kind="deployment-patch",
                id="x",
                body=[{"op": "move", "path": "/a"}],
            ),
            "line 1, 0.op",
        ),
        ('{"a":' * 100_000, "line 1"),
        ("x" * (1024 * 1024 + 1), "has a line 1 longer than 1024 KiB"),
        ("undelivered.jsonl", "line 1"),
    ],
    ids=lambda value: value[:40],
)
def test_another_line_is_an_error_with_its_number(text: str, reason: str) -> None:
    with pytest.raises(OutboxError) as caught:
        parse_copied(text)
    assert reason in str(caught.value)


def test_an_outbox_may_contain_names_that_look_like_hidden_secrets() -> None:
    [found] = parse(launchdarkly(applicationKey="a***b"))
    assert found.body["applicationKey"] == "a***b"


def test_the_error_names_the_only_bad_line() -> None:
    with pytest.raises(OutboxError, match="line 3, vendor"):
        parse(f"{line()}\n{line()}\n{{}}\n")


@given(st.text() | st.text('{}[]":,0 \n'))
def test_any_text_is_an_outbox_error_unless_it_is_blank(text: str) -> None:
    try:
        messages = parse(text)
    except OutboxError:
        return
    assert messages == []


def test_events_of_the_largest_inputs_are_read_back() -> None:
    """An input is one string of the environment: at most 128 KiB."""
    metadata = {"a": "é" * 65_000}
    launchdarkly = settings("launchdarkly", event_metadata=metadata, deployment_metadata=metadata)
    vendors = VendorSettings({"launchdarkly": launchdarkly})
    messages = list(make_plan(deployments(), vendors, Event.FINISHED, NOW).messages)
    assert parse(dump(messages)) == messages


def test_a_message_has_no_field_for_a_destination() -> None:
    assert not {"host", "url", "headers", "key"} & set(Message.model_fields)
