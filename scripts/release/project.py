"""What the repository says about the version to release: its own metadata, and the changelog."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from scripts.release.reference import ReleaseError


def require_version(root: Path, version: str) -> None:
    """The code names its version to the vendors, so it must be the released one."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    if project["version"] != version:
        raise ReleaseError(
            f"pyproject.toml says {project['version']}, not {version}: change it, and uv.lock, first"
        )


def release_notes(root: Path, version: str) -> str:
    """The changelog's section about this version: `## 1.2.3`, with or without brackets and a date."""
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    heading = rf"^## \[?{re.escape(version)}\]?(?![\w.])[^\n]*\n"
    section = re.search(
        rf"{heading}(?P<text>.*?)(?=^## |^\[[^\]]+\]: |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if not section or not section["text"].strip():
        raise ReleaseError(f"CHANGELOG.md has no section `## {version}` that says something")
    return section["text"].strip()
