"""Against a registry of the standard library's making: what it answers is scripted, the HTTP is real."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

import scripts.release.registry
from scripts.release import __main__ as release
from scripts.release.reference import Reference, ReleaseError
from scripts.release.registry import INDEXES, MANIFESTS, PAUSES, fetch, verify

BOTH = ("linux/amd64", "linux/arm64")


PROVENANCE, SBOM = "https://slsa.dev/provenance/v1", "https://spdx.dev/Document"


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def entry(platform: str, body: bytes, **annotations: str) -> dict[str, object]:
    """An image or an attestation as an index lists it."""
    system, architecture = platform.split("/")
    named = {f"vnd.docker.reference.{key}": value for key, value in annotations.items()}
    return {
        "digest": digest_of(body),
        "platform": {"os": system, "architecture": architecture},
        **({"annotations": named} if named else {}),
    }


class Registry(ThreadingHTTPServer):
    """An index under v1.2.3, to those who show `token`; the token goes to anybody unless `private`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.media_type = INDEXES[0]
        self.by_digest: dict[str, bytes] = {}
        self.push(dict.fromkeys(BOTH, (PROVENANCE, SBOM)))
        self.token = ""
        self.private = False
        self.failures: list[int] = []
        """What the next requests get: a status, or 0 for a connection that is closed without an answer."""

    def push(self, images: dict[str, tuple[str, ...]]) -> None:
        """As BuildKit does: an image for each platform, and beside it what is attested about it."""
        entries = []
        for platform, attested in images.items():
            image = platform.encode()
            layers = [{"annotations": {"in-toto.io/predicate-type": kind}} for kind in attested]
            attestation = json.dumps({"about": platform, "layers": layers}).encode()
            entries.append(entry(platform, image))
            if attested:
                about = {"type": "attestation-manifest", "digest": digest_of(image)}
                entries.append(entry("unknown/unknown", attestation, **about))
                self.by_digest[digest_of(attestation)] = attestation
        self.manifest = json.dumps({"manifests": entries}).encode()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def reference(self) -> Reference:
        return Reference(self.host, "owner/name", "1.2.3", digest_of(self.manifest))


class Handler(BaseHTTPRequestHandler):
    server: Registry

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        folder, _, name = url.path.rpartition("/")
        if self.server.failures:
            if status := self.server.failures.pop(0):
                self.answer(status, b"{}", "application/json")
        elif url.path == "/token":
            assert parse_qs(url.query) == {
                "service": ["here"],
                "scope": ["repository:owner/name:pull"],
            }
            token = "useless" if self.server.private else self.server.token
            self.answer(200, json.dumps({"token": token}).encode(), "application/json")
        elif folder != "/v2/owner/name/manifests" or name not in {"v1.2.3", *self.server.by_digest}:
            self.answer(404, b"{}", "application/json")
        elif (
            self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}"
        ):
            self.answer(401, b"{}", "application/json")
        else:
            assert set(INDEXES + MANIFESTS) == set(self.headers["Accept"].split(", "))
            self.answer(
                200, self.server.by_digest.get(name, self.server.manifest), self.server.media_type
            )

    def answer(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            scope = f'Bearer realm="http://{self.server.host}/token",service="here",scope="repository:owner/name:pull"'
            self.send_header("WWW-Authenticate", scope)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as ever, but at once."""
    monkeypatch.setattr(scripts.release.registry, "PAUSES", tuple(0.0 for _ in PAUSES))


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("token", ["", "for-anybody"])
def test_what_was_released_is_found(registry: Registry, token: str) -> None:
    registry.token = token
    found = verify(registry.reference, BOTH)
    assert (found.digest, found.platforms, found.attested) == (
        registry.reference.digest,
        BOTH,
        True,
    )


def test_an_image_of_one_platform(registry: Registry) -> None:
    registry.manifest, registry.media_type = b'{"config": {}}', MANIFESTS[1]
    assert verify(registry.reference).platforms == ()


def test_a_moved_tag_is_noticed(registry: Registry) -> None:
    before = registry.reference
    registry.push({"linux/amd64": ()})
    with pytest.raises(ReleaseError, match="it was moved"):
        verify(before)


def test_a_missing_platform_is_noticed(registry: Registry) -> None:
    registry.push({"linux/amd64": (PROVENANCE, SBOM)})
    with pytest.raises(ReleaseError, match="were to be released"):
        verify(registry.reference, BOTH)


@pytest.mark.parametrize("has", [(), (PROVENANCE,), (SBOM,)])
def test_an_image_without_provenance_or_sbom_is_noticed(
    registry: Registry, has: tuple[str, ...]
) -> None:
    registry.push({"linux/amd64": (PROVENANCE, SBOM), "linux/arm64": has})
    with pytest.raises(
        ReleaseError, match="lacks provenance or an SBOM for an image: build it with"
    ):
        verify(registry.reference, BOTH)
    assert not verify(registry.reference).attested, (
        "the dry run asks for no platform, and builds without"
    )


def test_a_private_package_is_noticed(registry: Registry) -> None:
    registry.token, registry.private = "secret", True
    with pytest.raises(ReleaseError, match="is the package public"):
        verify(registry.reference)


def test_a_missing_image_is_noticed(registry: Registry) -> None:
    with pytest.raises(ReleaseError, match="answered 404"):
        verify(replace(registry.reference, version="9.9.9"))


@pytest.mark.parametrize("failures", [[503], [0], [429, 502, 0]])
def test_a_registry_that_recovers_is_asked_again(registry: Registry, failures: list[int]) -> None:
    registry.token, registry.failures = "for-anybody", failures
    assert verify(registry.reference, BOTH).attested


def test_a_token_is_asked_for_again(registry: Registry) -> None:
    registry.token, registry.failures = "for-anybody", [401, 503]
    assert verify(registry.reference, BOTH).attested


@pytest.mark.parametrize(
    ("failure", "told"), [(503, "answered 503"), (0, "cannot be read (Remote end closed")]
)
def test_a_registry_that_is_down_is_told_in_one_line(
    registry: Registry, capsys: pytest.CaptureFixture[str], failure: int, told: str
) -> None:
    registry.failures = [failure] * 5
    assert release.main(["verify", str(registry.reference)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert told in line
    assert "4 times: run this again" in line
    assert registry.failures == [failure]


def test_a_registry_that_nobody_reaches_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert release.main(["verify", f"127.0.0.1:{port}/owner/name:v1.2.3@sha256:{'ab' * 32}"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "cannot be read ([Errno 111] Connection refused), 4 times" in line


def test_a_refusal_is_final(registry: Registry) -> None:
    registry.failures = [403]
    with pytest.raises(ReleaseError, match="answered 403: is the image there"):
        verify(registry.reference, BOTH)


def test_plain_http_stays_on_this_machine() -> None:
    with pytest.raises(ReleaseError, match="only https"):
        fetch("http://registry.example/v2/", {})
