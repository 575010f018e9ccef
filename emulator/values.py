"""GitHub's rules for turning one kind of value into another (loose equality, truth, text, number)."""

from __future__ import annotations

import math
from collections.abc import Mapping


def is_truthy(value: object) -> bool:
    """Judge truth: false for null, false, 0, NaN and the empty string; an empty list or object is true."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return value is not None and value is not False and value != 0 and value != ""


def to_number(value: object) -> float:
    """Null is 0, text is read as a number (empty is 0); what cannot be read is NaN."""
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    try:
        return float(int(text, 16)) if text.lower().startswith("0x") else float(text or "0")
    except ValueError:
        return math.nan


def to_text(value: object) -> str:
    """Null is empty, numbers lose a needless fraction, lists and objects are only named."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else f"{value:.15g}"
    if isinstance(value, str):
        return value
    return "Object" if isinstance(value, Mapping) else "Array"


def loosely_equal(one: object, other: object) -> bool:
    """Text ignores case; unlike kinds are compared as numbers; lists and objects only equal themselves."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    if one is other:
        return True
    return to_number(one) == to_number(other)
