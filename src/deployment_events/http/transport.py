"""Sends HTTP requests: credentials, TLS, proxies and time limits of one request.

Credentials are sent only to the host of the request: no redirect is followed, `.netrc` is not
read, and certificates are always verified.
"""

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from threading import Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import HTTPError

from .. import __version__
from ..errors import Refused
from ..messages import Request, Response
from . import failures
from .deadline import Deadline
from .tls import Trust

CONNECT_SECONDS = 5.0
"""Seconds that a connection may take."""
READ_SECONDS = 15.0
"""Seconds that a server may send nothing while its response is expected."""
_BODY_SECONDS = 3.0
"""Seconds that a response's body may take: the status matters more and has arrived."""
_MIN_SECONDS = 0.001
"""Seconds of the shortest time limit: urllib3 and sockets accept none of 0."""
_MAX_BODY = 1024 * 1024
"""Bytes that are read of a body."""
_CHUNK = 16 * 1024
"""Bytes that are read at a time."""
_SOCKS = re.compile(r"socks\w*://", re.IGNORECASE)


class Transport:
    """Sends requests; threads may share it."""

    def __init__(self, connections: int) -> None:
        """Keep at most `connections` open to each host."""
        trust = Trust()
        self._context = trust.context
        self._proxies: dict[str, dict[str, str]] = {}
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = f"deployment-events/{__version__}"
        self._session.headers["Accept-Encoding"] = "identity"
        self._session.mount("https://", _TlsAdapter(self._context, connections))
        self._session.mount("http://", HTTPAdapter(pool_maxsize=connections))

    def prepare(self, url: str) -> None:
        """Read the proxies for a URL's host, and the CAs. Call it before threads call `send`.

        Raises `Refused` if the proxy or the CA bundle cannot be used.
        """
        proxies = get_environ_proxies(url)
        if _SOCKS.match(select_proxy(url, proxies) or ""):
            raise Refused(
                "SOCKS proxies are not supported: set HTTPS_PROXY or ALL_PROXY to an HTTP proxy"
            )
        self._proxies[_host(url)] = proxies
        if url.startswith("https:"):
            self._context()

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send a request once and return the response, whatever its status.

        Raises `Refused` if the request cannot succeed, and `Unavailable` if a retry may help.
        """
        seconds = max(deadline.left(), _MIN_SECONDS)
        try:
            response = self._session.send(
                self._session.prepare_request(_wrap(request)),
                stream=True,
                allow_redirects=False,
                timeout=(min(CONNECT_SECONDS, seconds), min(READ_SECONDS, seconds)),
                proxies=self._proxies.get(_host(request.url)),
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise failures.describe(error) from None
        with response:
            # The final response may follow a 1xx. The connection is closed unread, so that no later
            # request takes that response for its own.
            if response.status_code < 200:
                return Response(response.status_code, response.headers, b"", complete=False)
            body, complete = _read_body(response.raw, deadline.part(_BODY_SECONDS))
        return Response(response.status_code, response.headers, body, complete)


class _Session(requests.Session):
    """A session that ignores where a redirect leads: reading its body could take forever."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        return None


class _TlsAdapter(HTTPAdapter):
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
    try:
        with _silence_limit(raw, deadline.left()):
            while chunk := raw.read1(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > _MAX_BODY or not deadline.left():
                    return bytes(body[:_MAX_BODY]), False
    except (HTTPError, OSError, ValueError):
        return bytes(body), False
    return bytes(body), True


@contextmanager
def _silence_limit(raw: Any, seconds: float) -> Iterator[None]:
    """End a read that waits longer than `seconds`; the socket's own time limit is the head's."""
    if raw.connection is not None and raw.connection.sock is not None:
        raw.connection.sock.settimeout(max(seconds, _MIN_SECONDS))
        yield
        return
    # The body ends with the connection, which http.client has closed: only the response still holds
    # the socket, and its time limit cannot be changed there.
    timer = Timer(seconds, raw.shutdown)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
