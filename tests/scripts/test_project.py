from __future__ import annotations

from pathlib import Path

import pytest

from scripts.release.project import release_notes, require_version
from scripts.release.reference import ReleaseError

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
def test_notes_are_the_changelog_s_section(root: Path, version: str, notes: str) -> None:
    assert release_notes(root, version) == notes


def test_a_version_that_the_changelog_does_not_know(root: Path) -> None:
    with pytest.raises(ReleaseError, match="CHANGELOG"):
        release_notes(root, "1.2")


def test_the_version_is_the_project_s(root: Path) -> None:
    require_version(root, "1.2.3")
    with pytest.raises(ReleaseError, match=r"says 1\.2\.3, not 1\.2\.4"):
        require_version(root, "1.2.4")
