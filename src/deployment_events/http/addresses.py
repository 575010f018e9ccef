"""Connects to a host by name. One address that does not answer must not use up the time.

The addresses are tried side by side, as RFC 8305 describes, and the one that answers is remembered.
"""

import os
import selectors
import socket
from collections import deque
from collections.abc import Iterable, Sequence
from errno import EINPROGRESS
from itertools import chain, zip_longest
from typing import NamedTuple

from urllib3.util.connection import allowed_gai_family

from .deadline import Clock, Deadline, run_with_deadline

SocketOptions = Sequence[tuple[int, int, int | bytes]]

_NEXT_ATTEMPT_SECONDS = 0.25
"""Seconds until the next address is tried as well: RFC 8305's recommendation."""
_IN_PROGRESS = frozenset({0, EINPROGRESS})
"""The results of a connection attempt that has not failed."""


class Address(NamedTuple):
    """One address of a host, and the socket that connects to it."""

    family: socket.AddressFamily
    kind: socket.SocketKind
    protocol: int
    address: tuple[str | int | bytes, ...]


class _Attempt(NamedTuple):
    """A connection, or an attempt to connect."""

    sock: socket.socket
    address: Address


_ANSWERED: dict[tuple[str, int], Address] = {}
"""The address that answered last, of each host and port of this process."""


def connect(host: str, port: int, seconds: float, options: SocketOptions) -> socket.socket:
    """Return a connected socket. Raises `OSError`, and `UnicodeError` if the name is invalid.

    Looking up the name and connecting take at most `seconds` together.
    """
    deadline = Deadline(Clock(), seconds)
    known = _ANSWERED.pop((host, port), None)
    connected = _connect_again(known, deadline.part(seconds / 2), options) if known else None
    if connected is None:
        connected = _Race(_look_up(host, port, deadline), options).run(deadline)
    sock, _ANSWERED[host, port] = connected
    return sock


def _connect_again(known: Address, deadline: Deadline, options: SocketOptions) -> _Attempt | None:
    """Return a connection to the address that answered before, or None if it does not any more."""
    try:
        return _Race([known], options).run(deadline)
    except OSError:
        return None


def _look_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Return the addresses of a host, IPv6 and IPv4 in turn. A resolver can hang for minutes."""
    found = run_with_deadline(
        deadline,
        lambda: socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM),
    )
    if found is None:
        raise socket.gaierror(socket.EAI_AGAIN, "the host's name was not resolved in time")
    by_family: dict[socket.AddressFamily, list[Address]] = {}
    for family, kind, protocol, _, address in found:
        by_family.setdefault(family, []).append(Address(family, kind, protocol, address))
    in_turn = chain.from_iterable(zip_longest(*by_family.values()))
    return [address for address in in_turn if address is not None]


class _Race:
    """Connection attempts to several addresses: the first that succeeds wins."""

    def __init__(self, addresses: Iterable[Address], options: SocketOptions) -> None:
        self._waiting = deque(addresses)
        self._options = options
        self._error = OSError("the host has no address")

    def run(self, deadline: Deadline) -> _Attempt:
        """Return the first connection. Raises `OSError` if there is none."""
        with selectors.DefaultSelector() as selector:
            try:
                return self._run(selector, deadline)
            finally:
                for key in list(selector.get_map().values()):
                    key.data.sock.close()

    def _run(self, selector: selectors.BaseSelector, deadline: Deadline) -> _Attempt:
        while self._waiting or selector.get_map():
            if not deadline.left():
                raise TimeoutError
            wait = deadline.left()
            if self._waiting:
                self._begin(selector, self._waiting.popleft())
                wait = min(wait, _NEXT_ATTEMPT_SECONDS) if self._waiting else wait
            for key, _ in selector.select(wait) if selector.get_map() else ():
                attempt: _Attempt = key.data
                selector.unregister(attempt.sock)
                code = attempt.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not code:
                    return attempt
                self._fail(attempt.sock, code)
        raise self._error

    def _begin(self, selector: selectors.BaseSelector, address: Address) -> None:
        try:
            sock = socket.socket(address.family, address.kind, address.protocol)
        # The system has no IPv6, for example.
        except OSError as error:
            self._error = error
            return
        sock.setblocking(False)
        for option in self._options:
            sock.setsockopt(*option)
        code = sock.connect_ex(address.address)
        if code in _IN_PROGRESS:
            selector.register(sock, selectors.EVENT_WRITE, _Attempt(sock, address))
        else:
            self._fail(sock, code)

    def _fail(self, sock: socket.socket, code: int) -> None:
        sock.close()
        self._error = OSError(code, os.strerror(code))
