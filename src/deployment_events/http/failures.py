"""What an exception of requests means: whether a retry can help, and the message for the user.

The messages do not contain the exceptions' texts, because these may contain a key.
"""

import ssl
from collections.abc import Sequence
from http import HTTPStatus

import requests
from requests.exceptions import InvalidSchema, InvalidURL, ProxyError
from urllib3.exceptions import LocationValueError

from ..errors import Refused, Unavailable
from .connections import TunnelFailed

Causes = Sequence[BaseException]

_TEMPORARY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
"""The statuses below 500 of a request that may succeed later."""


def describe(error: Exception) -> Refused | Unavailable:
    """Return the failure that an exception of requests stands for."""
    causes = _causes(error)
    return (
        _untrusted_certificate(causes)
        or _refused_tunnel(causes)
        or _invalid_address(error)
        or _timeout(error, causes)
        or _connection_failure(error, causes)
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


def _untrusted_certificate(causes: Causes) -> Refused | None:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refused(
                f"The server's certificate is not trusted ({cause.verify_message}): behind a "
                "company proxy, set REQUESTS_CA_BUNDLE to the company's CA bundle"
            )
    return None


def _refused_tunnel(causes: Causes) -> Refused | None:
    """Return what a proxy's 4xx means. Its status is not one that the vendor sent."""
    for cause in causes:
        if not isinstance(cause, TunnelFailed) or not cause.status:
            continue
        if cause.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return Refused(
                f"The proxy {cause.proxy} requires credentials (HTTP 407) to connect to "
                f"{cause.host}: put them into HTTPS_PROXY or ALL_PROXY",
                cause.status,
            )
        if 400 <= cause.status < 500 and cause.status not in _TEMPORARY:
            return Refused(
                f"The proxy {cause.proxy} rejected the connection to {cause.host} "
                f"(HTTP {cause.status}): allow {cause.host} there, or name it in NO_PROXY"
            )
    return None


def _invalid_address(error: Exception) -> Refused | None:
    if isinstance(error, (InvalidURL, InvalidSchema, LocationValueError)):
        return Refused(
            "The address of the server or of the proxy cannot be used: correct the base URL, "
            "HTTPS_PROXY or ALL_PROXY"
        )
    return None


def _timeout(error: Exception, causes: Causes) -> Unavailable | None:
    if isinstance(error, requests.ConnectTimeout):
        return Unavailable("no connection in time")
    if any(isinstance(cause, (requests.Timeout, TimeoutError)) for cause in causes):
        return Unavailable("no answer in time")
    return None


def _connection_failure(error: Exception, causes: Causes) -> Unavailable:
    reason = _system_message(causes)
    if isinstance(error, ProxyError):
        reason = _tunnel_status(causes) or reason
        suffix = f" ({reason})" if reason else ""
        return Unavailable(f"the proxy did not connect{suffix}")
    return Unavailable(reason.lower() or "the connection broke off")


def _tunnel_status(causes: Causes) -> str:
    statuses = [cause.status for cause in causes if isinstance(cause, TunnelFailed)]
    return f"HTTP {statuses[0]}" if statuses and statuses[0] else ""


def _system_message(causes: Causes) -> str:
    """Return the operating system's message, such as "Connection refused", or an empty string."""
    messages = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return messages[-1] if messages else ""
