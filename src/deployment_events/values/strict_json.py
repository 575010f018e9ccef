"""JSON that can be sent on: what Python reads more generously than the standard is refused."""

import json
from typing import Any

DEEPEST = 100
"""Levels of nesting: pydantic writes 255 at most, and a body wraps a few around the user's."""


def load_json(text: str, deepest: int = DEEPEST) -> Any:
    """Read JSON. Raises `ValueError` with a reason: NaN, half a character, or nested too deeply, too."""
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    level = [value]
    for _ in range(deepest):
        level = [item for parent in level for item in _children(parent)]
        if not level:
            return value
    raise ValueError(f"it is nested more than {deepest} levels deep")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
