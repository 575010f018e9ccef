"""Reads an `action.yml` the way GitHub's runner does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent


class ManifestError(ValueError):
    """An action.yml that the runner would reject, or that is not emulated."""


@dataclass(frozen=True)
class Action:
    """A docker action with its executables, or a composite action with its steps."""

    directory: Path
    inputs: Mapping[str, str]
    """Every input with its default as written; one without a default has the empty string."""
    outputs: Mapping[str, str]
    """Every output with its expression, which only a composite action has."""
    entrypoint: str = ""
    post_entrypoint: str = ""
    post_if: str = "always()"
    steps: list[Mapping[str, Any]] = field(default_factory=list)


def load_yaml(text: str) -> Any:
    """Return a document whose scalars are all text, as written: `on`, `true` and `1.0` too."""
    try:
        return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text
    except yaml.YAMLError as error:
        raise ManifestError(f"not valid YAML: {error}") from error


def load_action(directory: str | Path = REPOSITORY) -> Action:
    """Read the `action.yml` in a directory."""
    path = Path(directory).resolve() / "action.yml"
    if not path.is_file():
        raise ManifestError(f"can't find 'action.yml' under '{directory}'")
    document = load_yaml(path.read_text(encoding="utf-8"))
    runs = document["runs"]
    if runs["using"] not in {"docker", "composite"}:
        raise ManifestError(f"{path}: 'using: {runs['using']}' is not emulated")
    if runs["using"] == "docker" and "entrypoint" not in runs:
        raise ManifestError(
            f"{path}: runs.entrypoint is missing, so that a user's 'with: entryPoint' replaces it"
        )
    inputs, outputs = document.get("inputs") or {}, document.get("outputs") or {}
    for name, declared in {**inputs, **outputs}.items():
        # The runner evaluates a description as a template that can read no context.
        if "${{" in declared.get("description", ""):
            raise ManifestError(f"{path}: {name}: no expression is allowed in a description")
    return Action(
        directory=path.parent,
        inputs={name: declared.get("default", "") for name, declared in inputs.items()},
        outputs={name: declared.get("value", "") for name, declared in outputs.items()},
        entrypoint=runs.get("entrypoint", ""),
        post_entrypoint=runs.get("post-entrypoint", ""),
        post_if=runs.get("post-if", "always()"),
        steps=runs.get("steps", []),
    )
