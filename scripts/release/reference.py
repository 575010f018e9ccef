"""Names of things in a release: the version, the image, and the reference that users run."""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
REFERENCE = re.compile(
    r"(?P<registry>[a-z0-9.-]+(?::\d+)?)/(?P<name>[a-z0-9._/-]+):v(?P<version>[^@]+)@(?P<digest>sha256:[0-9a-f]{64})"
)


class ReleaseError(Exception):
    """The release cannot go on; the message says why and what to do."""


def parse_version(text: str) -> str:
    """Accept `1.2.3` or `v1.2.3`, answer `1.2.3`."""
    version = text.strip().removeprefix("v")
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{text!r} is no version: it must be like 1.2.3, without a suffix")
    return version


def number(version: str) -> tuple[int, ...]:
    """The version as what can be compared: (1, 2, 10) for 1.2.10."""
    return tuple(map(int, version.split(".")))


def major_tag(version: str) -> str:
    """The tag that users follow: v1 for 1.2.3."""
    return f"v{version.partition('.')[0]}"


def image_name(repository: str) -> str:
    """The image's name in the owner's GitHub registry; registries take no capital letters, GitHub does."""
    return f"ghcr.io/{repository.lower()}"


@dataclass(frozen=True)
class Reference:
    """An image by tag and digest: `ghcr.io/owner/name:v1.2.3@sha256:…`."""

    registry: str
    """Host, with a port if it has one."""
    name: str
    """Path in the registry, such as `owner/name`."""
    version: str
    """Without the `v` that starts the tag."""
    digest: str
    """What is really pulled; the tag beside it is for people."""

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read a reference, or say what it lacks."""
        match = REFERENCE.fullmatch(text)
        if not match:
            raise ReleaseError(f"{text!r} is no REGISTRY/NAME:vX.Y.Z@sha256:… reference")
        return cls(
            match["registry"], match["name"], parse_version(match["version"]), match["digest"]
        )

    def __str__(self) -> str:
        return f"{self.registry}/{self.name}:{self.tag}@{self.digest}"

    @property
    def tag(self) -> str:
        """The image's tag, which is the release's too."""
        return f"v{self.version}"
