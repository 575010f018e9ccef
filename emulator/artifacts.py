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
    """Copy one artifact, or all that match `pattern` into one directory (`merge-multiple`)."""
    name = inputs.get("name")
    for artifact in [store / name] if name else store.glob(inputs["pattern"]):
        shutil.copytree(artifact, workspace / inputs["path"], dirs_exist_ok=True)
