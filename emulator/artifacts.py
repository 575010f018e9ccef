"""`actions/upload-artifact` and `actions/download-artifact`, between directories."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path


def upload(inputs: Mapping[str, str], workspace: Path, store: Path) -> None:
    """Copy the directory, the file or the files of one directory that `path` names."""
    path = workspace / inputs["path"]
    root = path if path.is_dir() else path.parent
    found = path.rglob("*") if path.is_dir() else root.glob(path.name)
    files = [file for file in found if file.is_file() and not file.name.startswith(".")]
    target = store / inputs["name"]
    if files and target.exists() and inputs.get("overwrite") != "true":
        raise FileExistsError(f"an artifact with the name {target.name!r} already exists")
    for file in files:
        copy = target / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def download(inputs: Mapping[str, str], workspace: Path, store: Path) -> None:
    """Copy one artifact, or all that match `pattern`, each into a directory unless merged."""
    target = workspace / inputs.get("path", "")
    if name := inputs.get("name"):
        shutil.copytree(store / name, target, dirs_exist_ok=True)
        return
    merged = inputs.get("merge-multiple") == "true"
    for artifact in store.glob(inputs.get("pattern", "*")):
        directory = target if merged else target / artifact.name
        shutil.copytree(artifact, directory, dirs_exist_ok=True)
