"""The line of action.yml that a release changes: which image runs."""

from __future__ import annotations

import re

from scripts.release.command import ReleaseError
from scripts.release.reference import Reference

IMAGE_LINE = re.compile(
    r"^(?P<key>\s+image:\s+)"
    r"(?P<quote>['\"]?)(?P<value>[^\s'\"#]+)(?P=quote)"
    r"[ \t]*(?:#.*)?$",
    re.MULTILINE,
)


def pin(manifest: str, reference: Reference) -> str:
    """Replace the Dockerfile in an action.yml with a released image; keep every other byte."""
    match = find(manifest)
    if match["value"] != "Dockerfile":
        raise ReleaseError(
            f"action.yml runs {match['value']}, not the Dockerfile. "
            "Start the release from a branch, not from a release tag."
        )
    return f"{manifest[: match.start()]}{match['key']}docker://{reference}{manifest[match.end() :]}"


def pinned(manifest: str) -> Reference:
    """Return the released image that an action.yml names."""
    value = find(manifest)["value"]
    if not value.startswith("docker://"):
        raise ReleaseError(f"action.yml runs {value}, not a released image.")
    return Reference.parse(value.removeprefix("docker://"))


def find(manifest: str) -> re.Match[str]:
    """Return the only `image:` line. A YAML library would rewrite the comments around it."""
    matches = list(IMAGE_LINE.finditer(manifest))
    if len(matches) != 1:
        raise ReleaseError(f"action.yml has {len(matches)} lines with `image:`, not exactly one.")
    return matches[0]
