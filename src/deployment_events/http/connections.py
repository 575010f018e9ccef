"""The connections of urllib3, extended: each class describes what it adds."""

import io
import re
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
)

from .addresses import connect

_MIN_SECONDS = 0.001
"""Seconds of the shortest time limit: sockets take 0 for another mode."""
_MOST_INTERIM_RESPONSES = 100
"""Responses with a 1xx status before the final one."""
_TUNNEL_STATUS = re.compile(r"failed: (\d{3})")


class TunnelFailed(OSError):
    """A proxy did not connect to a host."""

    def __init__(self, status: int | None) -> None:
        super().__init__("the proxy did not connect")
        self.status = status
        """The status of the proxy's response, or None without one."""


class LimitedReader(io.RawIOBase):
    """Reads from a socket until a time, however often the server sends a byte."""

    def __init__(self, reader: io.RawIOBase, sock: socket.socket) -> None:
        self._reader = reader
        self._sock = sock
        end = time.monotonic() + (sock.gettimeout() or 0)
        self.seconds_left: Callable[[], float] = lambda: end - time.monotonic()
        """The time until which bytes are awaited: at first, the socket's limit."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        seconds = self.seconds_left()
        if seconds <= 0:
            raise TimeoutError
        self._sock.settimeout(max(seconds, _MIN_SECONDS))
        return self._reader.readinto(buffer)

    def close(self) -> None:
        self._reader.close()
        super().close()


class LimitedResponse(HTTPResponse):
    """A response whose time is limited as a sum, and which reads past every interim response."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.reader = LimitedReader(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self.reader)
        self._interim_responses = 0

    def begin(self) -> None:
        super().begin()
        # Python's parser prints a traceback if a cookie's date is malformed. No cookie is used.
        for name in ("Set-Cookie", "Set-Cookie2"):
            del self.headers[name]
        lengths = ",".join(self.headers.get_all("Content-Length", ())).split(",")
        # urllib3 raises an error for them, although the status has arrived.
        if len({length.strip() for length in lengths}) > 1:
            del self.headers["Content-Length"]
            self.length, self.will_close = None, True

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if 100 <= status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS:
            self._interim_responses += 1
            if self._interim_responses > _MOST_INTERIM_RESPONSES:
                raise HTTPException
            # `begin` reads past this one.
            return version, HTTPStatus.CONTINUE, reason
        return version, status, reason


class _Connecting:
    """Tries the addresses of a host side by side, and raises `TunnelFailed` for a proxy."""

    # urllib3 has an annotation for another attribute of this name.
    response_class: Any = LimitedResponse

    def _new_conn(self: Any) -> socket.socket:
        try:
            # The name may end with a dot here; `host` does not, for the certificate.
            sock = connect(
                self._dns_host.strip("[]"), self.port, self.timeout, self.socket_options or ()
            )
        except UnicodeError:
            raise LocationParseError(self.host) from None
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error
        sock.settimeout(self.timeout)
        return sock

    def _tunnel(self: Any) -> None:
        try:
            super()._tunnel()  # type: ignore[misc]
        except TimeoutError:
            raise
        except OSError as error:
            # http.client has no type for this failure, only this text.
            status = _TUNNEL_STATUS.search(str(error))
            raise TunnelFailed(int(status[1]) if status else None) from error


class _PlainConnection(_Connecting, HTTPConnection):
    pass


class _TlsConnection(_Connecting, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS = {"http": _PlainPool, "https": _TlsPool}
"""The pools for a `PoolManager`, by scheme."""
