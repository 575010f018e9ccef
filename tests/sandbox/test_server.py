"""The server of all vendors: connections, records, limits, unplugging and closing."""

import socket
import threading
import time

import pytest
import requests
from support.waiting import wait_until

from sandbox import Sandbox

CREATE = "/api/v2/dora/deployment"


def test_a_request_is_recorded_as_received(sandbox, datadog):
    before = time.monotonic()
    datadog.call("POST", f"{CREATE}?a=1&b=%20", {"X-Two": "x"}, data=b'{ "data": 1}')
    (record,) = sandbox.requests()
    assert (record.vendor, record.method, record.path) == ("datadog", "POST", CREATE)
    assert record.query == {"a": "1", "b": " "}
    assert record.headers["x-two"] == "x"
    assert (record.body, record.raw) == ({"data": 1}, b'{ "data": 1}')
    assert (record.status, record.accepted, record.fault) == (400, False, None)
    assert before <= record.at <= time.monotonic()


def test_a_body_that_is_not_json_is_recorded_raw(sandbox, datadog):
    datadog.call("POST", CREATE, data=b"\xff")
    assert (sandbox.requests()[0].body, sandbox.requests()[0].raw) == (None, b"\xff")


def test_a_record_shows_whether_the_vendor_accepted_the_request(sandbox, datadog):
    datadog.create()
    datadog.create(service=5)
    assert [(record.accepted, record.status) for record in sandbox.requests()] == [
        (True, 200),
        (False, 400),
    ]


def test_requests_are_listed_by_vendor(sandbox, datadog, launchdarkly):
    datadog.create()
    launchdarkly.event()
    launchdarkly.page()
    assert [record.vendor for record in sandbox.requests()] == [
        "datadog",
        "launchdarkly",
        "launchdarkly",
    ]
    assert [record.method for record in sandbox.requests("launchdarkly")] == ["POST", "GET"]


def test_a_doubled_slash_reaches_the_vendor(sandbox, datadog):
    with socket.create_connection(
        ("127.0.0.1", int(sandbox.datadog_url.rpartition(":")[2]))
    ) as client:
        client.sendall(b"GET //api HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while client.recv(4096):
            pass
    assert sandbox.requests()[0].path == "//api"


def test_a_connection_serves_many_requests(sandbox, datadog):
    for _ in range(5):
        datadog.create()
    assert sandbox.connections("datadog") == 1
    assert sandbox.connections("launchdarkly") == 0
    assert sandbox.handshakes("datadog") == 0


def test_a_body_of_unknown_length_is_refused(datadog):
    assert datadog.call("POST", CREATE, data=iter([b"{}"])).status_code == 411


def test_an_incomplete_request_is_not_recorded(sandbox):
    with socket.create_connection(
        ("127.0.0.1", int(sandbox.datadog_url.rpartition(":")[2]))
    ) as client:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    "message",
    [b"nonsense\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\x16\x03\x01\x00", b"BREW / HTTP/1.1\r\n\r\n"],
)
def test_a_message_that_is_not_http_is_ignored(sandbox, datadog, message):
    with socket.create_connection(
        ("127.0.0.1", int(sandbox.datadog_url.rpartition(":")[2]))
    ) as client:
        client.sendall(message)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    assert sandbox.requests() == []
    assert datadog.create().status_code == 200


def test_an_unplugged_vendor_refuses_connections_and_cuts_open_ones(sandbox, datadog, launchdarkly):
    assert datadog.create().status_code == 200
    sandbox.unplug("datadog")
    sandbox.unplug("datadog")  # the second call has no effect
    with pytest.raises(requests.ConnectionError, match="refused"):
        datadog.create()
    assert launchdarkly.event().status_code == 201
    url = sandbox.datadog_url
    sandbox.plug("datadog")
    assert sandbox.datadog_url == url
    assert datadog.create().status_code == 200
    assert len(sandbox.deployments("datadog")) == 2


def test_latency_delays_each_answer(sandbox, datadog):
    sandbox.latency = 0.02
    start = time.monotonic()
    datadog.create()
    assert time.monotonic() - start >= 0.02


def test_twenty_connections_wait_at_the_same_time(sandbox, connect):
    sandbox.latency = 0.05
    clients = [connect(sandbox, "datadog") for _ in range(20)]
    threads = [threading.Thread(target=client.create) for client in clients]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < 20 * 0.05 / 2
    assert len(sandbox.deployments("datadog")) == 20


def test_closing_ends_a_waiting_fault_immediately(connect):
    with Sandbox() as sandbox:
        sandbox.fail("datadog", "hang")
        client = connect(sandbox, "datadog")
        outcome = []

        def call():
            try:
                client.create()
            except requests.ConnectionError as error:
                outcome.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        wait_until(sandbox.requests)
        start = time.monotonic()
    thread.join(5)
    assert outcome
    assert time.monotonic() - start < 1
    assert [each.name for each in threading.enumerate() if each.name.startswith("sandbox")] == []


def test_a_reset_removes_everything_and_listens_again(sandbox, datadog, launchdarkly):
    datadog.create()
    launchdarkly.event()
    sandbox.jobs = [{"id": 1}]
    sandbox.github.statuses, sandbox.github.permissions = {"1": []}, {}
    sandbox.fail("datadog", 503)
    sandbox.unplug("launchdarkly")
    sandbox.reset()
    assert (sandbox.requests(), sandbox.jobs, sandbox.github.statuses) == ([], [], {})
    assert sandbox.github.permissions == {"actions": "read", "deployments": "read"}
    assert sandbox.deployments("datadog") == sandbox.deployments("launchdarkly") == []
    assert datadog.create().status_code == 200
    assert launchdarkly.event().status_code == 201


def test_generated_ids_repeat_with_the_seed(connect):
    ids = []
    for seed in (1, 1, 2):
        with Sandbox(seed=seed) as sandbox:
            connect(sandbox, "launchdarkly").event()
            connect(sandbox, "datadog").create()
            ids.append(
                [sandbox.deployments(vendor)[0]["id"] for vendor in ("launchdarkly", "datadog")]
            )
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])


def test_a_port_in_use_is_an_error(sandbox):
    taken = int(sandbox.datadog_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Sandbox(ports={"datadog": taken})


def test_an_unknown_vendor_is_an_error(sandbox):
    for call in (
        sandbox.unplug,
        sandbox.deployments,
        sandbox.connections,
        lambda name: sandbox.fail(name, 500),
    ):
        with pytest.raises(ValueError, match="there are: launchdarkly, datadog, github"):
            call("datadgo")
