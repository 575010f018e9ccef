"""Sends HTTP requests: credentials, TLS, proxies and time limits of one request.

Credentials are sent only to the host of the request: no redirect is followed, `.netrc` is not
read, and certificates are always verified.
"""

import ssl
from collections.abc import Callable, Mapping
from http.client import SWITCHING_PROTOCOLS
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from .. import __version__
from ..messages import Request, Response
from . import failures
from .connections import POOLS
from .deadline import Clock, Deadline
from .proxies import proxy_host, read_proxies
from .tls import Trust

CONNECT_SECONDS = 5.0
"""Seconds that a connection may take."""
READ_SECONDS = 15.0
"""Seconds until a response's head must have arrived."""
_BODY_SECONDS = 3.0
"""Seconds that a response's body may take: the status matters more and has arrived."""
_MIN_SECONDS = 0.001
"""Seconds of the shortest time limit: urllib3 and sockets do not accept 0."""
_MAX_BODY = 1024 * 1024
"""Bytes that are read of a body."""
_CHUNK = 16 * 1024
"""Bytes that are read at a time."""


class Transport:
    """Sends requests; threads may share it."""

    def __init__(self, connections: int) -> None:
        """Keep at most `connections` open to each host."""
        self._trust = Trust()
        self._proxies: dict[str, dict[str, str]] = {}
        self._session = _Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = f"deployment-events/{__version__}"
        self._session.headers["Accept-Encoding"] = "identity"
        self._session.mount("https://", _TlsAdapter(self._loaded_context, connections))
        self._session.mount("http://", _Adapter(pool_maxsize=connections))

    def prepare(self, url: str, deadline: Deadline) -> None:
        """Read the proxies for a URL's host, and the CAs. Call it before `send`.

        Raises `Refused` if the proxy or the CA bundle cannot be used, and `Unavailable` if reading
        the CA bundle takes too long.
        """
        self._proxies[_host(url)] = read_proxies(url)
        if url.startswith("https:"):
            self._trust.context(deadline)

    def _loaded_context(self) -> ssl.SSLContext:
        return self._trust.context(Deadline(Clock(), 0))

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send a request once and return the response, whatever its status.

        Raises `Refused` if the request cannot succeed, and `Unavailable` if a retry may help.
        """
        seconds = max(deadline.left(), _MIN_SECONDS)
        host = _host(request.url)
        proxies = self._proxies.get(host, {})
        try:
            response = self._session.send(
                self._session.prepare_request(_wrap(request)),
                stream=True,
                allow_redirects=False,
                timeout=Timeout(seconds, CONNECT_SECONDS, READ_SECONDS),  # type: ignore[arg-type]
                proxies=proxies,
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            proxy = proxy_host(request.url, proxies)
            raise failures.describe(error, host, proxy) from None
        with response:
            # The connection now speaks another protocol.
            if response.status_code == SWITCHING_PROTOCOLS:
                return Response(response.status_code, response.headers, b"", complete=False)
            body, complete = _read_body(response.raw, deadline.part(_BODY_SECONDS))
        return Response(response.status_code, response.headers, body, complete)


class _Session(requests.Session):
    """A session that ignores where a redirect leads: reading its body could take forever."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        return None


class _Adapter(HTTPAdapter):
    """Uses the connections of `connections.py`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


class _TlsAdapter(_Adapter):
    """Verifies certificates with one SSL context, because loading a CA bundle takes 15 to 50 ms."""

    def __init__(self, context: Callable[[], ssl.SSLContext], connections: int) -> None:
        self._context = context
        super().__init__(pool_maxsize=connections, pool_block=False)

    def build_connection_pool_key_attributes(
        self,
        request: Any,
        verify: Any,  # noqa: ARG002
        cert: Any = None,
    ) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, True, cert)
        return host, {**pool, "ssl_context": self._context()}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy.startswith("https:"):
            kwargs["proxy_ssl_context"] = self._context()
        return super().proxy_manager_for(proxy, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        # The context contains the CAs already.
        conn.cert_reqs = "CERT_REQUIRED"


class _Credentials(AuthBase):
    """Adds the headers that contain keys; as an auth object, nothing else can set them."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


def _wrap(request: Request) -> requests.Request:
    return requests.Request(
        request.method,
        request.url,
        headers=dict(request.headers),
        json=request.body,
        auth=_Credentials(request.credentials),
    )


def _host(url: str) -> str:
    return url.split("/", 3)[2]


def _read_body(raw: Any, deadline: Deadline) -> tuple[bytes, bool]:
    """Return the body that arrives before the deadline, and whether it is complete."""
    body = bytearray()
    raw._original_response.reader.seconds_left = deadline.left  # noqa: SLF001
    try:
        while chunk := raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > _MAX_BODY:
                return bytes(body[:_MAX_BODY]), False
    except (HTTPError, OSError, ValueError):
        return bytes(body), False
    return bytes(body), True
