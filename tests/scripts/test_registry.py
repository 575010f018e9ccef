"""Against a registry of the standard library's making: what it answers is scripted, the HTTP is real."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from scripts.release.reference import Reference, ReleaseError
from scripts.release.registry import INDEXES, MANIFESTS, fetch, verify

BOTH = ("linux/amd64", "linux/arm64")


def index(*platforms: str) -> bytes:
    entries = [dict(zip(("os", "architecture"), name.split("/"), strict=True)) for name in platforms]
    return json.dumps({"manifests": [{"platform": entry} for entry in entries]}).encode()


class Registry(ThreadingHTTPServer):
    """One manifest under v1.2.3, to those who show `token`; the token goes to anybody unless `private`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.manifest, self.media_type = index(*BOTH, "unknown/unknown"), INDEXES[0]
        self.token = ""
        self.private = False

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def reference(self) -> Reference:
        digest = hashlib.sha256(self.manifest).hexdigest()
        return Reference(self.host, "owner/name", "1.2.3", f"sha256:{digest}")


class Handler(BaseHTTPRequestHandler):
    server: Registry

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/token":
            assert parse_qs(url.query) == {"service": ["here"], "scope": ["repository:owner/name:pull"]}
            token = "useless" if self.server.private else self.server.token
            self.answer(200, json.dumps({"token": token}).encode(), "application/json")
        elif url.path != "/v2/owner/name/manifests/v1.2.3":
            self.answer(404, b"{}", "application/json")
        elif self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            self.answer(401, b"{}", "application/json")
        else:
            assert set(INDEXES + MANIFESTS) == set(self.headers["Accept"].split(", "))
            self.answer(200, self.server.manifest, self.server.media_type)

    def answer(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            scope = f'Bearer realm="http://{self.server.host}/token",service="here",scope="repository:owner/name:pull"'
            self.send_header("WWW-Authenticate", scope)
        self.end_headers()
        self.wfile.write(body)


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
    assert (found.digest, found.platforms, found.attested) == (registry.reference.digest, BOTH, True)


def test_an_image_of_one_platform(registry: Registry) -> None:
    registry.manifest, registry.media_type = b'{"config": {}}', MANIFESTS[1]
    assert verify(registry.reference).platforms == ()


def test_a_moved_tag_is_noticed(registry: Registry) -> None:
    before = registry.reference
    registry.manifest = index(*BOTH)
    with pytest.raises(ReleaseError, match="it was moved"):
        verify(before)


def test_a_missing_platform_is_noticed(registry: Registry) -> None:
    registry.manifest = index("linux/amd64")
    with pytest.raises(ReleaseError, match="were to be released"):
        verify(registry.reference, BOTH)


def test_a_private_package_is_noticed(registry: Registry) -> None:
    registry.token, registry.private = "secret", True
    with pytest.raises(ReleaseError, match="is the package public"):
        verify(registry.reference)


def test_a_missing_image_is_noticed(registry: Registry) -> None:
    with pytest.raises(ReleaseError, match="answered 404"):
        verify(replace(registry.reference, version="9.9.9"))


def test_plain_http_stays_on_this_machine() -> None:
    with pytest.raises(ReleaseError, match="only https"):
        fetch("http://registry.example/v2/", {})
