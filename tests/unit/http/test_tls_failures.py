"""What a failure of TLS means, over real sockets."""

import ssl
from collections.abc import Iterator

import pytest

from deployment_events.errors import DeliveryFailed, Refused, Section, Unavailable
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.tls_failures import describe_tls
from deployment_events.http.transport import Transport
from deployment_events.messages import Request
from sandbox import Sandbox

CERTIFICATES = {
    "tls-expired": ("or of its CA has expired", "clock"),
    "tls-not-yet-valid": ("or of its CA is not valid yet", "clock"),
    "tls-wrong-host": ("is for another host", "base URL"),
    "tls-unknown-ca": ("is signed by a CA that is not trusted", "REQUESTS_CA_BUNDLE"),
}
"""The message and a word of the fix, by the fault of the server."""


@pytest.fixture(scope="module")
def tls() -> Iterator[Sandbox]:
    with Sandbox(tls=True) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _trusted(tls: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.ca_file))
    yield
    tls.heal()


def failure(url: str) -> DeliveryFailed:
    transport, deadline = Transport(connections=1), Deadline(Clock(), 5)
    transport.prepare(url, deadline)
    with pytest.raises(DeliveryFailed) as raised:
        transport.send(Request("GET", url), deadline)
    return raised.value


def host(url: str) -> str:
    return url.partition("://")[2]


def fix(error: DeliveryFailed) -> str:
    assert error.advice is not None
    assert error.advice.section is Section.NETWORK
    return error.advice.fix


@pytest.mark.parametrize("fault", CERTIFICATES)
def test_each_problem_of_a_certificate_has_its_message_and_its_fix(
    tls: Sandbox, fault: str
) -> None:
    tls.fail("datadog", fault)
    error = failure(tls.datadog_url)
    message, word = CERTIFICATES[fault]
    assert isinstance(error, Refused)
    assert str(error) == f"the certificate of {host(tls.datadog_url)} {message}"
    others = {other for _, other in CERTIFICATES.values()} - {word}
    assert word in fix(error)
    assert not any(other in fix(error) for other in others)


@pytest.mark.parametrize("fault", CERTIFICATES)
def test_the_certificate_of_a_proxy_is_named_as_such(
    tls: Sandbox, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", tls.datadog_url)
    tls.fail("datadog", fault)
    error = failure("https://vendor.example")
    assert isinstance(error, Refused)
    message = f"the certificate of the proxy {host(tls.datadog_url)} {CERTIFICATES[fault][0]}"
    assert str(error) == message


def test_an_address_that_the_certificate_lacks_is_another_host(tls: Sandbox) -> None:
    tls.fail("datadog", "tls-wrong-host")
    url = tls.datadog_url.replace("localhost", "127.0.0.1")
    assert str(failure(url)) == f"the certificate of {host(url)} is for another host"


def test_any_other_problem_of_a_certificate_shows_the_reason_of_openssl() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = 85, "Missing Authority Key Identifier"
    found = describe_tls([error], "vendor.example", is_proxy=False)
    assert isinstance(found, Refused)
    assert str(found) == (
        "the certificate of vendor.example is not valid: 'Missing Authority Key Identifier'"
    )
    assert "operator of vendor.example" in fix(found)


def test_a_server_without_tls_is_named_without_the_text_of_openssl(tls: Sandbox) -> None:
    tls.fail("datadog", "tls-plain-text")
    error = failure(tls.datadog_url)
    assert isinstance(error, Unavailable)
    assert str(error) == f"{host(tls.datadog_url)} responded without TLS"
    assert "port in the base URL" in fix(error)


def test_a_proxy_without_tls_is_to_be_addressed_with_http(
    tls: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", tls.datadog_url)
    tls.fail("datadog", "tls-plain-text")
    error = failure("https://vendor.example")
    assert str(error) == f"the proxy {host(tls.datadog_url)} responded without TLS"
    assert "write http://" in fix(error)


def test_any_other_failure_of_tls_names_the_host() -> None:
    found = describe_tls([ssl.SSLEOFError(8, "EOF")], "vendor.example", is_proxy=False)
    assert isinstance(found, Unavailable)
    assert str(found) == "the TLS connection to vendor.example failed"


def test_a_failure_of_another_kind_is_none_of_tls() -> None:
    assert describe_tls([OSError(104, "reset")], "vendor.example", is_proxy=False) is None
