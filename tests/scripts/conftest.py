from __future__ import annotations

from pathlib import Path

import pytest

from scripts.release.reference import Reference
from scripts.release.repository import AUTHOR, Repository, run

MANIFEST = """\
name: Deployment Events
runs:
  using: docker
  # Built here; a release names the image it published instead.
  image: Dockerfile
  entrypoint: /entrypoint.py
"""


@pytest.fixture
def manifest() -> str:
    return MANIFEST


@pytest.fixture
def reference() -> Reference:
    return Reference("ghcr.io", "owner/deployment-events", "1.2.3", "sha256:" + "ab" * 32)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A clone of a remote that holds one commit on main."""
    run(["git", "init", "--quiet", "--bare", "--initial-branch=main", "remote.git"], tmp_path)
    run(["git", "clone", "--quiet", "remote.git", "clone"], tmp_path)
    clone = Repository(tmp_path / "clone")
    (clone.root / "action.yml").write_text(MANIFEST)
    (clone.root / "README.md").write_text("# Deployment Events\n")
    clone.git("switch", "--quiet", "--orphan", "main")
    clone.git("add", ".")
    clone.git(*AUTHOR, "commit", "--quiet", "--message", "First")
    clone.git("push", "--quiet", "origin", "main")
    return clone
