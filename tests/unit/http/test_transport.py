"""One request, one answer: connections, limits, and what an exception becomes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.deployments import result
from support.leaks import LAUNCHDARKLY_TOKEN, leaked

from deployment_events.errors import DeliveryFailed, Refused, Unavailable
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from deployment_events.messages import Request, Response, Status
from deployment_events.report.outcome import describe_all
from sandbox import Sandbox

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
KEYS = {"Authorization": LAUNCHDARKLY_TOKEN}

Play = Callable[[socket.socket, int], None]


class Server:
    """A server that plays a part on each of its connections; it counts them and keeps what it read."""

    def __init__(self, play: Play) -> None:
        self.connections = 0
        self.heard: list[bytes] = []
        self._play = play
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client:
            number = 0
            try:
                while data := client.recv(65536):
                    self.heard.append(data)
                    self._play(client, number)
                    number += 1
            except OSError:
                return

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Play], Server]]:
    servers: list[Server] = []

    def start(play: Play) -> Server:
        servers.append(Server(play))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def says(*answers: bytes) -> Play:
    """Response the requests of a connection in turn, and then hang up."""

    def play(client: socket.socket, number: int) -> None:
        if number >= len(answers):
            client.close()
        else:
            client.sendall(answers[number])

    return play


def send(
    url: str, *, seconds: float = 5, transport: Transport | None = None, body: Any = None
) -> Response:
    transport = transport or Transport(10)
    transport.prepare(url)
    method = "POST" if body is not None else "GET"
    return transport.send(Request(method, f"{url}/path", body), KEYS, Deadline(Clock(), seconds))


def failure(url: str, **options: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        send(url, **options)
    assert leaked([repr(caught.value), str(caught.value), str(caught.value.__cause__)]) == []
    return caught.value


@pytest.mark.parametrize("status", [200, 201, 400, 404, 429, 500, 503])
def test_a_connection_is_used_again_after_any_whole_answer(serve: Any, status: int) -> None:
    answer = b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % status
    server = serve(says(*[answer] * 5))
    transport = Transport(10)
    for _ in range(5):
        assert send(server.url, transport=transport).status == status
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 X\r\n\r\n",
        b"HTTP/1.1 304 X\r\n\r\n",
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 201 X\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_connection_is_used_again_after_an_answer_without_a_declared_body(
    serve: Any, answer: bytes
) -> None:
    server = serve(says(*[answer] * 3))
    transport = Transport(10)
    for _ in range(3):
        send(server.url, transport=transport)
    assert server.connections == 1


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n"]
)
def test_an_answer_that_comes_late_is_never_taken_for_the_next_requests(
    serve: Any, head: bytes
) -> None:
    def play(client: socket.socket, number: int) -> None:
        client.sendall(
            head if number == 0 else b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[403]"
        )

    server = serve(play)
    transport = Transport(10)
    first = send(server.url, transport=transport)
    assert not first.accepted
    send(server.url, transport=transport)
    assert server.connections == 2


def test_a_hundred_continue_before_the_answer_is_skipped(serve: Any) -> None:
    server = serve(says(b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK))
    answer = send(server.url)
    assert (answer.status, answer.body, answer.complete) == (200, b"{}", True)


def test_a_connection_with_an_unread_rest_is_not_used_again(serve: Any) -> None:
    big = b"x" * 3_000_000
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(big) + big, OK]
    server = serve(lambda client, _number: client.sendall(answers.pop(0)))
    transport = Transport(10)
    answer = send(server.url, transport=transport)
    assert len(answer.body) == 1024 * 1024
    assert not answer.complete
    assert send(server.url, transport=transport).body == b"{}"
    assert server.connections == 2


def test_a_connection_that_died_in_the_pool_is_replaced(serve: Any) -> None:
    def play(client: socket.socket, _number: int) -> None:
        client.sendall(OK)
        client.shutdown(socket.SHUT_RDWR)

    server = serve(play)
    transport = Transport(10)
    send(server.url, transport=transport)
    time.sleep(0.05)
    assert send(server.url, transport=transport).status == 200
    assert server.connections == 2


@pytest.mark.parametrize("length", [b"Content-Length: 1000\r\n", b"Connection: close\r\n", b""])
@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_body_that_hangs_costs_three_seconds_at_most_and_the_status_counts(
    serve: Any, length: bytes, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployment_events.http.transport._BODY_SECONDS", 0.2)
    server = serve(says(b"HTTP/1.1 %d X\r\n%s\r\n{" % (status, length)))
    began = time.monotonic()
    answer = send(server.url, seconds=30)
    assert time.monotonic() - began < 1
    assert (answer.status, answer.body) == (status, b"{")


def test_the_endless_body_of_a_redirect_costs_three_seconds_at_most(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployment_events.http.transport._BODY_SECONDS", 0.2)

    def play(client: socket.socket, _number: int) -> None:
        client.sendall(b"HTTP/1.1 302 X\r\nLocation: /elsewhere\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(40):
            client.sendall(b"x")
            time.sleep(0.05)

    server = serve(play)
    began = time.monotonic()
    assert send(server.url, seconds=30).status == 302
    assert time.monotonic() - began < 1
    assert len(server.heard) == 1


def test_a_body_that_drips_costs_three_seconds_at_most(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployment_events.http.transport._BODY_SECONDS", 0.2)

    def play(client: socket.socket, _number: int) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            client.sendall(b"x")
            time.sleep(0.05)

    began = time.monotonic()
    answer = send(serve(play).url, seconds=30)
    assert time.monotonic() - began < 1
    assert (answer.status, answer.complete) == (200, False)
    assert 2 <= len(answer.body) <= 10


def test_the_patience_with_a_body_does_not_shorten_the_next_requests(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployment_events.http.transport._BODY_SECONDS", 0.05)

    def play(client: socket.socket, number: int) -> None:
        time.sleep(0.3 if number else 0)
        client.sendall(OK)

    server = serve(play)
    transport = Transport(10)
    send(server.url, transport=transport)
    assert send(server.url, transport=transport).status == 200
    assert server.connections == 1


def test_a_silent_server_costs_no_more_than_the_budget(serve: Any) -> None:
    server = serve(lambda *_: time.sleep(3))
    began = time.monotonic()
    assert str(failure(server.url, seconds=0.2)) == "no answer in time"
    assert time.monotonic() - began < 1


def test_a_refused_connection_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = failure(f"http://127.0.0.1:{port}")
    assert isinstance(error, Unavailable)
    assert str(error) == "connection refused"


def test_an_unknown_host_is_down() -> None:
    error = failure("http://no-such-host.invalid")
    assert isinstance(error, Unavailable)
    assert "name" in str(error).lower()


def test_a_connection_cut_within_the_answer_is_down(serve: Any) -> None:
    def play(client: socket.socket, _number: int) -> None:
        client.sendall(b"HTTP/1.1 20")
        client.close()

    assert isinstance(failure(serve(play).url), Unavailable)


@pytest.mark.parametrize(
    "url", ["https://*.example", "https://.example", "http://a..b", "https://" + "a" * 300]
)
def test_an_address_that_is_none_is_refused_and_named(url: str) -> None:
    error = failure(url)
    assert isinstance(error, Refused)
    assert str(error).endswith(
        "correct the base URL, HTTPS_PROXY or ALL_PROXY"
    )  # a full stop is added where it is told


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1", "SOCKS5h://127.0.0.1:1", "socks4a://127.0.0.1:1"]
)
def test_a_socks_proxy_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(
        Refused,
        match=r"^SOCKS proxies are not supported: set HTTPS_PROXY or ALL_PROXY to an HTTP proxy$",
    ):
        Transport(10).prepare("https://vendor.example")


@pytest.mark.parametrize("proxy", ["socks-gateway.example:3128", "http://socks5:3128"])
def test_an_http_proxy_may_be_called_socks(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    Transport(10).prepare("https://vendor.example")


@pytest.mark.parametrize(
    ("attempts", "wanted"), [(1, "no such flag. Wait."), (2, "no such flag (2 tries). Wait.")]
)
@pytest.mark.parametrize("words", ["no such flag", "no such flag."])
def test_whatever_the_error_it_is_told_with_one_full_stop(
    words: str, attempts: int, wanted: str
) -> None:
    [told] = describe_all([result(Status.REFUSED, error=words, fix="Wait.", attempts=attempts)])
    assert f": {wanted} " in told


def test_no_cookie_of_a_server_ever_comes_back(serve: Any) -> None:
    cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=1; Path=/\r\nContent-Length: 2\r\n\r\n{}"
    server = serve(says(cookie, cookie))
    transport = Transport(10)
    send(server.url, transport=transport)
    send(server.url, transport=transport)
    assert all(b"ookie" not in heard for heard in server.heard)


def test_a_body_goes_out_as_json_with_its_length(serve: Any) -> None:
    def play(client: socket.socket, _number: int) -> None:
        if b"".join(server.heard).endswith(b"}"):  # head and body may come one after the other
            client.sendall(OK)

    server = serve(play)
    send(server.url, body={"a": "ü"})
    head, _, body = b"".join(server.heard).partition(b"\r\n\r\n")
    assert b"Content-Type: application/json" in head
    assert b"Content-Length: %d" % len(body) in head
    assert b"chunked" not in head
    assert body == b'{"a": "\\u00fc"}'
