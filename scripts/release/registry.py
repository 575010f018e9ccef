"""The published image, as `docker buildx imagetools` reads it from the registry.

The command needs no engine and no login, so it sees what a user's runner sees.
"""

from __future__ import annotations

import json
from typing import Any

from scripts.release.command import ReleaseError, run
from scripts.release.reference import Reference

FORMAT = (
    '{"manifest": {{json .Manifest}}, "provenance": {{json .Provenance}}, "sbom": {{json .SBOM}}}'
)
ATTESTATION = "unknown/unknown"


def verify(reference: Reference, platforms: tuple[str, ...] = ()) -> None:
    """Require that the tag has the digest and, if platforms are given, that the image is complete.

    A complete image has exactly these platforms, and provenance and an SBOM for each.
    """
    published = inspect(reference)
    digest = published["manifest"]["digest"]
    if digest != reference.digest:
        raise ReleaseError(
            f"{reference.tagged} is {digest} in the registry, not {reference.digest}. "
            "Another build has moved the tag: release the next version."
        )
    if not platforms:
        return
    found = {platform(entry) for entry in published["manifest"].get("manifests", [])}
    if found - {ATTESTATION} != set(platforms):
        raise ReleaseError(
            f"{reference.tagged} has the platforms {sorted(found - {ATTESTATION})}, "
            f"not {sorted(platforms)}."
        )
    for kind in ("provenance", "sbom"):
        if missing := sorted(set(platforms) - set(published[kind])):
            raise ReleaseError(
                f"{reference.tagged} has no {kind} for {missing}. "
                "Build it with `provenance: mode=max` and `sbom: true`, as release.yml does."
            )


def inspect(reference: Reference) -> dict[str, Any]:
    """Return the manifest and attestations of the tag.

    The attestations of an image with several platforms are keyed by platform.
    """
    command = ["docker", "buildx", "imagetools", "inspect", "--format", FORMAT, reference.tagged]
    try:
        found: dict[str, Any] = json.loads(run(command))
    except ReleaseError as error:
        raise ReleaseError(f"Cannot read {reference.tagged}: {error}. Is it public?") from error
    return found


def platform(entry: dict[str, Any]) -> str:
    """Return `linux/amd64` and the like for an entry of an index."""
    return f"{entry['platform']['os']}/{entry['platform']['architecture']}"
