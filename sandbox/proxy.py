"""A small real forward proxy on loopback: CONNECT tunnels, and plain http by absolute URI."""

import base64
import contextlib
import selectors
import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from sandbox.messages import Response
from sandbox.sockets import Acceptor, Connection

Address = tuple[str, int]

LOOPBACK = frozenset({"localhost", "127.0.0.1"})
CHUNK = 65536
LARGEST_HEAD = 65536
HOP_HEADERS = ("proxy-", "connection:", "keep-alive:")


class Proxy:
    """A context manager; it serves from construction on, and `close()` ends it.

    `routes`: where "host:port" really leads; loopback leads to itself, anything else is refused with 502.
    `auth`: "user:password" to ask for, else nobody is asked.
    """

    def __init__(
        self, routes: Mapping[str, Address] | None = None, auth: str | None = None
    ) -> None:
        self._routes = dict(routes or {})
        self._wanted = f"Basic {base64.b64encode(auth.encode()).decode()}" if auth else None
        self.tunnels: list[str] = []
        """Each "host:port" a CONNECT asked for, refused ones included."""
        self.forwarded: list[str] = []
        """Each absolute URI asked for, refused ones included."""
        self._acceptor = Acceptor(self._serve)
        self.url = f"http://127.0.0.1:{self._acceptor.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every tunnel and the listener."""
        self._acceptor.close()

    def _serve(self, connection: Connection) -> None:
        client = connection.socket
        head, rest = _read_head(client)
        if not head:
            return
        line, *headers = head.decode("latin-1").split("\r\n")
        if line.count(" ") != 2:
            client.sendall(Response(400, headers=(("Connection", "close"),)).encode())
            return
        method, target, version = line.split(" ")
        if method == "CONNECT":
            self.tunnels.append(target)
        else:
            self.forwarded.append(target)
        if not self._allowed(headers):
            challenge = (("Proxy-Authenticate", 'Basic realm="sandbox"'), ("Connection", "close"))
            client.sendall(Response(407, headers=challenge).encode())
            return
        upstream = self._connect(target if method == "CONNECT" else urlsplit(target).netloc)
        if upstream is None:
            client.sendall(Response(502, headers=(("Connection", "close"),)).encode())
            return
        with upstream:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                rest = _origin_form(method, target, version, headers) + rest
            upstream.sendall(rest)
            _relay(client, upstream)

    def _allowed(self, headers: list[str]) -> bool:
        given = {
            name.lower(): value.strip()
            for name, _, value in (header.partition(":") for header in headers)
        }
        return self._wanted is None or given.get("proxy-authorization") == self._wanted

    def _connect(self, authority: str) -> socket.socket | None:
        host, _, port = authority.rpartition(":") if ":" in authority else (authority, "", "80")
        address = self._routes.get(f"{host}:{port}")
        if address is None and host in LOOPBACK and port.isdecimal():
            address = ("127.0.0.1", int(port))
        if address is None:
            return None
        with contextlib.suppress(OSError):
            return socket.create_connection(address)
        return None


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """Return the request's head, and what was read behind it; nothing when the client left."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(CHUNK)
        if not more or len(data) > LARGEST_HEAD:
            return b"", b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _origin_form(method: str, target: str, version: str, headers: list[str]) -> bytes:
    """Return the head as the origin server wants it. One request a connection keeps the proxy small."""
    parts = urlsplit(target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [header for header in headers if not header.lower().startswith(HOP_HEADERS)]
    return "\r\n".join([f"{method} {path} {version}", *kept, "Connection: close", "", ""]).encode(
        "latin-1"
    )


def _relay(client: socket.socket, upstream: socket.socket) -> None:
    """Copy both ways until one side ends; when the proxy closes, the client's side does."""
    other = {client: upstream, upstream: client}
    with selectors.DefaultSelector() as selector:
        for side in other:
            selector.register(side, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                side = client if key.fileobj is client else upstream
                data = side.recv(CHUNK)
                if not data:
                    return
                other[side].sendall(data)
