"""action.yml, as data."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


def defaults() -> dict[str, str]:
    """Return every input as the runner passes it on where the user set none; expressions are empty."""
    given = {name: str(one.get("default", "")) for name, one in MANIFEST["inputs"].items()}
    return {name: "" if value.startswith("${{") else value for name, value in given.items()}
