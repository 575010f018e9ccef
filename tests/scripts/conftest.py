from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.lay_out_image import Image
from scripts.release.command import run
from scripts.release.reference import Reference
from scripts.release.repository import Repository

MANIFEST = """\
name: Deployment Events
runs:
  using: docker
  # Built here; a release names a published image.
  image: Dockerfile
  entrypoint: /entrypoint.py
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The folder of a stand-in for a base image."""
    return tmp_path / "base"


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """An empty image."""
    return Image(tmp_path / "tree")


@pytest.fixture
def manifest() -> str:
    return MANIFEST


@pytest.fixture
def reference() -> Reference:
    return Reference("ghcr.io/owner/deployment-events", "1.2.3", "sha256:" + "ab" * 32)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A clone of a remote that has one commit on main."""
    run(["git", "init", "--quiet", "--bare", "--initial-branch=main", "remote.git"], tmp_path)
    run(["git", "clone", "--quiet", "remote.git", "clone"], tmp_path)
    clone = Repository(tmp_path / "clone")
    (clone.root / "action.yml").write_text(MANIFEST)
    (clone.root / "README.md").write_text("# Deployment Events\n")
    clone.git("switch", "--quiet", "--orphan", "main")
    clone.git("add", ".")
    clone.git("commit", "--quiet", "--message", "First")
    clone.git("push", "--quiet", "origin", "main")
    return clone


@pytest.fixture
def checkout(repository: Repository) -> Callable[[], Repository]:
    """Check out the remote as a later run does: the head of main, without history and tags."""

    def clone() -> Repository:
        folder = repository.root.parent
        shallow = ["git", "clone", "--quiet", "--depth=1", "--no-tags"]
        run([*shallow, f"file://{folder}/remote.git", "again"], folder)
        return Repository(folder / "again")

    return clone


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Put a stand-in for a program, given by its name and text, first in PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")

    def install(name: str, text: str) -> None:
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)

    return install
