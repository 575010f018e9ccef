"""`actions/upload-artifact` and `actions/download-artifact`, between directories."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path


class ArtifactError(ValueError):
    """What makes one of the two actions fail."""


def upload(inputs: Mapping[str, str], workspace: Path, store: Path) -> None:
    """Copy the files of `path` (one pattern a line) into the artifact `name`; hidden files stay behind."""
    patterns = [line.strip() for line in inputs.get("path", "").splitlines() if line.strip()]
    roots = [_fixed_part(workspace, pattern) for pattern in patterns]
    files = sorted({file for pattern in patterns for file in _matches(workspace, pattern)})
    if not files:
        if inputs.get("if-no-files-found") == "error":
            raise ArtifactError(
                f"No files were found with the provided path: {inputs.get('path', '')}."
            )
        return
    common = Path(os.path.commonpath(roots))
    root = common.parent if common.is_file() else common
    target = store / inputs.get("name", "artifact")
    if target.exists() and inputs.get("overwrite") != "true":
        raise ArtifactError(
            f"an artifact with the name {target.name!r} already exists on the workflow run"
        )
    for file in files:
        copy = target / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def download(inputs: Mapping[str, str], workspace: Path, store: Path) -> dict[str, str]:
    """Copy one artifact, or all that match `pattern` each into a directory of its name, to `path`."""
    target = workspace / inputs.get("path", "")
    if name := inputs.get("name"):
        if not (store / name).is_dir():
            raise ArtifactError(
                f"Unable to download artifact(s): Artifact not found for name: {name}"
            )
        shutil.copytree(store / name, target, dirs_exist_ok=True)
    else:
        merged = inputs.get("merge-multiple") == "true"
        for artifact in sorted(store.iterdir()):
            if fnmatch.fnmatch(artifact.name, inputs.get("pattern") or "*"):
                shutil.copytree(
                    artifact, target if merged else target / artifact.name, dirs_exist_ok=True
                )
    return {"download-path": str(target)}


def _fixed_part(workspace: Path, pattern: str) -> Path:
    """Cut a pattern before its first wildcard: the directory (or file) a search starts from."""
    parts = (workspace / pattern).parts
    wild = next(
        (index for index, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts)
    )
    return Path(*parts[:wild])


def _matches(workspace: Path, pattern: str) -> list[Path]:
    start = _fixed_part(workspace, pattern)
    rest = (workspace / pattern).relative_to(start).as_posix()
    found = [start] if rest == "." else list(start.glob(rest))
    files = [file for path in found for file in ([path] if path.is_file() else path.rglob("*"))]
    return [file for file in files if file.is_file() and not _is_hidden(file.relative_to(start))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
