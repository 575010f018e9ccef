"""HTTP on a socket: reads requests, passes them to a vendor or a fault, and sends the responses."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.control import PREFIX
from sandbox.faults import tls
from sandbox.faults.base import EndConnection, Exchange, Fault, InstalledFaults
from sandbox.messages import Recorded, Request, Response, head
from sandbox.sockets import Acceptor, Connection
from sandbox.vendor import Vendor

if TYPE_CHECKING:
    from sandbox.certificates import Certificates

NOT_HANDLED = Response(503)
CHUNK = 65536


@dataclass(slots=True)
class Traffic:
    """What all listeners of a sandbox share."""

    faults: InstalledFaults
    latency: float
    """Seconds before each response."""
    closing: threading.Event = field(default_factory=threading.Event)
    requests: list[Recorded] = field(default_factory=list)


class Listener:
    """One vendor's port."""

    def __init__(
        self,
        vendor: Vendor,
        traffic: Traffic,
        control: Callable[[Request, str], Response],
        *,
        certificates: "Certificates | None" = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.vendor = vendor
        self.traffic = traffic
        self.control = control
        self._certificates = certificates
        self._lock = threading.Lock()
        self.handshakes = 0
        self.scheme = "https" if certificates else "http"
        self.acceptor = Acceptor(self._serve, host, port)

    @property
    def authority(self) -> str:
        """Host and port for a client on this machine."""
        return f"{'localhost' if self._certificates else '127.0.0.1'}:{self.acceptor.port}"

    @property
    def url(self) -> str:
        """The base URL."""
        return f"{self.scheme}://{self.authority}"

    def _serve(self, connection: Connection) -> None:
        with contextlib.suppress(EndConnection):
            if self._certificates:
                self._handshake(connection, self._certificates)
            _Handler(connection, self)

    def _handshake(self, connection: Connection, certificates: "Certificates") -> None:
        fault = self.traffic.faults.draw(self.vendor.name, None)
        kind = (fault and fault.handshake) or "good"
        if kind in (tls.DROP, tls.HANG, tls.PLAIN):
            # The client has started the handshake.
            connection.socket.recv(CHUNK)
            self._break_handshake(connection, kind)
        connection.socket = certificates.context(kind).wrap_socket(
            connection.socket, server_side=True, do_handshake_on_connect=False
        )
        connection.socket.do_handshake()
        with self._lock:
            self.handshakes += 1

    def _break_handshake(self, connection: Connection, kind: str) -> None:
        if kind == tls.DROP:
            connection.reset_on_close()
        elif kind == tls.HANG:
            self.traffic.closing.wait()
        else:
            connection.socket.sendall(head(400, ()))
        raise EndConnection


class _Handler(BaseHTTPRequestHandler):
    """One connection: the standard library parses requests, and the sandbox writes responses."""

    protocol_version = "HTTP/1.1"

    def __init__(self, connection: Connection, listener: Listener) -> None:
        self._connection = connection
        self._listener = listener
        self._vendor = listener.vendor
        self._traffic = listener.traffic
        # The base class serves the connection in its constructor. It only stores the server.
        super().__init__(connection.socket, ("127.0.0.1", 0), None)  # type: ignore[arg-type]

    def log_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Log nothing."""

    def _handle(self) -> None:
        request = self._read_head()
        if request.path.startswith(PREFIX):
            raw, _ = self._read_body(request)
            response = self._listener.control(replace(request, raw=raw), self._vendor.name)
            self._connection.socket.sendall(response.encode())
            return
        fault = self._traffic.faults.draw(self._vendor.name, request.path)
        refusal = None
        if fault is None or fault.reads_body:
            raw, refusal = self._read_body(request)
            request = replace(request, raw=raw)
        response = NOT_HANDLED
        if fault is None or fault.accepted:
            received = fault.rewrite(request) if fault else request
            response = refusal or self._vendor.handle(received)
        record = self._record(request, response, fault)
        exchange = Exchange(
            request, record, self._vendor, response, self._connection, self._traffic.closing
        )
        if self._traffic.latency:
            exchange.wait(self._traffic.latency)
        if fault:
            fault.act(exchange)
        else:
            exchange.respond(response)

    # The base class looks up these names.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def _read_head(self) -> Request:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        # In self.path the base class has replaced a leading "//"; a vendor must receive it.
        path, _, query = self.requestline.split()[1].partition("?")
        parameters = dict(parse_qsl(query, keep_blank_values=True))
        origin = f"{self._listener.scheme}://{headers.get('host', self._listener.authority)}"
        return Request(self.command, path, parameters, headers, b"", origin)

    def _read_body(self, request: Request) -> tuple[bytes, Response | None]:
        """Return the body, or a refusal if its length is unknown."""
        declared = request.headers.get("content-length", "0")
        if "transfer-encoding" in request.headers or not declared.isdecimal():
            self.close_connection = True
            return b"", self._vendor.error(411, "Length Required")
        data = self.rfile.read(int(declared))
        # The client closed the connection within its request.
        if len(data) < int(declared):
            raise EndConnection
        return data, None

    def _record(self, request: Request, response: Response, fault: Fault | None) -> Recorded:
        body = None
        with contextlib.suppress(ValueError):
            body = request.json() if request.raw else None
        record = Recorded(
            vendor=self._vendor.name,
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=dict(request.headers),
            body=body,
            raw=request.raw,
            at=time.monotonic(),
            accepted=response.status < 300,
            fault=fault.name if fault else None,
        )
        self._traffic.requests.append(record)
        return record
