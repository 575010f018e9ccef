"""An image as `docker save` writes it, seen as what its own Dockerfile adds to the base."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

FIRST_INSTRUCTION = "LABEL org.opencontainers.image.title=deployment-events"
"""Where the history of the base ends and ours begins: the final stage's first instruction."""


class SavedImage:
    """The files of the image's own layers, by path from `/`."""

    def __init__(self, archive: Path) -> None:
        with tarfile.open(archive) as outer:
            [manifest] = read_json(outer, "manifest.json")
            config = read_json(outer, manifest["Config"])
            self.config: dict[str, Any] = config["config"]
            self.files: dict[str, tarfile.TarInfo] = {}
            for layer in manifest["Layers"][-own_layers(config["history"]) :]:
                with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
                    self.files |= {
                        f"/{member.name}": member for member in inner if not member.isdir()
                    }

    @property
    def size(self) -> int:
        """Bytes, as `docker history` counts them."""
        return sum(member.size for member in self.files.values())

    def below(self, name: str) -> list[str]:
        """Paths with a part of this name, compared without case."""
        return [path for path in self.files if name in path.lower().split("/")]


def own_layers(history: list[dict[str, Any]]) -> int:
    """How many layers the final stage of our Dockerfile made."""
    starts = [
        i
        for i, entry in enumerate(history)
        if entry.get("created_by", "").startswith(FIRST_INSTRUCTION)
    ]
    assert len(starts) == 1, "the final stage must begin with the title's LABEL"
    own = [entry for entry in history[starts[0] :] if not entry.get("empty_layer")]
    assert own, "the image adds nothing"
    return len(own)


def read_json(archive: tarfile.TarFile, name: str) -> Any:
    member = archive.extractfile(name)
    assert member is not None
    return json.load(member)
