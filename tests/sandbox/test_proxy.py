"""The forward proxy: authentication, routes and refusals."""

import socket

import pytest
import requests

from sandbox import DATADOG_API_KEY, Proxy

CREATE = "/api/v2/dora/deployment"


@pytest.fixture
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def ask(proxy: Proxy, message: str) -> bytes:
    """Send bytes to the proxy and return its complete response."""
    answer = b""
    with socket.create_connection(
        ("127.0.0.1", int(proxy.url.rpartition(":")[2])), timeout=10
    ) as client:
        client.sendall(message.encode())
        while more := client.recv(65536):
            answer += more
    return answer


def create(session: requests.Session, url: str, proxy_url: str) -> requests.Response:
    return session.post(
        url + CREATE,
        json={},
        headers={"DD-API-KEY": DATADOG_API_KEY},
        proxies={"http": proxy_url},
        timeout=10,
    )


def test_plain_http_is_forwarded_by_absolute_uri(sandbox, session):
    with Proxy() as proxy:
        assert create(session, sandbox.datadog_url, proxy.url).status_code == 400
        assert proxy.forwarded == [sandbox.datadog_url + CREATE]
        assert proxy.tunnels == []
    (record,) = sandbox.requests()
    assert (record.path, record.body) == (CREATE, {})
    assert not [name for name in record.headers if name.startswith("proxy-")]


def test_a_route_maps_another_host_to_the_sandbox(sandbox, session):
    port = int(sandbox.datadog_url.rpartition(":")[2])
    with Proxy({"vendor.test:80": ("127.0.0.1", port)}) as proxy:
        assert create(session, "http://vendor.test", proxy.url).status_code == 400
    assert sandbox.requests()[0].headers["host"] == "vendor.test"


def test_a_tunnel_to_loopback_carries_bytes_both_ways(sandbox):
    authority = sandbox.datadog_url.removeprefix("http://")
    with Proxy() as proxy:
        request = "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = ask(proxy, f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n{request}")
        assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 403 ")
        assert proxy.tunnels == [authority]


@pytest.mark.parametrize(
    "target", ["example.org:443", "app.launchdarkly.com:443", "127.0.0.2:80", "localhost:http"]
)
def test_any_other_host_is_recorded_and_refused_with_502(target):
    with Proxy({"example.org:80": ("127.0.0.1", 9)}) as proxy:
        assert ask(proxy, f"CONNECT {target} HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502 ")
        assert proxy.tunnels == [target]


def test_a_host_without_a_route_does_not_lead_to_loopback(sandbox):
    with Proxy() as proxy:
        target = sandbox.datadog_url.replace("http://127.0.0.1", "example.org")
        assert ask(proxy, f"CONNECT {target} HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502 ")


def test_a_closed_port_is_refused_with_502(sandbox):
    sandbox.unplug("datadog")
    with Proxy() as proxy:
        target = sandbox.datadog_url.removeprefix("http://")
        assert ask(proxy, f"CONNECT {target} HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("credentials", ["", "user:wrong@", "user@"])
def test_missing_or_wrong_credentials_are_refused_with_407(sandbox, session, credentials):
    with Proxy(auth="user:pass") as proxy:
        answer = create(session, sandbox.datadog_url, proxy.url.replace("//", f"//{credentials}"))
        assert answer.status_code == 407
        assert answer.headers["proxy-authenticate"].startswith("Basic ")
        assert ask(proxy, "CONNECT localhost:1 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 407 ")
    assert sandbox.requests() == []


def test_the_right_credentials_are_accepted_and_not_forwarded(sandbox, session):
    with Proxy(auth="user:pass") as proxy:
        assert (
            create(
                session, sandbox.datadog_url, proxy.url.replace("//", "//user:pass@")
            ).status_code
            == 400
        )
    assert "proxy-authorization" not in sandbox.requests()[0].headers


def test_an_open_tunnel_ends_with_the_proxy(sandbox):
    with Proxy() as proxy:
        client = socket.create_connection(
            ("127.0.0.1", int(proxy.url.rpartition(":")[2])), timeout=10
        )
        client.sendall(f"CONNECT {sandbox.datadog_url[7:]} HTTP/1.1\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    with client:
        assert client.recv(100) == b""


@pytest.mark.parametrize("message", ["", "CONNECT", "nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"])
def test_an_invalid_request_is_ignored(message):
    with Proxy() as proxy:
        with socket.create_connection(
            ("127.0.0.1", int(proxy.url.rpartition(":")[2])), timeout=10
        ) as client:
            client.sendall(message.encode())
            client.shutdown(socket.SHUT_WR)
            client.recv(1000)
        assert ask(proxy, "CONNECT example.org:443 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502 ")
