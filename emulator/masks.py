"""What a job hides: its secrets, and whatever its steps gave to `add-mask`."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Masker:
    """Replaces hidden values by `***` in everything shown after they became known.

    Stricter than the runner in one way: it hides a value only as given, not in its base64, URL or JSON forms,
    so that a leak in such a form is seen.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Hide a value, and each of its lines."""
        self._values |= {part for part in (value, *re.split(r"[\r\n]+", value)) if part.strip()}

    def mask(self, text: str) -> str:
        """Replace every hidden value; values that overlap become one `***`."""
        masked: list[str] = []
        shown_from = 0
        for start, end in self._spans(text):
            masked += [text[shown_from:start], "***"]
            shown_from = end
        return "".join(masked) + text[shown_from:]

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where hidden values are, in order, overlapping and adjacent ones merged."""
        found = sorted(
            (match.start(1), match.start(1) + len(value))
            for value in self._values
            if value in text
            for match in re.finditer(f"(?=({re.escape(value)}))", text)
        )
        merged: list[tuple[int, int]] = []
        for start, end in found:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged
