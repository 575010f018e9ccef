"""The control API, with which another process reads and changes the sandbox."""

import pytest

REQUESTS, FAULTS = "/_sandbox/requests", "/_sandbox/faults"


def test_requests_and_deployments_can_be_read_on_every_port(sandbox, datadog, launchdarkly, github):
    datadog.create(id="0123456789abcdef")
    launchdarkly.event()
    for port in (datadog, launchdarkly, github):
        requests = port.call("GET", REQUESTS).json()
        assert [(each["vendor"], each["accepted"]) for each in requests] == [
            ("datadog", True),
            ("launchdarkly", True),
        ]
        deployments = port.call("GET", "/_sandbox/deployments").json()
        assert deployments == {
            name: sandbox.deployments(name) for name in ("launchdarkly", "datadog")
        }
    (request,) = datadog.call("GET", f"{REQUESTS}?vendor=datadog").json()
    assert request["body"]["data"]["attributes"]["id"] == "0123456789abcdef"


def test_a_fault_is_installed_on_the_vendor_of_the_port(datadog, launchdarkly):
    assert datadog.call("POST", FAULTS, json={"fault": "status-503", "times": 1}).status_code == 200
    assert launchdarkly.event().status_code == 201
    assert [datadog.create().status_code for _ in range(2)] == [503, 200]


def test_a_fault_is_installed_on_another_vendor_by_name(datadog, launchdarkly):
    fault = {"vendor": "launchdarkly", "fault": 500, "path": "deployment-events", "probability": 1}
    assert datadog.call("POST", FAULTS, json=fault).status_code == 200
    assert (launchdarkly.event().status_code, launchdarkly.page().status_code) == (500, 200)


def test_faults_are_removed_by_vendor_or_all(datadog, launchdarkly):
    for port in (datadog, launchdarkly):
        port.call("POST", FAULTS, json={"fault": 500})
    datadog.call("DELETE", f"{FAULTS}?vendor=launchdarkly")
    assert (launchdarkly.event().status_code, datadog.create().status_code) == (201, 500)
    launchdarkly.call("DELETE", FAULTS)
    assert datadog.create().status_code == 200


def test_control_calls_are_neither_recorded_nor_faulted(sandbox, datadog):
    sandbox.fail("datadog", 500)
    assert datadog.call("GET", REQUESTS, {"DD-API-KEY": ""}).json() == []
    assert sandbox.requests() == []


def test_connections_are_counted_by_vendor(datadog):
    datadog.create()
    counts = datadog.call("GET", "/_sandbox/connections").json()
    assert counts["datadog"] == {"connections": 1, "handshakes": 0}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/_sandbox/nothing", None, 404),
        ("DELETE", REQUESTS, None, 404),
        ("POST", FAULTS, {}, 400),
        ("POST", FAULTS, {"fault": "no-such-fault"}, 400),
        ("POST", FAULTS, {"fault": True}, 400),
        ("POST", FAULTS, {"fault": 500, "vendor": "unknown"}, 400),
        ("POST", FAULTS, {"fault": 500, "times": "two"}, 400),
        ("POST", FAULTS, {"fault": 500, "times": 0}, 400),
        ("POST", FAULTS, {"fault": 500, "often": 2}, 400),
        ("POST", FAULTS, {"fault": "tls-expired"}, 400),
    ],
)
def test_a_bad_control_call_is_refused_with_a_reason(datadog, method, path, body, status):
    answer = datadog.call(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
