"""Texts without repetitions."""

from collections.abc import Iterable


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts in their order, without repetitions and empty ones."""
    return tuple(dict.fromkeys(filter(None, texts)))
