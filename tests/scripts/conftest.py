from __future__ import annotations

import os
from collections.abc import Callable
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


@pytest.fixture
def checkout(repository: Repository) -> Callable[[], Repository]:
    """Checks the remote out as a later run of the workflow does: main's last commit, no history, no tags."""

    def clone() -> Repository:
        folder = repository.root.parent
        run(
            [
                "git",
                "clone",
                "--quiet",
                "--depth=1",
                "--no-tags",
                f"file://{folder}/remote.git",
                "again",
            ],
            folder,
        )
        return Repository(folder / "again")

    return clone


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a stand-in for somebody else's program before all others: its name, its text."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")

    def install(name: str, text: str) -> None:
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)

    return install
