from pathlib import Path

import pytest

from emulator.artifacts import download, upload


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
        ("out/*.txt", {"a.txt"}),
        ("none/*.txt", set()),
    ],
)
def test_files_are_stored_relative_to_the_directory_of_the_search(
    workspace: Path, tmp_path: Path, path: str, stored: set[str]
) -> None:
    upload({"path": path, "name": "n"}, workspace, tmp_path / "store")
    assert files(tmp_path / "store") == {f"n/{name}" for name in stored}


def test_an_absolute_path_is_found(workspace: Path, tmp_path: Path) -> None:
    upload({"path": str(workspace / "other"), "name": "n"}, tmp_path, tmp_path / "store")
    assert files(tmp_path / "store" / "n") == {"c.txt"}


def test_a_name_is_used_once_unless_overwrite_is_set(workspace: Path, tmp_path: Path) -> None:
    inputs = {"path": "out", "name": "n"}
    upload(inputs, workspace, tmp_path / "store")
    with pytest.raises(FileExistsError, match="already exists"):
        upload(inputs, workspace, tmp_path / "store")
    upload({**inputs, "overwrite": "true"}, workspace, tmp_path / "store")


def test_one_artifact_or_several_are_downloaded(workspace: Path, tmp_path: Path) -> None:
    upload({"path": "out", "name": "one"}, workspace, tmp_path / "store")
    upload({"path": "other", "name": "two"}, workspace, tmp_path / "store")
    download({"name": "two", "path": "here"}, tmp_path, tmp_path / "store")
    upload({"path": "other", "name": "once"}, workspace, tmp_path / "store")
    merge = {"path": "merged", "pattern": "on*", "merge-multiple": "true"}
    download(merge, tmp_path, tmp_path / "store")
    assert files(tmp_path / "here") == {"c.txt"}
    assert files(tmp_path / "merged") == {"a.txt", "deep/b.txt", "c.txt"}


def test_a_missing_artifact_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        download({"name": "x", "path": "here"}, tmp_path, tmp_path)
