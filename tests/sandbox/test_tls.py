"""TLS: valid and invalid certificates, broken handshakes, and their counts."""

import socket
import ssl
import time

import pytest
from support.waiting import wait_until

from sandbox import Proxy, Sandbox

VENDOR_HOSTS = ["app.launchdarkly.com", "api.datadoghq.com", "api.datadoghq.eu", "api.github.com"]


@pytest.fixture(scope="module")
def shared():
    with Sandbox(tls=True, hosts=["vendor.internal"]) as running:
        yield running


@pytest.fixture
def secure(shared):
    shared.reset()
    return shared


def shake_hands(
    sandbox: Sandbox, host: str = "localhost", url: str = "", timeout: float = 10
) -> str | None:
    """Complete a handshake as a client that trusts only the sandbox's CA."""
    context = ssl.create_default_context(cafile=str(sandbox.ca_file))
    port = int((url or sandbox.datadog_url).rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=timeout) as plain,
        context.wrap_socket(plain, server_hostname=host) as encrypted,
    ):
        return encrypted.version()


def test_it_responds_over_tls_as_localhost(secure, connect):
    assert secure.datadog_url.startswith("https://localhost:")
    client = connect(secure, "datadog")
    client.session.verify = str(secure.ca_file)
    assert client.create().status_code == 200
    assert client.create().status_code == 200


def test_connections_and_handshakes_are_counted(secure):
    before = secure.connections("datadog"), secure.handshakes("datadog")
    assert shake_hands(secure) in ("TLSv1.2", "TLSv1.3")
    # The client completes the handshake a moment before the server.
    wait_until(lambda: secure.handshakes("datadog") > before[1])
    with socket.create_connection(
        ("127.0.0.1", int(secure.datadog_url.rpartition(":")[2]))
    ) as silent:
        silent.shutdown(socket.SHUT_WR)
        while silent.recv(100):  # an alert, perhaps, and the end
            pass
    after = secure.connections("datadog"), secure.handshakes("datadog")
    assert (after[0] - before[0], after[1] - before[1]) == (2, 1)


@pytest.mark.parametrize("host", [*VENDOR_HOSTS, "localhost", "127.0.0.1", "vendor.internal"])
def test_the_certificate_is_valid_for_the_vendors_hosts_and_the_given_ones(secure, host):
    assert shake_hands(secure, host)


def test_the_certificate_is_invalid_for_other_hosts(secure):
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(secure, "example.org")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("tls-wrong-host", "Hostname mismatch"),
        ("tls-expired", "certificate has expired"),
        ("tls-not-yet-valid", "certificate is not yet valid"),
        ("tls-unknown-ca", "unable to get local issuer"),
    ],
)
def test_a_bad_certificate_fails_verification_for_its_reason(secure, fault, reason):
    secure.fail("datadog", fault, times=1)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        shake_hands(secure)
    assert shake_hands(secure)
    assert secure.requests() == []


def test_a_dropped_handshake_is_a_reset(secure):
    secure.fail("datadog", "tls-handshake-dropped", times=1)
    with pytest.raises(ConnectionResetError):
        shake_hands(secure)


def test_a_hanging_handshake_sends_nothing(secure):
    secure.fail("datadog", "tls-handshake-hang", times=1)
    with pytest.raises(TimeoutError):
        shake_hands(secure, timeout=0.01)
    # On a busy machine the server may not have read the connection yet: the fault is for this one.
    wait_until(lambda: not secure._traffic.faults._installed)


def test_plain_text_is_not_a_handshake(secure):
    secure.fail("datadog", "tls-plain-text", times=1)
    with pytest.raises(ssl.SSLError):
        shake_hands(secure)


def test_other_vendors_handshakes_are_not_affected(secure):
    secure.fail("datadog", "tls-expired")
    assert shake_hands(secure, url=secure.launchdarkly_url)


def test_a_handshake_fault_needs_tls_and_has_no_path(secure):
    with Sandbox() as plain, pytest.raises(ValueError, match="needs TLS"):
        plain.fail("datadog", "tls-expired")
    with pytest.raises(ValueError, match="before any request"):
        secure.fail("datadog", "tls-expired", path="deployment")


def test_closing_ends_a_hanging_handshake_immediately():
    with Sandbox(tls=True) as sandbox:
        sandbox.fail("datadog", "tls-handshake-hang")
        with pytest.raises(TimeoutError):
            shake_hands(sandbox, timeout=0.01)
        start = time.monotonic()
    assert time.monotonic() - start < 1


def test_the_ca_bundle_stays_in_the_given_directory_only(tmp_path):
    with Sandbox(tls=tmp_path / "made") as sandbox:
        assert sandbox.ca_file == tmp_path / "made" / "ca.pem"
    assert "BEGIN CERTIFICATE" in sandbox.ca_file.read_text()
    with Sandbox(tls=True) as sandbox:
        assert sandbox.ca_file.exists()
    assert not sandbox.ca_file.exists()
    with Sandbox() as sandbox:
        assert sandbox.ca_file is None


def test_the_proxy_routes_a_vendors_real_host_to_the_sandbox(secure, connect):
    port = int(secure.datadog_url.rpartition(":")[2])
    with Proxy({"api.datadoghq.com:443": ("127.0.0.1", port)}) as proxy:
        client = connect(secure, "datadog")
        client.url = "https://api.datadoghq.com"
        client.session.verify = str(secure.ca_file)
        client.session.proxies = {"https": proxy.url}
        assert client.create().status_code == 200
        assert proxy.tunnels == ["api.datadoghq.com:443"]
    assert secure.requests()[0].headers["host"] == "api.datadoghq.com"
