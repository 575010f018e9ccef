"""Which exceptions of requests a retry cannot help with, and what the user reads about each."""

import ssl
from collections.abc import Callable
from typing import Any

import pytest
import requests
from urllib3.exceptions import LocationValueError, MaxRetryError, ProtocolError

from deployment_events.errors import DeliveryFailed, Refused, Unavailable
from deployment_events.http.connections import TunnelFailed
from deployment_events.http.failures import describe


def untrusted() -> Exception:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def wrapped(reason: Exception) -> MaxRetryError:
    return MaxRetryError(None, "/", reason)  # type: ignore[arg-type]


def chained(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


UNTRUSTED = (
    "The server's certificate is not trusted (self-signed certificate): "
    "behind a company proxy, set REQUESTS_CA_BUNDLE to the company's CA bundle"
)
NO_CREDENTIALS = (
    "The proxy gateway.example requires credentials (HTTP 407) to connect to api.example: "
    "put them into HTTPS_PROXY or ALL_PROXY"
)
FORBIDDEN = (
    "The proxy gateway.example rejected the connection to api.example (HTTP 403): "
    "allow api.example there, or name it in NO_PROXY"
)
BAD_ADDRESS = (
    "The address of the server or of the proxy cannot be used: "
    "correct the base URL, HTTPS_PROXY or ALL_PROXY"
)


def tunnel(status: int | None) -> Exception:
    failure = TunnelFailed(status, "gateway.example", "api.example")
    return requests.exceptions.ProxyError(wrapped(failure))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (requests.exceptions.SSLError(wrapped(untrusted())), UNTRUSTED),
        (chained(requests.ConnectionError(), untrusted()), UNTRUSTED),
        (tunnel(407), NO_CREDENTIALS),
        (tunnel(403), FORBIDDEN),
        (tunnel(404), FORBIDDEN.replace("403", "404")),
        (requests.exceptions.InvalidURL("x"), BAD_ADDRESS),
        (requests.exceptions.InvalidProxyURL("x"), BAD_ADDRESS),
        (requests.exceptions.InvalidSchema("x"), BAD_ADDRESS),
        (LocationValueError("x"), BAD_ADDRESS),
    ],
)
def test_these_are_refused(error: Exception, message: str) -> None:
    failure = describe(error)
    assert isinstance(failure, Refused)
    assert str(failure) == message


def test_only_a_proxy_that_requires_credentials_has_a_status() -> None:
    assert describe(tunnel(407)).status == 407
    assert describe(tunnel(404)).status is None
    assert describe(requests.exceptions.InvalidURL("x")).status is None


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (requests.ConnectTimeout(), "no connection in time"),
        (requests.ReadTimeout(), "no answer in time"),
        (requests.ConnectionError(TimeoutError("timed out")), "no answer in time"),
        (requests.ConnectionError(OSError(111, "Connection refused")), "connection refused"),
        (OSError(104, "Connection reset by peer"), "connection reset by peer"),
        (
            requests.ConnectionError(ProtocolError("Connection aborted.")),
            "the connection broke off",
        ),
        (ValueError("header"), "the connection broke off"),
        (
            requests.exceptions.ProxyError(wrapped(OSError(111, "Connection refused"))),
            "the proxy did not connect (Connection refused)",
        ),
        (
            requests.exceptions.ProxyError(wrapped(OSError("no text of the system"))),
            "the proxy did not connect",
        ),
        (tunnel(None), "the proxy did not connect"),
        (tunnel(502), "the proxy did not connect (HTTP 502)"),
        (tunnel(408), "the proxy did not connect (HTTP 408)"),
        (tunnel(429), "the proxy did not connect (HTTP 429)"),
    ],
)
def test_these_are_retried(error: Exception, message: str) -> None:
    failure = describe(error)
    assert isinstance(failure, Unavailable)
    assert str(failure) == message
    assert failure.status is None


def test_the_deepest_cause_names_the_reason() -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    error = chained(OSError(5, "Input/output error"), refused)
    assert str(describe(requests.ConnectionError(wrapped(error)))) == "connection refused"


def loop() -> Exception:
    first, second = requests.ConnectionError("x"), OSError("y")
    first.__context__, second.__context__ = second, first
    return first


def hidden_key() -> Exception:
    return ValueError("Invalid header value b'api-5eed'")


@pytest.mark.parametrize("make", [loop, hidden_key])
def test_no_text_of_an_exception_is_shown_and_a_cycle_ends(make: Callable[[], Any]) -> None:
    failure: DeliveryFailed = describe(make())
    assert str(failure) == "the connection broke off"
