"""Which certificate authorities (CAs) are trusted, and how often they are loaded."""

import os
import ssl
import threading
import time
from pathlib import Path

import pytest
from support.cas import hashed

from deployment_events.errors import DeliveryFailed, Refused, Unavailable
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.tls import Trust
from sandbox.certificates import Certificates

HOST = "localhost"
NO_PEM = "it has no certificates in PEM format"


def fix(error: DeliveryFailed) -> str:
    assert error.advice is not None
    return error.advice.fix


def soon() -> Deadline:
    return Deadline(Clock(), 5)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A server's certificate, and the CA that signed it."""
    return Certificates(tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Another CA."""
    return Certificates(tmp_path_factory.mktemp("other"))


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: Certificates) -> Path:
    """A system without CAs; certifi's bundle contains another CA than the server's."""
    folder = tmp_path / "system"
    paths = ssl.get_default_verify_paths()._replace(openssl_capath=str(folder))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr("certifi.where", lambda: str(other.ca_file))
    return folder


def is_trusted(server: Certificates, trust: Trust | None = None) -> bool:
    """Return whether a client accepts the server's certificate, in a handshake without sockets."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = (trust or Trust()).context(soon())
    client = context.wrap_bio(to_client, to_server, server_hostname=HOST)
    peer = server.context().wrap_bio(to_server, to_client, server_side=True)
    for _ in range(10):
        for side in (client, peer):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return client.version() is not None


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_named_bundle_is_trusted(
    server: Certificates, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(server.ca_file))
    assert is_trusted(server)


def test_the_variable_of_requests_takes_precedence_over_that_of_curl(
    server: Certificates, other: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(other.ca_file))
    assert is_trusted(server)


def test_a_named_folder_is_trusted(
    server: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(hashed(server.ca_file, tmp_path / "named")))
    assert is_trusted(server)


def test_without_a_name_the_systems_folder_is_trusted(server: Certificates, system: Path) -> None:
    hashed(server.ca_file, system)
    assert is_trusted(server)


def test_a_named_bundle_replaces_the_systems_folder(
    server: Certificates, other: Certificates, system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed(server.ca_file, system)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.ca_file))
    assert not is_trusted(server)


@pytest.mark.parametrize("content", ["no folder", "no file", "no hash", "dangling link"])
def test_without_hashed_cas_in_the_systems_folder_certifis_bundle_is_trusted(
    server: Certificates, system: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    if content != "no folder":
        system.mkdir()
    if content == "no hash":
        (system / "ca-certificates.crt").write_bytes(b"")
    if content == "dangling link":
        (system / "0123abcd.0").symlink_to(system / "missing")
    assert not is_trusted(server)
    monkeypatch.setattr("certifi.where", lambda: str(server.ca_file))
    assert is_trusted(server)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_openssls_variables_change_nothing(
    server: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    folder = hashed(server.ca_file, tmp_path / "folder")
    values = {"SSL_CERT_FILE": server.ca_file, "SSL_CERT_DIR": folder}
    monkeypatch.setenv(variable, str(values[variable]))
    assert not is_trusted(server)


def test_a_bundle_that_never_ends_is_given_up_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pipe))
    trust = Trust()
    start = time.monotonic()
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            trust.context(Deadline(Clock(), 0.2))
        assert str(caught.value) == f"the CA bundle '{pipe}' could not be read in time"
        assert "REQUESTS_CA_BUNDLE" in fix(caught.value)
    assert time.monotonic() - start < 2
    # The reading thread ends.
    pipe.open("w").close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file or directory"), ("text", NO_PEM), ("\0" * 100, NO_PEM)],
    ids=["missing", "text", "zeros"],
)
def test_a_bundle_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, reason: str
) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(Refused) as caught:
        Trust().context(soon())
    assert str(caught.value) == f"the CA bundle '{path}' cannot be used ({reason})"
    assert "REQUESTS_CA_BUNDLE" in fix(caught.value)


def test_a_certificate_instead_of_a_path_is_refused_in_a_short_message(
    server: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca_file.read_text() * 10)
    with pytest.raises(Refused) as caught:
        Trust().context(soon())
    assert len(str(caught.value)) < 400


def test_all_threads_share_one_context(
    server: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
    load, loaded = ssl.create_default_context, []
    start = threading.Barrier(10)

    def create(**arguments: str) -> ssl.SSLContext:
        loaded.append(arguments)
        return load(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ssl, "create_default_context", create)
    trust, contexts = Trust(), []
    assert loaded == []

    def use() -> None:
        start.wait()
        contexts.append(trust.context(soon()))

    threads = [threading.Thread(target=use) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(contexts) == 10
    assert len(set(map(id, contexts))) == 1
    assert len(loaded) == 1


def test_a_path_in_a_message_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a secret would not be recognized, and not be hidden."""
    path = f"/{'a' * 300}/key-of-a-user"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", path)
    with pytest.raises(Refused, match=path):
        Trust().context(soon())
