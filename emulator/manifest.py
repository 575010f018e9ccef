"""Reads an `action.yml` the way GitHub's runner does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from emulator.values import to_text

REPOSITORY = Path(__file__).resolve().parent.parent


class ManifestError(ValueError):
    """An action.yml that the runner would refuse."""


@dataclass(frozen=True)
class Action:
    """A docker action: where it lives, what it takes and gives, and its executables."""

    directory: Path
    name: str
    inputs: Mapping[str, str]
    """Every input with its default as written; one without a default has the empty string."""
    outputs: tuple[str, ...]
    image: str
    entrypoint: str
    post_entrypoint: str | None = None
    post_if: str = "always()"
    env: Mapping[str, str] = field(default_factory=dict)
    """`runs.env`; the user's own variables win."""


class _Yaml12(yaml.SafeLoader):
    """YAML 1.2's core schema, which GitHub uses: `on`, `yes` and `off` are plain words."""


_Yaml12.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Yaml12.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def load_yaml(text: str) -> object:
    """Read a document, with YAML 1.2's idea of what is a boolean."""
    try:
        return yaml.load(text, Loader=_Yaml12)  # noqa: S506 - a SafeLoader with fewer words for true and false
    except yaml.YAMLError as error:
        raise ManifestError(f"not valid YAML: {error}") from error


def load_action(directory: str | Path = REPOSITORY) -> Action:
    """Read the action of a directory, from its `action.yml` or `action.yaml`."""
    root = Path(directory)
    path = next(
        (root / name for name in ("action.yml", "action.yaml") if (root / name).is_file()), None
    )
    if path is None:
        raise ManifestError(f"can't find 'action.yml' or 'action.yaml' under '{root}'")
    document = load_yaml(path.read_text(encoding="utf-8"))
    if not isinstance(document, Mapping):
        raise ManifestError(f"{path} is not a mapping")
    runs = _mapping(document, "runs")
    if runs.get("using") != "docker":
        raise ManifestError(f"{path}: only 'using: docker' is supported, not {runs.get('using')!r}")
    if "entrypoint" not in runs:
        raise ManifestError(
            f"{path}: runs.entrypoint is missing, so a user's 'with: entryPoint' would decide"
        )
    _check_descriptions(document)
    post = runs.get("post-entrypoint")
    return Action(
        directory=root.resolve(),
        name=to_text(document.get("name")),
        inputs={
            str(name): to_text((spec or {}).get("default"))
            for name, spec in _mapping(document, "inputs").items()
        },
        outputs=tuple(str(name) for name in _mapping(document, "outputs")),
        image=to_text(runs.get("image")),
        entrypoint=to_text(runs["entrypoint"]),
        post_entrypoint=to_text(post) if post else None,
        post_if=to_text(runs.get("post-if", "always()")),
        env={str(name): to_text(value) for name, value in _mapping(runs, "env").items()},
    )


def _mapping(parent: Mapping[str, object], key: str) -> Mapping[str, Any]:
    value = parent.get(key) or {}
    if not isinstance(value, Mapping):
        raise ManifestError(f"'{key}' must be a mapping")
    return value


def _check_descriptions(document: Mapping[str, object]) -> None:
    """Refuse `${{` in a description: the runner evaluates it as a template that sees no context."""
    for section in ("inputs", "outputs"):
        for name, spec in _mapping(document, section).items():
            if "${{" in to_text((spec or {}).get("description")):
                raise ManifestError(
                    f"{section}.{name}: an expression is not allowed in a description"
                )
