"""Names in a release: the version, its tags, and the reference of the image."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scripts.release.command import ReleaseError

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
REFERENCE = re.compile(
    r"(?P<image>[a-z0-9.-]+(?::\d+)?/[a-z0-9._/-]+)"
    r":v(?P<version>[^@]+)"
    r"@(?P<digest>sha256:[0-9a-f]{64})"
)


def parse_version(text: str) -> str:
    """Accept `1.2.3` or `v1.2.3`, return `1.2.3`."""
    version = text.strip().removeprefix("v")
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{text!r} is not a version. Use X.Y.Z without a suffix.")
    return version


def number(version: str) -> tuple[int, ...]:
    """Return the version in a form that compares by value: (1, 2, 10) for 1.2.10."""
    return tuple(map(int, version.split(".")))


def major_tag(version: str) -> str:
    """Return the tag that users follow: v1 for 1.2.3."""
    return f"v{version.partition('.')[0]}"


def image_name(repository: str) -> str:
    """Return the repository's image in GHCR, in lower case because registries allow no other."""
    return f"ghcr.io/{repository.lower()}"


@dataclass(frozen=True)
class Reference:
    """An image by tag and digest: `ghcr.io/owner/name:v1.2.3@sha256:…`."""

    image: str
    """Registry and path, such as `ghcr.io/owner/name`."""
    version: str
    """Without the `v` of the tag."""
    digest: str
    """Decides what is pulled; the tag is for readers."""

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read a reference."""
        match = REFERENCE.fullmatch(text)
        if not match:
            raise ReleaseError(f"{text!r} is not of the form REGISTRY/NAME:vX.Y.Z@sha256:…")
        return cls(match["image"], parse_version(match["version"]), match["digest"])

    def __str__(self) -> str:
        return f"{self.tagged}@{self.digest}"

    @property
    def tag(self) -> str:
        """The tag of the image and of the release."""
        return f"v{self.version}"

    @property
    def tagged(self) -> str:
        """The image by its tag alone."""
        return f"{self.image}:{self.tag}"
