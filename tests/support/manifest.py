"""action.yml, as data."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


EXPRESSIONS = frozenset(
    name
    for name, declaration in MANIFEST["inputs"].items()
    if str(declaration.get("default", "")).startswith("${{")
)
"""Inputs whose default is an expression, which only a runner can evaluate."""


def defaults() -> dict[str, str]:
    """Return the default of every input; an expression is empty."""
    given = {
        name: str(declaration.get("default", ""))
        for name, declaration in MANIFEST["inputs"].items()
    }
    return {name: "" if value.startswith("${{") else value for name, value in given.items()}
