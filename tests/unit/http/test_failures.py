"""Which exceptions of requests a retry cannot help with, and what the user reads about each."""

import ssl
from collections.abc import Callable
from typing import Any

import pytest
import requests
from urllib3.exceptions import LocationValueError, MaxRetryError, ProtocolError

from deployment_events.errors import DeliveryFailed, Refused, Section, Unavailable
from deployment_events.http.connections import TunnelFailed
from deployment_events.http.failures import describe


def untrusted() -> Exception:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = 18, "self-signed certificate"
    return error


def wrapped(reason: Exception) -> MaxRetryError:
    return MaxRetryError(None, "/", reason)  # type: ignore[arg-type]


def chained(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


HOST, PROXY = "api.example:8443", "gateway.example:3128"


def tunnel(status: int | None) -> Exception:
    return requests.exceptions.ProxyError(wrapped(TunnelFailed(status)))


INVALID_ADDRESS = "the address of the server or of the proxy is invalid"
UNTRUSTED = f"the certificate of {HOST} is signed by a CA that is not trusted"
REJECTED = f"the proxy {PROXY} rejected the connection to {HOST}"


@pytest.mark.parametrize(
    ("error", "message", "fix"),
    [
        (requests.exceptions.SSLError(wrapped(untrusted())), UNTRUSTED, "REQUESTS_CA_BUNDLE"),
        (chained(requests.ConnectionError(), untrusted()), UNTRUSTED, "REQUESTS_CA_BUNDLE"),
        (
            tunnel(407),
            f"the proxy {PROXY} requires credentials to connect to {HOST} (HTTP 407)",
            "USER:PASSWORD",
        ),
        (tunnel(403), f"{REJECTED} (HTTP 403)", f"Allow {HOST}"),
        (tunnel(404), f"{REJECTED} (HTTP 404)", "NO_PROXY"),
        (requests.exceptions.InvalidURL("x"), INVALID_ADDRESS, "Correct the base URL"),
        (requests.exceptions.InvalidProxyURL("x"), INVALID_ADDRESS, "HTTPS_PROXY"),
        (requests.exceptions.InvalidSchema("x"), INVALID_ADDRESS, "ALL_PROXY"),
        (LocationValueError("x"), INVALID_ADDRESS, "HTTPS_PROXY"),
    ],
)
def test_these_are_refused(error: Exception, message: str, fix: str) -> None:
    failure = describe(error, HOST, PROXY)
    assert isinstance(failure, Refused)
    assert str(failure) == message
    assert failure.advice is not None
    assert fix in failure.advice.fix
    assert failure.advice.section is Section.NETWORK


def test_only_a_proxy_that_requires_credentials_has_a_status() -> None:
    assert describe(tunnel(407), HOST, PROXY).status == 407
    assert describe(tunnel(404), HOST, PROXY).status is None
    assert describe(requests.exceptions.InvalidURL("x"), HOST, PROXY).status is None


NO_TUNNEL = f"the proxy {PROXY} did not connect to {HOST}"
BROKEN = f"the connection to {HOST} failed"
NO_PROXY = f"the connection to the proxy {PROXY} failed"


@pytest.mark.parametrize(
    ("error", "message", "fix"),
    [
        (requests.ConnectTimeout(), f"no connection to {PROXY} in time", "firewall"),
        (requests.ReadTimeout(), f"no response from {HOST} in time", "status page"),
        (
            requests.ConnectionError(TimeoutError("timed out")),
            f"no response from {HOST} in time",
            "status page",
        ),
        (
            requests.ConnectionError(OSError(111, "Connection refused")),
            f"{BROKEN} (connection refused)",
            "status page",
        ),
        (
            OSError(104, "Connection reset by peer"),
            f"{BROKEN} (connection reset by peer)",
            "status page",
        ),
        (requests.ConnectionError(ProtocolError("Connection aborted.")), BROKEN, "status page"),
        (ValueError("header"), BROKEN, "status page"),
        (
            requests.exceptions.ProxyError(wrapped(OSError(111, "Connection refused"))),
            f"{NO_PROXY} (connection refused)",
            "HTTPS_PROXY",
        ),
        (
            requests.exceptions.ProxyError(wrapped(OSError("no text of the system"))),
            NO_PROXY,
            "HTTPS_PROXY",
        ),
        (tunnel(None), NO_TUNNEL, "can reach"),
        (tunnel(502), f"{NO_TUNNEL} (HTTP 502)", "can reach"),
        (tunnel(408), f"{NO_TUNNEL} (HTTP 408)", "can reach"),
        (tunnel(429), f"{NO_TUNNEL} (HTTP 429)", "can reach"),
        (
            tunnel(302),
            f"the proxy {PROXY} redirected the connection to {HOST} (HTTP 302)",
            "login",
        ),
    ],
)
def test_these_are_retried(error: Exception, message: str, fix: str) -> None:
    failure = describe(error, HOST, PROXY)
    assert isinstance(failure, Unavailable)
    assert str(failure) == message
    assert failure.status is None
    assert failure.advice is not None
    assert fix in failure.advice.fix


def test_without_a_proxy_a_missing_connection_names_the_host() -> None:
    assert str(describe(requests.ConnectTimeout(), HOST, "")) == f"no connection to {HOST} in time"


def test_the_deepest_cause_names_the_reason() -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    error = chained(OSError(5, "Input/output error"), refused)
    message = str(describe(requests.ConnectionError(wrapped(error)), HOST, ""))
    assert message == f"{BROKEN} (connection refused)"


def loop() -> Exception:
    first, second = requests.ConnectionError("x"), OSError("y")
    first.__context__, second.__context__ = second, first
    return first


def hidden_key() -> Exception:
    return ValueError("Invalid header value b'api-5eed'")


@pytest.mark.parametrize("make", [loop, hidden_key])
def test_no_text_of_an_exception_is_shown_and_a_cycle_ends(make: Callable[[], Any]) -> None:
    failure: DeliveryFailed = describe(make(), HOST, "")
    assert str(failure) == BROKEN
