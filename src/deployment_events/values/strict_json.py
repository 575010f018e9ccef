"""JSON as the standard defines it: Python's reader accepts more."""

import json
from typing import Any

DEEPEST = 100
"""Levels of nesting: pydantic writes at most 255, and a request body adds a few."""


def load_json(text: str, deepest: int = DEEPEST) -> Any:
    """Read JSON. Raises `ValueError` with a reason, also for NaN and for half a character.

    An object that has a key twice is an error, because one of the two values would be lost.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    level = [value]
    for _ in range(deepest):
        level = [item for parent in level for item in _children(parent)]
        if not level:
            return value
    raise ValueError(f"it is nested more than {deepest} levels deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("an object has a key twice")
    return value


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
