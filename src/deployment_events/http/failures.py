"""What an exception of requests means: whether a retry can help, and the message for the user.

The messages do not contain the exceptions' texts, because these may contain a key.
"""

from collections.abc import Sequence
from http import HTTPStatus

import requests
from requests.exceptions import InvalidSchema, InvalidURL, ProxyError
from urllib3.exceptions import LocationValueError

from ..errors import Advice, Refused, Section, Unavailable
from .connections import TunnelFailed
from .tls_failures import describe_tls

Causes = Sequence[BaseException]

_TEMPORARY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
"""The statuses below 500 of a request that may succeed later."""

_CHECK_NETWORK = (
    "Check the vendor's status page, and the network, firewall and proxy of the runner."
)


def describe(error: Exception, host: str, proxy: str) -> Refused | Unavailable:
    """Return the failure that an exception of requests stands for.

    `host` and `proxy` are host names with ports; `proxy` is empty without a proxy.
    """
    causes = _causes(error)
    is_proxy = isinstance(error, ProxyError)
    return (
        _failed_tunnel(causes, host, proxy)
        or describe_tls(causes, proxy if is_proxy else host, is_proxy=is_proxy)
        or _invalid_address(error)
        or _timeout(error, causes, host, proxy)
        or _connection_failure(error, causes, host, proxy)
    )


def _causes(error: BaseException) -> Causes:
    """Return an exception and all that it wraps: requests wraps urllib3, which wraps the system."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            waiting += [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]
    return found


def _failed_tunnel(causes: Causes, host: str, proxy: str) -> Refused | Unavailable | None:
    """Return what a proxy's response to CONNECT means. Its status is not the vendor's."""
    tunnel = next((cause for cause in causes if isinstance(cause, TunnelFailed)), None)
    if tunnel is None:
        return None
    status = tunnel.status or 0
    suffix = f" (HTTP {status})" if status else ""
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        message = f"the proxy {proxy} requires credentials to connect to {host}{suffix}"
        fix = "Set HTTPS_PROXY or ALL_PROXY to http://USER:PASSWORD@PROXY:PORT."
        return Refused(message, status, _advice(fix))
    if 400 <= status < 500 and status not in _TEMPORARY:
        message = f"the proxy {proxy} rejected the connection to {host}{suffix}"
        fix = f"Allow {host} in the proxy, or exclude it with NO_PROXY."
        return Refused(message, advice=_advice(fix))
    if 300 <= status < 400:
        message = f"the proxy {proxy} redirected the connection to {host}{suffix}"
        fix = (
            "The proxy may require a login in a browser: "
            f"allow {host} without it, or exclude {host} with NO_PROXY."
        )
        return Unavailable(message, advice=_advice(fix))
    message = f"the proxy {proxy} did not connect to {host}{suffix}"
    fix = f"Check whether the proxy can reach {host}."
    return Unavailable(message, advice=_advice(fix))


def _invalid_address(error: Exception) -> Refused | None:
    if not isinstance(error, (InvalidURL, InvalidSchema, LocationValueError)):
        return None
    message = "the address of the server or of the proxy is invalid"
    fix = "Correct the base URL, HTTPS_PROXY or ALL_PROXY."
    return Refused(message, advice=_advice(fix))


def _timeout(error: Exception, causes: Causes, host: str, proxy: str) -> Unavailable | None:
    if isinstance(error, requests.ConnectTimeout):
        message = f"no connection to {proxy or host} in time"
        return Unavailable(message, advice=_advice(_CHECK_NETWORK))
    if any(isinstance(cause, (requests.Timeout, TimeoutError)) for cause in causes):
        message = f"no response from {host} in time"
        return Unavailable(message, advice=_advice(_CHECK_NETWORK))
    return None


def _connection_failure(error: Exception, causes: Causes, host: str, proxy: str) -> Unavailable:
    reason = _system_message(causes).lower()
    suffix = f" ({reason})" if reason else ""
    if isinstance(error, ProxyError):
        message = f"the connection to the proxy {proxy} failed{suffix}"
        fix = "Check the proxy, and its address in HTTPS_PROXY or ALL_PROXY."
        return Unavailable(message, advice=_advice(fix))
    message = f"the connection to {host} failed{suffix}"
    return Unavailable(message, advice=_advice(_CHECK_NETWORK))


def _system_message(causes: Causes) -> str:
    """Return the operating system's message, such as "Connection refused", or an empty string."""
    messages = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return messages[-1] if messages else ""


def _advice(fix: str) -> Advice:
    return Advice(fix, Section.NETWORK)
