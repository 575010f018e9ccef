from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import deployment_events
from scripts.release.command import ReleaseError
from scripts.release.project import release_notes, require_version

REPOSITORY = Path(__file__).parents[2]

CHANGELOG = """\
# Changelog

## Unreleased

## [1.2.30] - 2026-03-01
Later.

## 1.2.3 - 2026-01-01

- A thing.

### Fixed
- Another.

## 1.2.2
Older.

[1.2.30]: https://example.com
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("version", "notes"),
    [("1.2.3", "- A thing.\n\n### Fixed\n- Another."), ("1.2.30", "Later."), ("1.2.2", "Older.")],
)
def test_the_notes_are_the_section_of_the_changelog(root: Path, version: str, notes: str) -> None:
    assert release_notes(root, version) == notes


def test_a_version_needs_notes(root: Path) -> None:
    with pytest.raises(ReleaseError, match="CHANGELOG"):
        release_notes(root, "1.2")


def test_a_version_must_be_the_declared_one(root: Path) -> None:
    require_version(root, "1.2.3")
    with pytest.raises(ReleaseError, match=r"declares version 1\.2\.3, not 1\.2\.4"):
        require_version(root, "1.2.4")


def test_the_package_and_the_lock_have_the_declared_version() -> None:
    """The package sends its version to the vendors, and pyproject.toml is not in the image."""
    lock = tomllib.loads((REPOSITORY / "uv.lock").read_text("utf-8"))
    [locked] = [entry for entry in lock["package"] if entry["name"] == "deployment-events"]
    assert locked["version"] == deployment_events.__version__
    require_version(REPOSITORY, deployment_events.__version__)
