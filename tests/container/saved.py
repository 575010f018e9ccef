"""An image as `docker save` writes it."""

from __future__ import annotations

import gzip
import json
import tarfile
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

GZIP = b"\x1f\x8b"
LEVEL = 6
"""About as hard as docker and BuildKit compress a layer before they push it."""


class SavedImage:
    """The image's configuration and its files, by path from `/`."""

    def __init__(self, archive: Path) -> None:
        self.files: dict[str, tarfile.TarInfo] = {}
        self._contents: dict[str, bytes] = {}
        with tarfile.open(archive) as outer:
            [manifest] = json.loads(read(outer, "manifest.json"))
            self.config: dict[str, Any] = json.loads(read(outer, manifest["Config"]))["config"]
            for name in manifest["Layers"]:
                self._add(outer, name)

    def read(self, path: str) -> bytes:
        """Return the content of a regular file."""
        return self._contents[path]

    def text(self, path: str) -> str:
        """Return the content of a text file."""
        return self.read(path).decode()

    def below(self, folder: str) -> list[str]:
        """Return the paths in a folder, at any depth."""
        return [path for path in self.files if PurePosixPath(folder) in PurePosixPath(path).parents]

    @cached_property
    def site(self) -> str:
        """The folder in which the interpreter finds the action's package."""
        [module] = [path for path in self.files if path.endswith("/deployment_events/__init__.py")]
        return str(PurePosixPath(module).parents[1])

    def _add(self, outer: tarfile.TarFile, name: str) -> None:
        with tarfile.open(fileobj=outer.extractfile(name)) as layer:
            for member in layer:
                path = f"/{member.name}".rstrip("/") or "/"
                self.files[path] = member
                if member.isfile():
                    self._contents[path] = read(layer, member)


def pulled_size(archive: Path) -> int:
    """Return the bytes of all layers as a registry has them, compressed."""
    size = 0
    with tarfile.open(archive) as outer:
        [manifest] = json.loads(read(outer, "manifest.json"))
        for name in manifest["Layers"]:
            layer = read(outer, name)
            size += len(layer if layer.startswith(GZIP) else gzip.compress(layer, LEVEL))
    return size


def read(archive: tarfile.TarFile, member: str | tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    assert content is not None
    return content.read()
