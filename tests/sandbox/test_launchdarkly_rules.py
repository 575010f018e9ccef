"""Each published rule of LaunchDarkly, broken once: the request is refused in its error shape."""

import json

import pytest

from sandbox import LAUNCHDARKLY_TOKEN, Sandbox

EVENTS = "/api/v2/engineering-insights/deployment-events"
DEPLOYMENTS = "/api/v2/engineering-insights/deployments"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


def test_an_event_gets_201_and_no_body(launchdarkly):
    answer = launchdarkly.event()
    assert (answer.status_code, answer.content) == (201, b"")


def test_every_published_field_is_accepted(launchdarkly):
    answer = launchdarkly.event(
        applicationName="Checkout",
        applicationKind="browser",
        versionName="one two three",
        eventMetadata={"run": {"id": 1}},
        deploymentMetadata={},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "field", ["projectKey", "environmentKey", "applicationKey", "version", "eventType"]
)
@pytest.mark.parametrize("value", ["left out", "", None, 5, ["x"]])
def test_a_required_field_is_a_string_that_is_not_empty(launchdarkly, gone, field, value):
    answer = launchdarkly.event(**{field: gone if value == "left out" else value})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_request"
    assert [error["attribute"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("eventType", "success"),
        ("eventType", "Started"),
        ("applicationKind", "desktop"),
        ("applicationKind", None),
        ("applicationName", 5),
        ("versionName", ["1"]),
        ("version", "v1.0/rc"),
        ("version", "v1 0"),
        ("version", "1.0+build"),
        ("version", "1.0\n"),
        ("version", "é"),
        ("eventTime", "1700000000000"),
        ("eventTime", 1700000000000.0),
        ("eventTime", True),
        ("eventTime", None),
        ("eventTime", 2**63),
        ("eventTime", 1700000000),
        ("eventTime", 1700000000000000000),
        ("eventMetadata", "{}"),
        ("eventMetadata", []),
        ("deploymentMetadata", "{}"),
        ("deploymentMetadata", None),
        ("aplicationName", "misspelt"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(sandbox, launchdarkly, field, value):
    answer = launchdarkly.event(**{field: value})
    assert answer.status_code == 400
    assert [error["attribute"] for error in answer.json()["errors"]] == [field]
    assert field in answer.json()["message"]
    assert sandbox.deployments("launchdarkly") == []


def test_lenient_mode_ignores_unknown_fields_as_the_service_does(connect):
    with Sandbox(strict=False) as sandbox:
        answer = connect(sandbox, "launchdarkly").event(aplicationName="misspelt")
        assert answer.status_code == 201
        assert sandbox.requests()[0].body["aplicationName"] == "misspelt"
        assert "applicationName" not in sandbox.deployments("launchdarkly")[0]


@pytest.mark.parametrize(
    "token", ["", "wrong", f"Bearer {LAUNCHDARKLY_TOKEN}", f"{LAUNCHDARKLY_TOKEN}x", "sdk-1234"]
)
def test_a_wrong_token_is_unauthorized(launchdarkly, token):
    launchdarkly.headers["Authorization"] = token
    for answer in (launchdarkly.event(), launchdarkly.page(), launchdarkly.patch(UNKNOWN_ID, [])):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_an_sdk_key_is_not_an_access_token(connect):
    with Sandbox(launchdarkly_token="sdk-1234") as sandbox:
        client = connect(sandbox, "launchdarkly")
        client.headers["Authorization"] = "sdk-1234"
        assert client.event().status_code == 401


@pytest.mark.parametrize("time", ["1700000000000", 1.0, True, 2**63, -(2**63) - 1])
def test_lenient_mode_still_requires_an_int64_as_the_time(connect, time):
    with Sandbox(strict=False) as sandbox:
        client = connect(sandbox, "launchdarkly")
        assert client.event(eventTime=time).status_code == 400
        assert client.event(eventTime=5).status_code == 201


@pytest.mark.parametrize("version", [None, "20240415", "Beta"])
def test_a_beta_resource_is_forbidden_without_its_header(launchdarkly, gone, version):
    launchdarkly.headers["LD-API-Version"] = version or gone
    for answer in (launchdarkly.event(), launchdarkly.page(), launchdarkly.patch(UNKNOWN_ID, [])):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert "LD-API-Version" in answer.json()["message"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/vnd.api+json", "application/json5"]
)
def test_a_body_must_be_declared_as_json(launchdarkly, content_type):
    answer = launchdarkly.call("POST", EVENTS, {"Content-Type": content_type}, data="{}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "Content-Type" in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"{} {}",
        b"\xff",
        b'{"version": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 50_000,
    ],
    ids=range(10),
)
def test_a_body_must_be_one_json_object(launchdarkly, body):
    answer = launchdarkly.call("POST", EVENTS, {"Content-Type": "application/json"}, data=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("trick", ['"eventMetadata": {"a": NaN}', '"version": "1", "version": "1"'])
def test_nan_and_repeated_keys_are_not_json(launchdarkly, trick):
    good = '"projectKey": "default", "environmentKey": "e", "applicationKey": "a", '
    good += '"eventType": "started"'
    version = "" if "version" in trick else '"version": "1",'
    data = f"{{{version} {trick}, {good}}}"
    answer = launchdarkly.call("POST", EVENTS, {"Content-Type": "application/json"}, data=data)
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["message"]


def test_a_content_type_may_have_a_charset(launchdarkly):
    answer = launchdarkly.call(
        "POST", EVENTS, {"Content-Type": "application/json; charset=utf-8"}, data="{}"
    )
    assert [error["reason"] for error in answer.json()["errors"]] == ["is required"] * 5


def test_projects_and_environments_must_exist(connect):
    with Sandbox(launchdarkly_environments={"production"}) as sandbox:
        client = connect(sandbox, "launchdarkly")
        for wrong in ({"projectKey": "other"}, {"environmentKey": "staging"}):
            for answer in (client.event(**wrong), client.page(**wrong)):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert client.event().status_code == 201


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("projectKey", None),
        ("environmentKey", None),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "ten"),
        ("from", "yesterday"),
        ("to", "1.5"),
        ("expand", "everything"),
        ("application", "misspelt"),
        ("after", UNKNOWN_ID),
    ],
)
def test_a_bad_query_is_refused(launchdarkly, gone, name, value):
    launchdarkly.event()
    answer = launchdarkly.page(**{name: value or gone})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", EVENTS, 405),
        ("POST", DEPLOYMENTS, 405),
        ("DELETE", DEPLOYMENTS, 405),
        ("POST", f"{EVENTS}/", 404),
        ("POST", f"/{EVENTS}", 404),
        ("POST", "/api/v2/deployment-events", 404),
        ("GET", f"{DEPLOYMENTS}/{UNKNOWN_ID}", 404),
        ("PATCH", f"{DEPLOYMENTS}/{UNKNOWN_ID}", 404),
        ("GET", f"{DEPLOYMENTS}/..%2Fdeployments", 404),
    ],
)
def test_other_calls_do_not_exist(launchdarkly, method, path, status):
    answer = launchdarkly.call(
        method, path, {"Content-Type": "application/json"}, data=json.dumps({})
    )
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}
