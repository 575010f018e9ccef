"""A small forward proxy on loopback: CONNECT tunnels, and plain http by absolute URI."""

import base64
import contextlib
import selectors
import socket
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from sandbox.messages import Response
from sandbox.sockets import Acceptor, Connection

Address = tuple[str, int]

LOOPBACK = frozenset({"localhost", "127.0.0.1"})
CHUNK = 65536
LARGEST_HEAD = 65536
CLOSE = ("Connection", "close")
CHALLENGE = ("Proxy-Authenticate", 'Basic realm="sandbox"')
HOP_HEADERS = ("proxy-", "connection:", "keep-alive:")


class Proxy:
    """A context manager. It serves from construction until `close()`.

    `routes`: the address for each "host:port". Loopback needs no route; any other host without
    one is refused with 502. `auth`: the required "user:password"; by default none is required.
    """

    def __init__(
        self, routes: Mapping[str, Address] | None = None, auth: str | None = None
    ) -> None:
        self._routes = dict(routes or {})
        self._required = f"Basic {base64.b64encode(auth.encode()).decode()}" if auth else None
        self.tunnels: list[str] = []
        """The "host:port" of each CONNECT, refused ones included."""
        self.forwarded: list[str] = []
        """Each absolute URI requested, refused ones included."""
        self._acceptor = Acceptor(self._serve)
        self.url = f"http://127.0.0.1:{self._acceptor.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
            client.sendall(Response(400, headers=(CLOSE,)).encode())
            return
        method, target, version = line.split(" ")
        tunnel = method == "CONNECT"
        (self.tunnels if tunnel else self.forwarded).append(target)
        if not self._allowed(headers):
            client.sendall(Response(407, headers=(CHALLENGE, CLOSE)).encode())
            return
        upstream = self._connect(target if tunnel else urlsplit(target).netloc)
        if upstream is None:
            client.sendall(Response(502, headers=(CLOSE,)).encode())
            return
        with upstream:
            if tunnel:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                rest = _origin_form(method, target, version, headers) + rest
            upstream.sendall(rest)
            _relay(client, upstream)

    def _allowed(self, headers: list[str]) -> bool:
        pairs = (header.partition(":") for header in headers)
        given = {name.lower(): value.strip() for name, _, value in pairs}
        return self._required is None or given.get("proxy-authorization") == self._required

    def _connect(self, authority: str) -> socket.socket | None:
        host, _, port = authority.rpartition(":") if ":" in authority else (authority, "", "80")
        address = self._routes.get(f"{host}:{port}")
        if address is None and host in LOOPBACK and port.isdecimal():
            address = ("127.0.0.1", int(port))
        with contextlib.suppress(OSError):
            return socket.create_connection(address) if address else None
        return None


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """Return the request's head and the bytes read after it; nothing if the client has left."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(CHUNK)
        if not more or len(data) > LARGEST_HEAD:
            return b"", b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _origin_form(method: str, target: str, version: str, headers: list[str]) -> bytes:
    """Return the head for the origin server. A connection carries one request."""
    parts = urlsplit(target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [header for header in headers if not header.lower().startswith(HOP_HEADERS)]
    lines = [f"{method} {path} {version}", *kept, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _relay(client: socket.socket, upstream: socket.socket) -> None:
    """Copy both ways until one side ends; closing the proxy ends the client's side."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, upstream)
        selector.register(upstream, selectors.EVENT_READ, client)
        while True:
            for key, _ in selector.select():
                data = key.fileobj.recv(CHUNK)  # type: ignore[union-attr]
                if not data:
                    return
                key.data.sendall(data)
