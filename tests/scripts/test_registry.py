"""With a `docker` that prints what buildx 0.29 printed for such images in a local registry."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scripts.release.command import ReleaseError
from scripts.release.reference import Reference
from scripts.release.registry import FORMAT, verify

BOTH = ("linux/amd64", "linux/arm64")
INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.docker.distribution.manifest.v2+json"

DOCKER = """\
#!/usr/bin/env python3
import sys
assert sys.argv[1:] == {arguments!r}, sys.argv
sys.exit({refusal!r}) if {refusal!r} else print({printed!r})
"""


@pytest.fixture
def registry(
    program: Callable[[str, str], None], reference: Reference
) -> Callable[[dict[str, Any] | str], None]:
    """Set what the registry has under the reference's tag, or the error for reading it."""
    tagged = "ghcr.io/owner/deployment-events:v1.2.3"
    arguments = ["buildx", "imagetools", "inspect", "--format", FORMAT, tagged]

    def install(found: dict[str, Any] | str) -> None:
        refusal = found if isinstance(found, str) else ""
        text = DOCKER.format(arguments=arguments, refusal=refusal, printed=json.dumps(found))
        program("docker", text)

    return install


def index(reference: Reference, platforms: tuple[str, ...] = BOTH) -> dict[str, Any]:
    """An image with several platforms, each with provenance and an SBOM."""
    entries = []
    for name in platforms:
        system, architecture = name.split("/")
        entries.append({"platform": {"os": system, "architecture": architecture}})
        entries.append({"platform": {"os": "unknown", "architecture": "unknown"}})
    return {
        "manifest": {"mediaType": INDEX, "digest": reference.digest, "manifests": entries},
        "provenance": {name: {"SLSA": {}} for name in platforms},
        "sbom": {name: {"SPDX": {}} for name in platforms},
    }


def test_a_complete_image_is_accepted(registry: Callable, reference: Reference) -> None:
    registry(index(reference))
    assert verify(reference, BOTH) is None


def test_the_dry_run_s_image_needs_only_its_digest(
    registry: Callable, reference: Reference
) -> None:
    """Docker builds an image for one platform without attestations."""
    manifest = {"mediaType": IMAGE, "digest": reference.digest}
    registry({"manifest": manifest, "provenance": {}, "sbom": {}})
    verify(reference)
    with pytest.raises(ReleaseError, match=r"has the platforms \[\], not \['linux/amd64', "):
        verify(reference, BOTH)


def test_a_moved_tag_is_rejected(registry: Callable, reference: Reference) -> None:
    registry(index(replace(reference, digest="sha256:" + "cd" * 32)))
    with pytest.raises(ReleaseError, match="Another build has moved the tag"):
        verify(reference, BOTH)


@pytest.mark.parametrize("platforms", [BOTH[:1], (*BOTH, "linux/s390x")])
def test_other_platforms_are_rejected(
    registry: Callable, reference: Reference, platforms: tuple[str, ...]
) -> None:
    registry(index(reference, platforms))
    with pytest.raises(ReleaseError, match=r"not \['linux/amd64', 'linux/arm64'\]"):
        verify(reference, BOTH)


@pytest.mark.parametrize("kind", ["provenance", "sbom"])
def test_a_platform_without_attestations_is_rejected(
    registry: Callable, reference: Reference, kind: str
) -> None:
    found = index(reference)
    del found[kind]["linux/arm64"]
    registry(found)
    with pytest.raises(ReleaseError, match=rf"has no {kind} for \['linux/arm64'\]\. Build it"):
        verify(reference, BOTH)


def test_an_image_that_cannot_be_read_is_reported_with_docker_s_message(
    registry: Callable, reference: Reference
) -> None:
    registry("ERROR: ghcr.io/owner/deployment-events:v1.2.3: not found")
    with pytest.raises(ReleaseError, match=r"^Cannot read .*: not found .*Is it public\?$"):
        verify(reference, BOTH)
