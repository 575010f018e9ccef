"""What the connections add to urllib3: time limits of a response, and the status of a tunnel."""

import io
import socket
import time
from collections.abc import Iterator

import pytest

from deployment_events.http.connections import POOLS, LimitedReader, LimitedResponse, TunnelFailed
from sandbox.proxy import Proxy

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    client, server = socket.socketpair()
    with client, server:
        client.settimeout(0.2)
        yield client, server


def reader(client: socket.socket) -> LimitedReader:
    return LimitedReader(client.makefile("rb", buffering=0), client)


def test_a_reader_returns_what_has_arrived(pair: Pair) -> None:
    client, server = pair
    server.sendall(b"abc")
    assert reader(client).read(10) == b"abc"


def test_the_time_limit_of_a_reader_is_that_of_the_socket_as_a_sum(pair: Pair) -> None:
    client, server = pair
    limited = reader(client)
    start = time.monotonic()
    server.sendall(b"a")
    assert limited.read(1) == b"a"
    with pytest.raises(TimeoutError):
        limited.read(1)
    assert time.monotonic() - start < 1


def test_a_reader_whose_time_is_over_reads_nothing(pair: Pair) -> None:
    client, server = pair
    server.sendall(b"abc")
    limited = reader(client)
    limited.seconds_left = lambda: 0.0
    with pytest.raises(TimeoutError):
        limited.read(1)


def test_closing_a_reader_closes_what_it_reads_from(pair: Pair) -> None:
    raw = pair[0].makefile("rb", buffering=0)
    LimitedReader(raw, pair[0]).close()
    assert raw.closed


def response(pair: Pair, data: bytes) -> LimitedResponse:
    client, server = pair
    server.sendall(data)
    received = LimitedResponse(client)
    received.begin()
    return received


@pytest.mark.parametrize("interim", [100, 102, 103, 199])
def test_interim_responses_are_read_past(pair: Pair, interim: int) -> None:
    head = b"HTTP/1.1 %d X\r\n\r\n" % interim
    received = response(pair, head * 3 + b"HTTP/1.1 201 X\r\nContent-Length: 0\r\n\r\n")
    assert received.status == 201


def test_a_switch_of_protocols_is_a_final_response(pair: Pair) -> None:
    assert response(pair, b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n").status == 101


def test_cookies_are_removed(pair: Pair) -> None:
    head = b"HTTP/1.1 200 X\r\nSet-Cookie: a=b; expires=never\r\nX: y\r\nContent-Length: 0\r\n\r\n"
    assert dict(response(pair, head).headers) == {"X": "y", "Content-Length": "0"}


def test_a_response_reads_with_a_limit(pair: Pair) -> None:
    received = response(pair, b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nabc")
    assert isinstance(received.fp, io.BufferedReader)
    assert received.fp.raw is received.reader


@pytest.mark.parametrize(("auth", "status"), [("user:password", 407), (None, 502)])
def test_a_failed_tunnel_has_the_status_of_the_proxy(auth: str | None, status: int) -> None:
    with Proxy(auth=auth) as proxy:
        port = int(proxy.url.rpartition(":")[2])
        connection = POOLS["https"].ConnectionCls("127.0.0.1", port, timeout=5)
        connection.set_tunnel("vendor.example", 443)
        with pytest.raises(TunnelFailed) as caught:
            connection.connect()
    assert caught.value.status == status
