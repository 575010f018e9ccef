"""One HTTP request over one session: keys, TLS, proxies, time limits. The only sockets are here.

Keys go to the host that was asked for and nowhere else: no redirect is followed, no `.netrc` is read,
certificates are always verified.
"""

import os
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
from urllib3.exceptions import HTTPError, LocationValueError

from ..errors import Refused, Unavailable
from ..messages import Request, Response
from .deadline import Deadline
from .tls import Trust, trust

CONNECT_SECONDS = 5.0
"""s a connection may take before it counts as failed."""
READ_SECONDS = 15.0
"""s without a byte before an answer counts as failed."""
_BODY_SECONDS = (
    3.0  # s an answer's body may take: the status has told what matters, the rest is a nicety
)
_LARGEST_BODY = 1024 * 1024  # bytes read of an answer
_CHUNK = 16 * 1024
_SOCKS = re.compile(r"socks\w*://", re.IGNORECASE)


class Keys(AuthBase):
    """Sets the headers that hold secrets, so that neither `.netrc` nor the environment can."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the keys to a request that is about to be sent."""
        request.headers.update(self._headers)
        return request


class _Session(requests.Session):
    """A session that never looks where a redirect leads: reading its body could take for ever."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        return None


class _Adapter(HTTPAdapter):
    """Verifies with one TLS context: loading a CA bundle costs more than a handshake."""

    def __init__(self, context: Callable[[], ssl.SSLContext], connections: int) -> None:
        self._context = context
        super().__init__(pool_maxsize=connections, pool_block=False)

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:  # noqa: ARG002
        host, pool = super().build_connection_pool_key_attributes(request, True, cert)
        return host, {**pool, "ssl_context": self._context()}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy.startswith("https:"):
            kwargs["proxy_ssl_context"] = self._context()
        return super().proxy_manager_for(proxy, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        conn.cert_reqs = "CERT_REQUIRED"  # the context holds the CAs already


class Transport:
    """Sends requests; safe to share between threads."""

    def __init__(self, connections: int) -> None:
        """`connections`: how many to one host may be kept open."""
        os.environ.pop("SSLKEYLOGFILE", None)
        self._trust: Trust | None = None
        self._proxies: dict[str, dict[str, str]] = {}
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update(
            {"User-Agent": "deployment-events", "Accept-Encoding": "identity"}
        )
        self._session.mount("https://", _Adapter(self._context, connections))
        self._session.mount("http://", HTTPAdapter(pool_maxsize=connections))

    def prepare(self, url: str) -> None:
        """Do once, before threads start, what every request to `url` needs. Raises `Refused`."""
        proxies = get_environ_proxies(url)
        if _SOCKS.match(select_proxy(url, proxies) or ""):
            raise Refused(
                "SOCKS proxies are not supported: set HTTPS_PROXY or ALL_PROXY to an HTTP proxy"
            )
        self._proxies[_host(url)] = proxies
        if url.startswith("https:"):
            self._context()

    def send(self, request: Request, keys: Mapping[str, str], budget: Deadline) -> Response:
        """Send once and return the answer, whatever its status. Raises `Refused` and `Unavailable`."""
        left = max(budget.left(), 0.001)
        wanted = requests.Request(
            request.method,
            request.url,
            headers=dict(request.headers or {}),
            json=request.body,
            auth=Keys(keys),
        )
        try:
            response = self._session.send(
                self._session.prepare_request(wanted),
                stream=True,
                allow_redirects=False,
                timeout=(min(CONNECT_SECONDS, left), min(READ_SECONDS, left)),
                proxies=self._proxies.get(_host(request.url)),
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _trouble(error) from None
        with response:
            if (
                response.status_code < 200
            ):  # another answer may follow: closed unread, the connection is not used again
                return Response(response.status_code, response.headers, b"", complete=False)
            body, complete = _read(response.raw, budget.part(_BODY_SECONDS))
        return Response(response.status_code, response.headers, body, complete)

    def _context(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = trust()
        return self._trust.context()


def _read(raw: Any, budget: Deadline) -> tuple[bytes, bool]:
    """Read urllib3's body while time and space allow; whether it is whole is told beside it."""
    body = bytearray()
    try:
        with _no_longer_silent_than(raw, budget.left()):
            while chunk := raw.read1(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > _LARGEST_BODY or not budget.left():
                    return bytes(body[:_LARGEST_BODY]), False
    except (HTTPError, OSError, ValueError):
        return bytes(body), False
    return bytes(body), True


@contextmanager
def _no_longer_silent_than(raw: Any, seconds: float) -> Iterator[None]:
    """The socket still has the patience it needed for the head, which the body does not deserve."""
    if raw.connection is not None and raw.connection.sock is not None:
        raw.connection.sock.settimeout(max(seconds, 0.001))
        yield
        return
    timer = Timer(
        seconds, raw.shutdown
    )  # the response alone holds the socket: it ends with the body
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _host(url: str) -> str:
    return url.split("/", 3)[2]


def _causes(error: BaseException) -> list[BaseException]:
    """An exception and everything it wraps: requests wraps urllib3, which wraps the system's."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            waiting += [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]
    return found


def _trouble(error: Exception) -> Refused | Unavailable:
    """Tell what will pass from what will not. The exceptions' own texts stay out: they could hold a key."""
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refused(
                f"The server's certificate is not trusted ({cause.verify_message}): behind a company proxy, "
                "set REQUESTS_CA_BUNDLE to the company's CA bundle"
            )
        if isinstance(cause, OSError) and "failed: 407" in str(cause):
            return Refused(
                "The proxy wants credentials (407): put them into HTTPS_PROXY or ALL_PROXY", 407
            )
    if isinstance(
        error,
        (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationValueError),
    ):
        return Refused(
            "The address of the server or of the proxy cannot be used: correct the base URL, HTTPS_PROXY or ALL_PROXY"
        )
    if isinstance(error, requests.ConnectTimeout):
        return Unavailable("no connection in time")
    if any(isinstance(cause, (requests.Timeout, TimeoutError)) for cause in causes):
        return Unavailable("no answer in time")
    system = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    if isinstance(error, requests.exceptions.ProxyError):
        return Unavailable("the proxy did not connect" + (f" ({system[-1]})" if system else ""))
    return Unavailable(system[-1].lower() if system else "the connection broke off")
