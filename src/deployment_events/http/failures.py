"""What an exception of requests means: whether a retry can help, and the message for the user.

The messages do not contain the exceptions' texts, because these may contain a key.
"""

import ssl
from collections.abc import Sequence

import requests
from requests.exceptions import InvalidSchema, InvalidURL, ProxyError
from urllib3.exceptions import LocationValueError

from ..errors import Refused, Unavailable

Causes = Sequence[BaseException]


def describe(error: Exception) -> Refused | Unavailable:
    """Return the failure that an exception of requests stands for."""
    causes = _causes(error)
    return (
        _untrusted_certificate(causes)
        or _proxy_without_credentials(causes)
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


def _proxy_without_credentials(causes: Causes) -> Refused | None:
    # http.client has no type for this failure, only this text.
    if any(isinstance(cause, OSError) and "failed: 407" in str(cause) for cause in causes):
        return Refused(
            "The proxy wants credentials (407): put them into HTTPS_PROXY or ALL_PROXY", 407
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
        suffix = f" ({reason})" if reason else ""
        return Unavailable(f"the proxy did not connect{suffix}")
    return Unavailable(reason.lower() or "the connection broke off")


def _system_message(causes: Causes) -> str:
    """Return the operating system's message, such as "Connection refused", or an empty string."""
    messages = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return messages[-1] if messages else ""
