"""JSON as the standard defines it: Python's reader accepts more."""

import json
from typing import Any

DEEPEST = 100
"""Levels of nesting: pydantic writes at most 255, and a request body adds a few."""


def load_json(text: str, deepest: int = DEEPEST) -> Any:
    """Read JSON. Raises `ValueError` with a reason, also for NaN and for half a character."""
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
