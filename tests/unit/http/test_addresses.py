"""Connections to a host that has several addresses."""

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deployment_events.http import addresses
from deployment_events.http.addresses import connect

HOST = "vendor.example"

Resolve = Callable[..., Any]


class Listener:
    """A server that accepts connections on one loopback address."""

    def __init__(self, address: str, port: int = 0) -> None:
        self.socket = socket.create_server((address, port))
        self.port: int = self.socket.getsockname()[1]


class Silent:
    """An address that answers no packet, because its queue of connections is full."""

    def __init__(self, address: str, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(0)
        self.fillers = [socket.socket() for _ in range(3)]
        for filler in self.fillers:
            filler.setblocking(False)
            filler.connect_ex((address, port))

    def close(self) -> None:
        for sock in (self.socket, *self.fillers):
            sock.close()


@pytest.fixture
def good() -> Iterator[Listener]:
    listener = Listener("127.0.0.1")
    yield listener
    listener.socket.close()


@pytest.fixture
def silent(good: Listener) -> Iterator[str]:
    """An address that swallows connections to the good listener's port."""
    hole = Silent("127.0.0.2", good.port)
    yield "127.0.0.2"
    hole.close()


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    yield
    addresses._ANSWERED.clear()


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Sets the addresses of the host. Returns the list of the names that are looked up."""

    def set_addresses(*found: str) -> list[str]:
        names: list[str] = []

        def getaddrinfo(host: str, port: int, *_: Any) -> list[Any]:
            names.append(host)
            return [(_family(one), socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return names

    return set_addresses


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def peer(port: int, seconds: float = 5) -> str:
    """Connect to the host, and return the address that answered."""
    with connect(HOST, port, seconds, ()) as sock:
        return str(sock.getpeername()[0])


class TestSeveralAddresses:
    def test_a_first_address_that_does_not_answer_costs_a_quarter_of_a_second(
        self, good: Listener, silent: str, resolve: Resolve
    ) -> None:
        resolve(silent, "127.0.0.1")
        start = time.monotonic()
        assert peer(good.port) == "127.0.0.1"
        assert 0.2 < time.monotonic() - start < 2

    def test_the_first_address_that_answers_is_used(self, good: Listener, resolve: Resolve) -> None:
        other = Listener("127.0.0.3", good.port)
        resolve("127.0.0.3", "127.0.0.1")
        start = time.monotonic()
        assert peer(good.port) == "127.0.0.3"
        assert time.monotonic() - start < 0.2
        other.socket.close()

    def test_an_address_that_refuses_is_followed_by_the_next_one_immediately(
        self, good: Listener, resolve: Resolve
    ) -> None:
        resolve("127.0.0.4", "127.0.0.5", "127.0.0.1")
        start = time.monotonic()
        assert peer(good.port) == "127.0.0.1"
        assert time.monotonic() - start < 0.2

    def test_an_address_of_a_family_that_the_system_lacks_is_skipped(
        self, good: Listener, resolve: Resolve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resolve("::1", "127.0.0.1")
        create = socket.socket

        def without_ipv6(family: int = -1, *rest: int, **options: Any) -> socket.socket:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            return create(family, *rest, **options)

        monkeypatch.setattr(socket, "socket", without_ipv6)
        assert peer(good.port) == "127.0.0.1"

    def test_ipv4_is_tried_second_however_many_ipv6_addresses_there_are(
        self, resolve: Resolve
    ) -> None:
        resolve("::1", "::2", "::3", "127.0.0.1", "127.0.0.2")
        found = addresses._look_up(HOST, 443, addresses.Deadline(addresses.Clock(), 5))
        order = [one.address[0] for one in found]
        assert order == ["::1", "127.0.0.1", "::2", "127.0.0.2", "::3"]

    def test_silence_of_all_addresses_takes_no_more_than_the_time_allowed(
        self, good: Listener, silent: str, resolve: Resolve
    ) -> None:
        resolve(silent, silent)
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            peer(good.port, 0.4)
        assert 0.35 < time.monotonic() - start < 2

    def test_the_last_failure_is_raised(self, good: Listener, resolve: Resolve) -> None:
        resolve("127.0.0.4", "127.0.0.5")
        with pytest.raises(ConnectionRefusedError):
            peer(good.port)

    def test_a_host_without_addresses_is_an_error(self, good: Listener, resolve: Resolve) -> None:
        resolve()
        with pytest.raises(OSError, match="no address"):
            peer(good.port)

    def test_no_socket_of_an_attempt_stays_open(
        self, good: Listener, silent: str, resolve: Resolve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[socket.socket] = []
        create = socket.socket

        def keep(*arguments: Any, **options: Any) -> socket.socket:
            opened.append(create(*arguments, **options))
            return opened[-1]

        monkeypatch.setattr(socket, "socket", keep)
        resolve(silent, "127.0.0.4", "127.0.0.1")
        peer(good.port)
        assert len(opened) == 3
        assert [sock.fileno() for sock in opened] == [-1, -1, -1]


class TestMemory:
    def test_the_address_that_answered_is_used_again_without_a_look_up(
        self, good: Listener, silent: str, resolve: Resolve
    ) -> None:
        names = resolve(silent, "127.0.0.1")
        peer(good.port)
        start = time.monotonic()
        assert peer(good.port) == "127.0.0.1"
        assert time.monotonic() - start < 0.2
        assert names == [HOST]

    def test_an_address_that_no_longer_answers_is_forgotten(
        self, good: Listener, resolve: Resolve
    ) -> None:
        other = Listener("127.0.0.3", good.port)
        resolve("127.0.0.3")
        peer(good.port)
        other.socket.close()
        names = resolve("127.0.0.1")
        assert peer(good.port) == "127.0.0.1"
        assert peer(good.port) == "127.0.0.1"
        assert names == [HOST]


class TestNames:
    def test_a_look_up_that_hangs_takes_no_more_than_the_time_allowed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        released = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: released.wait())
        start = time.monotonic()
        with pytest.raises(socket.gaierror, match="not resolved in time"):
            peer(443, 0.2)
        assert time.monotonic() - start < 1
        released.set()

    def test_an_unknown_name_is_the_error_of_the_system(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def getaddrinfo(*_: Any) -> list[Any]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with pytest.raises(socket.gaierror, match="not known"):
            peer(443)
