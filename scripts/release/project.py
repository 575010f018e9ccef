"""What the repository declares about the version to release: pyproject.toml and the changelog."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from scripts.release.command import ReleaseError


def require_version(root: Path, version: str) -> None:
    """Require the version of pyproject.toml, the only place where a person sets it."""
    declared = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if declared != version:
        raise ReleaseError(
            f"pyproject.toml declares version {declared}, not {version}. "
            "Set the version in a pull request first (docs/releasing.md)."
        )


def release_notes(root: Path, version: str) -> str:
    """Return the changelog's section `## 1.2.3`, with or without brackets and a date."""
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    heading = rf"^## \[?{re.escape(version)}\]?(?![\w.])[^\n]*\n"
    body = r"(?P<text>.*?)(?=^## |^\[[^\]]+\]: |\Z)"
    section = re.search(heading + body, changelog, re.MULTILINE | re.DOTALL)
    if not section or not section["text"].strip():
        raise ReleaseError(f"CHANGELOG.md has no section `## {version}`, or the section is empty.")
    return section["text"].strip()
