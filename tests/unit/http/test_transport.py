"""One request and its response: connections, headers, time limits, and failures."""

import gzip
import socket
import threading
import time
import tomllib
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from support.keys import LAUNCHDARKLY_TOKEN
from support.leaks import leaked
from support.manifest import ROOT

from deployment_events.errors import DeliveryFailed, Refused, Unavailable
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from deployment_events.messages import Request, Response

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CREDENTIALS = {"Authorization": LAUNCHDARKLY_TOKEN}

Answer = Callable[[socket.socket, int], None]
"""Answers a request, given its number on its connection."""


class Server:
    """Calls `answer` for each request; counts connections and keeps the bytes that it received."""

    def __init__(self, answer: Answer) -> None:
        self.connections = 0
        self.received: list[bytes] = []
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            number = 0
            try:
                while data := client.recv(65536):
                    self.received.append(data)
                    self._answer(client, number)
                    number += 1
            except OSError:
                return

    def close(self) -> None:
        self._listener.close()


Serve = Callable[[Answer], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(answer: Answer) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def body_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body may take 0.2 s instead of 3."""
    monkeypatch.setattr("deployment_events.http.transport._BODY_SECONDS", 0.2)


def responses(*sent: bytes) -> Answer:
    """Send one response for each request of a connection, and then close it."""

    def answer(client: socket.socket, number: int) -> None:
        if number >= len(sent):
            client.close()
        else:
            client.sendall(sent[number])

    return answer


EMPTY_BLOCK = b"\0\0\0\xff\xff"
CHUNKED_EMPTY_BLOCK = b"5\r\n" + EMPTY_BLOCK + b"\r\n"
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def drip(head: bytes, part: bytes = b"x") -> Answer:
    """Send a part of the body every 50 ms."""

    def answer(client: socket.socket, _number: int) -> None:
        client.sendall(head)
        for _ in range(100):
            client.sendall(part)
            threading.Event().wait(0.05)

    return answer


def silent(client: socket.socket, _number: int) -> None:
    """Send nothing until the client closes the connection."""
    client.recv(1)


def send(
    url: str, *, seconds: float = 5, transport: Transport | None = None, body: Any = None
) -> Response:
    transport = transport or Transport(10)
    deadline = Deadline(Clock(), seconds)
    transport.prepare(url, deadline)
    method: Literal["GET", "POST"] = "POST" if body is not None else "GET"
    request = Request(method, f"{url}/path", body, credentials=CREDENTIALS)
    return transport.send(request, deadline)


def failure(url: str, **options: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        send(url, **options)
    error = caught.value
    assert leaked([repr(error), str(error), str(error.__cause__)]) == []
    return error


class TestConnections:
    @pytest.mark.parametrize("status", [200, 201, 400, 404, 429, 500, 503])
    def test_a_connection_is_used_again_after_a_complete_response(
        self, serve: Serve, status: int
    ) -> None:
        response = b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % status
        server = serve(responses(*[response] * 5))
        transport = Transport(10)
        for _ in range(5):
            assert send(server.url, transport=transport).status == status
        assert server.connections == 1

    @pytest.mark.parametrize(
        "response",
        [
            b"HTTP/1.1 204 X\r\n\r\n",
            b"HTTP/1.1 304 X\r\n\r\n",
            b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            b"HTTP/1.1 201 X\r\nContent-Length: 0\r\n\r\n",
        ],
    )
    def test_a_connection_is_used_again_after_a_response_without_a_declared_body(
        self, serve: Serve, response: bytes
    ) -> None:
        server = serve(responses(*[response] * 3))
        transport = Transport(10)
        for _ in range(3):
            send(server.url, transport=transport)
        assert server.connections == 1

    def test_a_late_response_is_never_read_as_that_of_the_next_request(self, serve: Serve) -> None:
        head = b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n"
        late = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[403]"
        server = serve(responses(head, late, late))
        transport = Transport(10)
        assert not send(server.url, transport=transport).accepted
        send(server.url, transport=transport)
        assert server.connections == 2

    @pytest.mark.parametrize("status", [100, 102, 103, 199])
    def test_a_1xx_before_the_response_is_skipped(self, serve: Serve, status: int) -> None:
        interim = b"HTTP/1.1 %d X\r\nLink: </style.css>\r\n\r\n" % status
        server = serve(responses(interim * 3 + OK, interim + OK))
        transport = Transport(10)
        for _ in range(2):
            response = send(server.url, transport=transport)
            assert (response.status, response.body, response.complete) == (200, b"{}", True)
            assert "Link" not in response.headers
        assert server.connections == 1

    def test_a_switch_to_another_protocol_is_not_accepted(self, serve: Serve) -> None:
        server = serve(responses(b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n" + OK))
        response = send(server.url)
        assert (response.status, response.accepted) == (101, False)

    @pytest.mark.parametrize("status", [100, 103])
    def test_a_server_that_sends_only_1xx_is_given_up(self, serve: Serve, status: int) -> None:
        server = serve(responses(b"HTTP/1.1 %d X\r\n\r\n" % status * 1000))
        assert str(failure(server.url)) == f"the connection to {server.host} failed"

    def test_a_connection_with_unread_bytes_is_not_used_again(self, serve: Serve) -> None:
        big = b"x" * 3_000_000
        sent = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(big) + big, OK]
        server = serve(lambda client, _number: client.sendall(sent.pop(0)))
        transport = Transport(10)
        response = send(server.url, transport=transport)
        assert len(response.body) == 1024 * 1024
        assert not response.complete
        assert send(server.url, transport=transport).body == b"{}"
        assert server.connections == 2

    def test_another_address_of_the_host_is_used_and_the_request_names_the_host(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = serve(responses(OK))
        port = int(server.url.rpartition(":")[2])
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("127.0.0.9", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
        assert send(f"http://vendor.example:{port}").accepted
        assert f"Host: vendor.example:{port}\r\n".encode() in b"".join(server.received)

    def test_a_connection_that_the_server_closed_is_replaced(self, serve: Serve) -> None:
        closed = threading.Event()

        def answer(client: socket.socket, _number: int) -> None:
            client.sendall(OK)
            client.shutdown(socket.SHUT_RDWR)
            closed.set()

        server = serve(answer)
        transport = Transport(10)
        send(server.url, transport=transport)
        closed.wait(5)
        assert send(server.url, transport=transport).status == 200
        assert server.connections == 2


@pytest.mark.usefixtures("body_limit")
class TestBodyLimit:
    @pytest.mark.parametrize("length", [b"Content-Length: 1000\r\n", b"Connection: close\r\n", b""])
    @pytest.mark.parametrize("status", [200, 403, 503])
    def test_a_body_that_hangs_is_cut_and_the_status_counts(
        self, serve: Serve, length: bytes, status: int
    ) -> None:
        server = serve(responses(b"HTTP/1.1 %d X\r\n%s\r\n{" % (status, length)))
        start = time.monotonic()
        response = send(server.url, seconds=30)
        assert time.monotonic() - start < 1
        assert (response.status, response.body) == (status, b"{")

    def test_the_endless_body_of_a_redirect_is_cut_and_the_redirect_not_followed(
        self, serve: Serve
    ) -> None:
        head = b"HTTP/1.1 302 X\r\nLocation: /elsewhere\r\nContent-Length: 1000\r\n\r\n"
        server = serve(drip(head))
        start = time.monotonic()
        assert send(server.url, seconds=30).status == 302
        assert time.monotonic() - start < 1
        assert len(server.received) == 1

    def test_a_body_that_drips_is_cut(self, serve: Serve) -> None:
        server = serve(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"))
        start = time.monotonic()
        response = send(server.url, seconds=30)
        assert time.monotonic() - start < 1
        assert (response.status, response.complete) == (200, False)
        assert 2 <= len(response.body) <= 10

    @pytest.mark.parametrize(
        ("head", "part"),
        [
            # The bytes of a chunk's length, in one line without an end.
            (b"Transfer-Encoding: chunked\r\n", b"0"),
            # Compressed blocks without content.
            (b"Content-Encoding: gzip\r\n", EMPTY_BLOCK),
            (b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", CHUNKED_EMPTY_BLOCK),
        ],
        ids=["chunk length", "gzip", "chunked gzip"],
    )
    @pytest.mark.parametrize("close", [b"", b"Connection: close\r\n"])
    def test_a_body_that_never_yields_a_byte_is_cut(
        self, serve: Serve, head: bytes, part: bytes, close: bytes
    ) -> None:
        begin = GZIP_HEAD if b"gzip" in head else b""
        if b"chunked" in head and begin:
            begin = b"%x\r\n%b\r\n" % (len(begin), begin)
        server = serve(drip(b"HTTP/1.1 201 X\r\n" + head + close + b"\r\n" + begin, part))
        start = time.monotonic()
        response = send(server.url, seconds=30)
        assert time.monotonic() - start < 1
        assert (response.status, response.body, response.complete) == (201, b"", False)

    def test_the_limit_of_a_body_is_not_that_of_the_next_response(self, serve: Serve) -> None:
        def answer(client: socket.socket, number: int) -> None:
            threading.Event().wait(0.4 if number else 0)
            client.sendall(OK)

        server = serve(answer)
        transport = Transport(10)
        send(server.url, transport=transport)
        assert send(server.url, transport=transport).status == 200
        assert server.connections == 1


class TestBodies:
    """The status decides, whatever the body is."""

    @pytest.mark.parametrize("coding", ["br", "zstd", "compress", "unknown", "br, gzip"])
    def test_a_body_in_an_unknown_coding_is_accepted(self, serve: Serve, coding: str) -> None:
        head = f"HTTP/1.1 202 X\r\nContent-Encoding: {coding}\r\nContent-Length: 4\r\n\r\n"
        response = send(serve(responses(head.encode() + b"\x1b\x03\0{")).url)
        assert response.accepted
        assert response.json() is None

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip, gzip, gzip, gzip, gzip"])
    def test_a_body_that_cannot_be_decoded_is_accepted(self, serve: Serve, coding: str) -> None:
        head = f"HTTP/1.1 202 X\r\nContent-Encoding: {coding}\r\nContent-Length: 4\r\n\r\n"
        response = send(serve(responses(head.encode() + b"\0\1\2\3")).url)
        assert response.accepted
        assert response.json() is None

    @pytest.mark.parametrize(
        "lengths", ["Content-Length: 2, 3", "Content-Length: 2\r\nContent-Length: 3"]
    )
    def test_a_body_with_several_lengths_is_accepted(self, serve: Serve, lengths: str) -> None:
        server = serve(responses(f"HTTP/1.1 202 X\r\n{lengths}\r\n\r\n{{}}".encode()))
        transport = Transport(10)
        assert send(server.url, seconds=0.2, transport=transport).accepted
        assert send(server.url, seconds=0.2, transport=transport).accepted
        assert server.connections == 2, "where the next response begins is unknown"

    def test_a_body_that_breaks_off_is_accepted(self, serve: Serve) -> None:
        def answer(client: socket.socket, _number: int) -> None:
            client.sendall(b"HTTP/1.1 202 X\r\nContent-Length: 100\r\n\r\n{")
            client.close()

        response = send(serve(answer).url)
        assert (response.accepted, response.body, response.complete) == (True, b"{", False)

    def test_a_bomb_is_cut_where_the_body_is_too_large(self, serve: Serve) -> None:
        bomb = gzip.compress(bytes(50_000_000))
        head = b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        server = serve(responses(head % len(bomb) + bomb))
        tracemalloc.start()
        response = send(server.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (len(response.body), response.complete) == (1024 * 1024, False)
        assert peak < 5_000_000


class TestProxies:
    def connect_through(
        self, monkeypatch: pytest.MonkeyPatch, proxy: Server, **options: Any
    ) -> DeliveryFailed:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//user:hunter2@"))
        error = failure("https://vendor.example", **options)
        assert "hunter2" not in str(error)
        return error

    @pytest.mark.parametrize("status", [400, 403, 404, 451])
    def test_a_4xx_of_a_proxy_is_refused_and_names_both_hosts(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch, status: int
    ) -> None:
        proxy = serve(responses(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status))
        error = self.connect_through(monkeypatch, proxy)
        assert isinstance(error, Refused)
        assert str(error) == (
            f"the proxy {proxy.host} rejected the connection to vendor.example (HTTP {status})"
        )
        # A status of the vendor would mean that the event's content is wrong.
        assert error.status is None

    @pytest.mark.parametrize("status", [204, 302, 408, 429, 500, 502, 503])
    def test_any_other_status_of_a_proxy_is_retried(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch, status: int
    ) -> None:
        proxy = serve(responses(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status))
        error = self.connect_through(monkeypatch, proxy)
        assert isinstance(error, Unavailable)
        verb = "redirected the connection" if status == 302 else "did not connect"
        assert str(error) == f"the proxy {proxy.host} {verb} to vendor.example (HTTP {status})"

    def test_a_proxy_that_sends_its_head_byte_by_byte_takes_no_more_than_the_deadline(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start = time.monotonic()
        error = self.connect_through(monkeypatch, serve(drip(b"HTTP/1.1 403 ")), seconds=0.3)
        assert isinstance(error, Unavailable)
        assert time.monotonic() - start < 1


class TestFailures:
    def test_a_head_that_drips_takes_no_more_than_the_deadline(self, serve: Serve) -> None:
        start = time.monotonic()
        server = serve(drip(b"HTTP/1.1 200 OK\r\nX: "))
        error = failure(server.url, seconds=0.3)
        assert str(error) == f"no response from {server.host} in time"
        assert time.monotonic() - start < 1

    def test_a_silent_server_costs_no_more_than_the_deadline(self, serve: Serve) -> None:
        start = time.monotonic()
        server = serve(silent)
        message = str(failure(server.url, seconds=0.2))
        assert message == f"no response from {server.host} in time"
        assert time.monotonic() - start < 1

    def test_a_connection_that_is_not_accepted(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        error = failure(f"http://127.0.0.1:{port}")
        assert isinstance(error, Unavailable)
        assert str(error) == f"the connection to 127.0.0.1:{port} failed (connection refused)"

    def test_an_unknown_host(self) -> None:
        error = failure("http://no-such-host.invalid")
        assert isinstance(error, Unavailable)
        assert "name" in str(error).lower()

    def test_a_connection_that_breaks_within_the_response(self, serve: Serve) -> None:
        def answer(client: socket.socket, _number: int) -> None:
            client.sendall(b"HTTP/1.1 20")
            client.close()

        assert isinstance(failure(serve(answer).url), Unavailable)

    @pytest.mark.parametrize(
        "url", ["https://*.example", "https://.example", "http://a..b", "https://" + "a" * 300]
    )
    def test_an_invalid_host_is_refused(self, url: str) -> None:
        error = failure(url)
        assert isinstance(error, Refused)
        assert str(error) == "the address of the server or of the proxy is invalid"

    @pytest.mark.parametrize(
        "proxy", ["socks5://127.0.0.1:1", "SOCKS5h://127.0.0.1:1", "socks4a://127.0.0.1:1"]
    )
    def test_a_socks_proxy_is_refused_before_anything_is_sent(
        self, monkeypatch: pytest.MonkeyPatch, proxy: str
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", proxy)
        with pytest.raises(Refused) as caught:
            Transport(10).prepare("https://vendor.example", Deadline(Clock(), 5))
        assert str(caught.value) == "SOCKS proxies are not supported"
        assert caught.value.advice is not None
        assert "to an HTTP proxy" in caught.value.advice.fix

    @pytest.mark.parametrize("proxy", ["socks-gateway.example:3128", "http://socks5:3128"])
    def test_an_http_proxy_may_have_socks_in_its_name(
        self, monkeypatch: pytest.MonkeyPatch, proxy: str
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", proxy)
        Transport(10).prepare("http://vendor.example", Deadline(Clock(), 5))

    def test_a_ca_bundle_that_cannot_be_used_is_refused_before_anything_is_sent(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/missing.pem")
        transport = Transport(10)
        deadline = Deadline(Clock(), 5)
        transport.prepare("http://vendor.example", deadline)
        with pytest.raises(Refused, match=r"'/missing\.pem' cannot be used"):
            transport.prepare("https://vendor.example", deadline)


class TestRequests:
    def test_headers_and_credentials_are_sent(self, serve: Serve) -> None:
        server = serve(responses(OK))
        request = Request("GET", f"{server.url}/path", None, {"Accept": "a/b"}, CREDENTIALS)
        Transport(10).send(request, Deadline(Clock(), 5))
        lines = b"".join(server.received).decode().split("\r\n")
        assert lines[0] == "GET /path HTTP/1.1"
        assert "Accept: a/b" in lines
        assert f"Authorization: {LAUNCHDARKLY_TOKEN}" in lines

    def test_netrc_does_not_replace_the_credentials(
        self, serve: Serve, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login user password secret\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        server = serve(responses(OK))
        send(server.url)
        sent = b"".join(server.received)
        assert f"Authorization: {LAUNCHDARKLY_TOKEN}\r\n".encode() in sent
        assert b"Basic" not in sent

    def test_the_user_agent_contains_the_projects_version(self, serve: Serve) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        server = serve(responses(OK))
        send(server.url)
        wanted = f"User-Agent: deployment-events/{project['version']}\r\n"
        assert wanted.encode() in b"".join(server.received)

    def test_no_cookie_of_a_server_is_sent_back(self, serve: Serve) -> None:
        cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=1; Path=/\r\nContent-Length: 2\r\n\r\n{}"
        server = serve(responses(cookie, cookie))
        transport = Transport(10)
        send(server.url, transport=transport)
        send(server.url, transport=transport)
        assert len(server.received) == 2
        assert all(b"ookie" not in data for data in server.received)

    def test_a_cookie_that_cannot_be_parsed_causes_no_warning(self, serve: Serve) -> None:
        """Python would write the warning, with a traceback, to stderr; here it is an error."""
        cookie = b"Set-Cookie: id=1; expires=Thu, 01 Jxx 2026 00:00:00 GMT\r\n"
        server = serve(responses(OK.replace(b"\r\n", b"\r\n" + cookie, 1)))
        assert send(server.url).accepted

    def test_a_body_is_sent_as_json_with_its_length(self, serve: Serve) -> None:
        def answer(client: socket.socket, _number: int) -> None:
            # The head and the body may arrive one after the other.
            if b"".join(server.received).endswith(b"}"):
                client.sendall(OK)

        server = serve(answer)
        send(server.url, body={"a": "ü"})
        head, _, body = b"".join(server.received).partition(b"\r\n\r\n")
        assert b"Content-Type: application/json" in head
        assert b"Content-Length: %d" % len(body) in head
        assert b"chunked" not in head
        assert body == b'{"a": "\\u00fc"}'
