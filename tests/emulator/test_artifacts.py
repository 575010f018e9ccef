from pathlib import Path

import pytest

from emulator.artifacts import ArtifactError, download, upload


def files(directory: Path) -> set[str]:
    return {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name in ("out/a.txt", "out/deep/b.txt", "out/.hidden", "other/c.txt"):
        path = tmp_path / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "work"


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ("out", {"a.txt", "deep/b.txt"}),
        ("out/a.txt", {"a.txt"}),
        ("out/**/*.txt", {"a.txt", "deep/b.txt"}),
        ("out\nother/c.txt", {"out/a.txt", "out/deep/b.txt", "other/c.txt"}),
    ],
)
def test_what_is_stored_is_relative_to_where_the_search_began(
    workspace: Path, tmp_path: Path, path: str, stored: set[str]
) -> None:
    upload({"path": path, "name": "n"}, workspace, tmp_path / "store")
    assert files(tmp_path / "store" / "n") == stored


def test_an_absolute_path_is_found(workspace: Path, tmp_path: Path) -> None:
    upload({"path": str(workspace / "other")}, tmp_path, tmp_path / "store")
    assert files(tmp_path / "store" / "artifact") == {"c.txt"}


def test_nothing_found_fails_only_when_asked_to(workspace: Path, tmp_path: Path) -> None:
    upload({"path": "none"}, workspace, tmp_path / "store")
    with pytest.raises(ArtifactError, match="No files were found"):
        upload({"path": "none", "if-no-files-found": "error"}, workspace, tmp_path / "store")


def test_a_name_is_used_once(workspace: Path, tmp_path: Path) -> None:
    upload({"path": "out"}, workspace, tmp_path / "store")
    with pytest.raises(ArtifactError, match="already exists"):
        upload({"path": "out"}, workspace, tmp_path / "store")


def test_one_artifact_lands_in_the_path_and_all_in_directories(
    workspace: Path, tmp_path: Path
) -> None:
    upload({"path": "out", "name": "one"}, workspace, tmp_path / "store")
    upload({"path": "other", "name": "two"}, workspace, tmp_path / "store")
    download({"name": "two", "path": "here"}, tmp_path, tmp_path / "store")
    download({"path": "all"}, tmp_path, tmp_path / "store")
    download(
        {"path": "merged", "pattern": "t*", "merge-multiple": "true"}, tmp_path, tmp_path / "store"
    )
    assert files(tmp_path / "here") == {"c.txt"}
    assert files(tmp_path / "all") == {"one/a.txt", "one/deep/b.txt", "two/c.txt"}
    assert files(tmp_path / "merged") == {"c.txt"}


def test_a_missing_artifact_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="Artifact not found for name: x"):
        download({"name": "x"}, tmp_path, tmp_path)
