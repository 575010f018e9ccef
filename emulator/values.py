"""GitHub's rules for turning a value into text or a truth value."""

from __future__ import annotations

from collections.abc import Mapping


def is_truthy(value: object) -> bool:
    """Return False for null, false, 0 and the empty string, and True for everything else."""
    return value not in (None, False, 0, "")


def to_text(value: object) -> str:
    """Return null as empty text, and a list or an object as the name of its kind."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return "Object" if isinstance(value, Mapping) else "Array"
