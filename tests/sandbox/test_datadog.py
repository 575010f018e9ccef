"""Datadog's published rules, each broken once, and the state of the deployments it accepts."""

import time

import pytest

from sandbox import DATADOG_API_KEY, Sandbox

CREATE = "/api/v2/dora/deployment"
SHA = "0123456789abcdef0123456789abcdef01234567"
URL = "https://github.com/octo/checkout"
NOW = int(time.time())
ID = "checkout:2024-01-01.1_a"
DEPLOYMENTS = "/api/v2/dora/deployments"
VALIDATE, VALIDATE_KEYS = "/api/v1/validate", "/api/v2/validate_keys"
REMEDIES = [
    {"type": "rollback", "id": "another-deployment"},
    {"type": "rollforward", "version": "1.2.4"},
]
SELECTION = {"service": "checkout", "env": "production", "version": "1.2.3"}


@pytest.fixture
def patch_by_version(datadog, gone):
    """Return a function that patches the deployment with a service, an environment, a version."""

    def send(data=(), **changes):
        attributes = SELECTION | {"change_failure": True} | changes
        kept = {name: value for name, value in attributes.items() if value is not gone}
        body = {"type": "dora_deployment_patch_request", "attributes": kept, **dict(data)}
        return datadog.call("PATCH", DEPLOYMENTS, json={"data": body})

    return send


def test_the_response_has_the_deployments_id_and_datadogs_content_type(datadog):
    answer = datadog.create(id=ID)
    assert (answer.status_code, answer.json()) == (
        200,
        {"data": {"id": ID, "type": "dora_deployment"}},
    )
    assert answer.headers["content-type"] == "application/vnd.api+json"


def test_every_attribute_is_accepted_and_stored(sandbox, datadog):
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


def test_a_deployment_without_an_id_gets_one(sandbox, datadog):
    ids = {datadog.create().json()["data"]["id"] for _ in range(3)}
    assert len(ids) == 3
    assert {len(id_) for id_ in ids} == {11}, "like Datadog's own example, z_RwVLi7v4Y"
    assert {each["id"] for each in sandbox.deployments("datadog")} == ids


@pytest.mark.parametrize("first", "_-.:aZ0")
def test_an_id_may_begin_with_any_of_its_characters(datadog, first):
    id_ = f"{first}my_deployment_0001"
    assert datadog.create(id=id_).json()["data"]["id"] == id_
    assert datadog.patch(id_).status_code == 202


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
def test_a_bad_attribute_is_refused_by_its_pointer(sandbox, datadog, pointer, changes):
    answer = datadog.create(**changes)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["source"]["pointer"] == f"/data/attributes/{pointer}"
    assert (error["status"], set(error)) == ("400", {"status", "title", "detail", "source", "meta"})
    assert sandbox.deployments("datadog") == []


@pytest.mark.parametrize("name", ["service", "started_at", "finished_at"])
def test_a_missing_attribute_is_refused_by_its_pointer(datadog, gone, name):
    (error,) = datadog.create(**{name: gone}).json()["errors"]
    assert error["source"]["pointer"] == f"/data/attributes/{name}"


def test_100_tags_no_tags_and_null_are_accepted(datadog):
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
def test_a_body_must_be_json(datadog, body):
    assert (
        datadog.call("POST", CREATE, {"Content-Type": "application/json"}, data=body).status_code
        == 400
    )


def test_a_body_must_be_declared_as_json(datadog):
    answer = datadog.call("POST", CREATE, {"Content-Type": "application/vnd.api+json"}, data=b"{}")
    assert answer.status_code == 400
    assert "Content-Type" in answer.json()["errors"][0]["detail"]


def test_lenient_mode_ignores_unknown_attributes(connect):
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


@pytest.mark.parametrize("path", [VALIDATE, VALIDATE_KEYS])
@pytest.mark.parametrize("wrong", ["DD-API-KEY", "DD-APPLICATION-KEY"])
@pytest.mark.parametrize("value", [None, "wrong"])
def test_a_validation_is_refused_for_each_key_that_it_checks(datadog, gone, path, wrong, value):
    answer = datadog.call("GET", path, {wrong: value or gone})
    if path == VALIDATE and wrong == "DD-APPLICATION-KEY":
        assert (answer.status_code, answer.json()) == (200, {"valid": True})
    else:
        assert (answer.status_code, answer.json()) == (403, {"errors": ["Forbidden"]})


def test_valid_keys_are_valid(sandbox, datadog):
    assert datadog.call("GET", VALIDATE).json() == {"valid": True}
    assert datadog.call("GET", VALIDATE_KEYS).json() == {"status": "ok"}
    assert sandbox.deployments("datadog") == []


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_patch_marks_the_deployment_as_a_failure_with_its_remedy(sandbox, datadog, remedy):
    datadog.create(id=ID)
    answer = datadog.patch(ID, attributes={"change_failure": True, "remediation": remedy})
    assert (answer.status_code, answer.json()) == (202, {"data": None})
    (deployment,) = sandbox.deployments("datadog")
    assert (deployment["change_failure"], deployment["remediation"]) == (True, remedy)


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_patch_without_an_id_changes_the_match(sandbox, datadog, patch_by_version, remedy):
    datadog.create(id=ID, env="production", version="1.2.3")
    answer = patch_by_version(remediation=remedy)
    assert (answer.status_code, answer.json()) == (202, {"data": None})
    (deployment,) = sandbox.deployments("datadog")
    assert (deployment["change_failure"], deployment["remediation"]) == (True, remedy)


def test_of_several_matches_the_most_recently_finished_is_patched(
    sandbox, datadog, patch_by_version
):
    # In the order of receipt, and with times in different units.
    times = {"first": (NOW - 30) * 1000, "latest": NOW - 10, "earlier": (NOW - 20) * 10**9}
    for name, time_ in times.items():
        id_ = f"{name}-0123456789"
        datadog.create(id=id_, **SELECTION, started_at=time_, finished_at=time_)
    patch_by_version()
    failed = [each["id"] for each in sandbox.deployments("datadog") if "change_failure" in each]
    assert failed == ["latest-0123456789"]


@pytest.mark.parametrize("name", SELECTION)
def test_without_a_match_nothing_is_patched(sandbox, datadog, patch_by_version, name):
    datadog.create(**SELECTION)
    before = sandbox.deployments("datadog")
    answer = patch_by_version(**{name: "other"})
    assert (answer.status_code, answer.json()) == (404, {"errors": ["Not Found"]})
    assert sandbox.deployments("datadog") == before


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("service", {"service": None}),
        ("env", {"env": None}),
        ("version", {"version": None}),
        ("version", {"version": ""}),
        ("version", {"version": 1}),
        ("change_failure", {"change_failure": None}),
        ("change_failure", {"change_failure": "true"}),
        ("remediation", {"remediation": {"type": "rollback"}}),
        ("remediation", {"remediation": {"type": "rollback", "id": "x", "version": "1"}}),
        ("remediation/type", {"remediation": {"version": "1"}}),
        ("remediation/type", {"remediation": {"type": "fix", "version": "1"}}),
        ("id", {"id": ID}),
    ],
)
def test_a_bad_patch_without_an_id_is_refused_by_its_pointer(
    sandbox, datadog, patch_by_version, gone, pointer, changes
):
    datadog.create(id=ID, **SELECTION)
    changes = {name: gone if value is None else value for name, value in changes.items()}
    answer = patch_by_version(**changes)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["source"]["pointer"] == f"/data/attributes/{pointer}"
    assert "change_failure" not in sandbox.deployments("datadog")[0]


@pytest.mark.parametrize("data", [{"type": "dora_deployment"}, {"id": ID}, {"attributes": None}])
def test_a_patch_without_an_id_has_a_type_and_attributes(datadog, patch_by_version, data):
    datadog.create(id=ID, **SELECTION)
    (error,) = patch_by_version(data).json()["errors"]
    assert error["source"]["pointer"] == f"/data/{next(iter(data))}"


def test_a_patch_without_an_id_needs_an_application_key(datadog, patch_by_version, gone):
    datadog.create(**SELECTION)
    datadog.headers["DD-APPLICATION-KEY"] = gone
    assert patch_by_version().status_code == 403


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
        ("POST", DEPLOYMENTS, 405),
        ("POST", VALIDATE, 405),
        ("GET", "/api/v2/validate", 404),
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
