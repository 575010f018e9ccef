"""GitHub's rules for turning a value into text or a truth value, and for comparing two values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


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


def loosely_equal(one: object, other: object) -> bool:
    """Compare texts without case, and values of different kinds as numbers."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return one is other or _to_number(one) == _to_number(other)


def _to_number(value: Any) -> float:
    """Return 0 for null and for empty text, and NaN for what is not a number."""
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return math.nan
