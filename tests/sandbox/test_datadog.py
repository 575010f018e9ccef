"""Datadog's published rules, each broken once, and what becomes of the deployments it takes."""

import time

import pytest

from sandbox import DATADOG_API_KEY, Sandbox

CREATE = "/api/v2/dora/deployment"
SHA = "0123456789abcdef0123456789abcdef01234567"
URL = "https://github.com/octo/checkout"
NOW = int(time.time())
ID = "checkout:2024-01-01.1_a"


def test_a_deployment_is_answered_with_its_id_and_datadogs_content_type(datadog):
    answer = datadog.create(id=ID)
    assert (answer.status_code, answer.json()) == (
        200,
        {"data": {"id": ID, "type": "dora_deployment"}},
    )
    assert answer.headers["content-type"] == "application/vnd.api+json"


def test_every_attribute_is_taken_and_kept(sandbox, datadog):
    sent = {
        "service": "checkout",
        "started_at": NOW * 1000,
        "finished_at": NOW * 1000 + 1,
        "git": {"commit_sha": SHA, "repository_url": URL},
        "env": "production",
        "id": ID,
        "team": "payments",
        "version": "1.2.3",
        "custom_tags": ["a:b", "a:c", "url:https://example.org/?x=1"],
    }
    assert datadog.create(**sent).status_code == 200
    assert sandbox.deployments("datadog") == [sent | {"received": 1}]


def test_a_deployment_without_an_id_gets_one_of_its_own(sandbox, datadog):
    ids = {datadog.create().json()["data"]["id"] for _ in range(3)}
    assert len(ids) == 3
    assert {each["id"] for each in sandbox.deployments("datadog")} == ids


def test_a_repeated_id_is_the_same_deployment(sandbox, datadog):
    for _ in range(3):
        assert datadog.create(id=ID).status_code == 200
    (deployment,) = sandbox.deployments("datadog")
    assert deployment["received"] == 3


@pytest.mark.parametrize("unit", [1, 1000, 10**9])
def test_times_are_seconds_milliseconds_or_nanoseconds(datadog, unit):
    id_ = datadog.create(started_at=NOW * unit, finished_at=NOW * unit).json()["data"]["id"]
    shown = datadog.call("GET", f"/api/v2/dora/deployments/{id_}").json()["data"]["attributes"]
    assert shown["started_at"] == time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(NOW))


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("service", {"service": ""}),
        ("service", {"service": 5}),
        ("service", {"service": None}),
        ("started_at", {"started_at": NOW * 1000.0}),
        ("started_at", {"started_at": str(NOW)}),
        ("started_at", {"started_at": True}),
        ("started_at", {"started_at": None}),
        ("started_at", {"started_at": 0}),
        ("started_at", {"started_at": NOW * 10**6}),
        ("finished_at", {"finished_at": 2**63}),
        ("finished_at", {"finished_at": NOW + 0.5}),
        ("finished_at", {"started_at": NOW * 1000, "finished_at": NOW * 1000 - 1}),
        ("env", {"env": 1}),
        ("team", {"team": ["a"]}),
        ("version", {"version": 1.2}),
        ("id", {"id": "short-of-sixteen"[:15]}),
        ("id", {"id": "x" * 129}),
        ("id", {"id": "0123456789abcde/"}),
        ("id", {"id": "0123456789abcdef\n"}),
        ("id", {"id": 1234567890123456}),
        ("git", {"git": "https://github.com/octo/checkout"}),
        ("git/commit_sha", {"git": {"repository_url": URL}}),
        ("git/commit_sha", {"git": {"repository_url": URL, "commit_sha": SHA[:39]}}),
        ("git/commit_sha", {"git": {"repository_url": URL, "commit_sha": "g" * 40}}),
        ("git/repository_url", {"git": {"commit_sha": SHA}}),
        ("git/repository_url", {"git": {"commit_sha": SHA, "repository_url": ""}}),
        ("git/branch", {"git": {"commit_sha": SHA, "repository_url": URL, "branch": "main"}}),
        ("custom_tags", {"custom_tags": "a:b"}),
        ("custom_tags", {"custom_tags": ["a"]}),
        ("custom_tags", {"custom_tags": [":b"]}),
        ("custom_tags", {"custom_tags": ["a:"]}),
        ("custom_tags", {"custom_tags": [5]}),
        ("custom_tags", {"custom_tags": [f"a:{number}" for number in range(101)]}),
        ("status", {"status": "failed"}),
    ],
)
def test_a_bad_attribute_is_refused_and_pointed_at(sandbox, datadog, pointer, changes):
    answer = datadog.create(**changes)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["source"]["pointer"] == f"/data/attributes/{pointer}"
    assert (error["status"], set(error)) == ("400", {"status", "title", "detail", "source", "meta"})
    assert sandbox.deployments("datadog") == []


@pytest.mark.parametrize("name", ["service", "started_at", "finished_at"])
def test_a_required_attribute_must_be_there(datadog, gone, name):
    (error,) = datadog.create(**{name: gone}).json()["errors"]
    assert error["source"]["pointer"] == f"/data/attributes/{name}"


def test_100_tags_no_tags_and_null_are_fine(datadog):
    for tags in ([f"a:{number}" for number in range(100)], [], None):
        assert datadog.create(custom_tags=tags).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"data": None},
        {"data": {}},
        {"data": {"attributes": []}},
        {"attributes": {}},
        {
            "data": {
                "type": "dora_deployment",
                "attributes": {"service": "a", "started_at": NOW, "finished_at": NOW},
            }
        },
        {
            "data": {"attributes": {"service": "a", "started_at": NOW, "finished_at": NOW}},
            "meta": {},
        },
    ],
)
def test_a_body_of_another_shape_is_refused(datadog, body):
    answer = datadog.call("POST", CREATE, json=body)
    assert answer.status_code == 400
    assert all(isinstance(error, dict) for error in answer.json()["errors"])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"data": Infinity}'])
def test_a_body_is_json(datadog, body):
    assert (
        datadog.call("POST", CREATE, {"Content-Type": "application/json"}, data=body).status_code
        == 400
    )


def test_a_body_is_declared_as_json(datadog):
    answer = datadog.call("POST", CREATE, {"Content-Type": "application/vnd.api+json"}, data=b"{}")
    assert answer.status_code == 400
    assert "Content-Type" in answer.json()["errors"][0]["detail"]


def test_lenient_mode_ignores_what_it_does_not_know(connect):
    with Sandbox(strict=False) as sandbox:
        assert connect(sandbox, "datadog").create(status="failed").status_code == 200


@pytest.mark.parametrize("key", [None, "", "wrong", f"Bearer {DATADOG_API_KEY}"])
def test_a_wrong_key_is_forbidden_in_datadogs_other_error_shape(datadog, gone, key):
    datadog.headers["DD-API-KEY"] = gone if key is None else key
    for answer in (datadog.create(), datadog.patch(ID)):
        assert (answer.status_code, answer.json()) == (403, {"errors": ["Forbidden"]})


@pytest.mark.parametrize("key", [None, "wrong", DATADOG_API_KEY])
def test_a_patch_needs_an_application_key_but_a_new_deployment_does_not(datadog, gone, key):
    datadog.headers["DD-APPLICATION-KEY"] = key or gone
    assert datadog.create(id=ID).status_code == 200
    assert datadog.patch(ID).status_code == 403


def test_a_patch_marks_the_deployment_as_a_failure_with_its_remedy(sandbox, datadog):
    datadog.create(id=ID)
    remedy = {"type": "rollback", "id": "another-deployment"}
    answer = datadog.patch(ID, attributes={"change_failure": True, "remediation": remedy})
    assert (answer.status_code, answer.json()) == (202, {"data": None})
    (deployment,) = sandbox.deployments("datadog")
    assert (deployment["change_failure"], deployment["remediation"]) == (True, remedy)


def test_a_patch_of_an_unknown_deployment_is_not_found(datadog):
    answer = datadog.patch("0123456789abcdef")
    assert (answer.status_code, answer.json()) == (404, {"errors": ["Not Found"]})


@pytest.mark.parametrize(
    "changes",
    [
        {"type": None},
        {"type": "dora_deployment"},
        {"id": None},
        {"id": "another-deployment"},
        {"attributes": None},
        {"attributes": {}},
        {"attributes": {"change_failure": "true"}},
        {"attributes": {"change_failure": 1}},
        {"attributes": {"change_failure": True, "failure": True}},
        {"attributes": {"change_failure": True, "remediation": "rollback"}},
        {"attributes": {"change_failure": True, "remediation": {}}},
        {"attributes": {"change_failure": True, "remediation": {"type": "rollback"}}},
        {"attributes": {"change_failure": True, "remediation": {"id": "x"}}},
        {"attributes": {"change_failure": True, "remediation": {"type": "fix", "id": "x"}}},
        {
            "attributes": {
                "change_failure": True,
                "remediation": {"type": "rollback", "id": "x", "version": "1"},
            }
        },
        {"meta": {}},
    ],
)
def test_a_bad_patch_is_refused(sandbox, datadog, gone, changes):
    datadog.create(id=ID)
    before = sandbox.deployments("datadog")
    changes = {name: gone if value is None else value for name, value in changes.items()}
    answer = datadog.patch(ID, **changes)
    assert answer.status_code == 400
    assert all(error["source"]["pointer"].startswith("/data") for error in answer.json()["errors"])
    assert sandbox.deployments("datadog") == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CREATE, 405),
        ("POST", "/api/v2/dora/deployments", 404),
        ("POST", f"/{CREATE}", 404),
        ("POST", "/api/v1/dora/deployment", 404),
        ("DELETE", f"/api/v2/dora/deployments/{ID}", 405),
        ("PATCH", f"/api/v2/dora/deployment/{ID}", 404),
    ],
)
def test_other_calls_do_not_exist(datadog, method, path, status):
    datadog.create(id=ID)
    answer = datadog.call(method, path, {"Content-Type": "application/json"}, data="{}")
    assert answer.status_code == status
    assert all(isinstance(error, str) for error in answer.json()["errors"])
