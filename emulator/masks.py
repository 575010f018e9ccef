"""What a job hides: its secrets, and the values that its steps gave to `add-mask`."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Masker:
    """Replaces hidden values by `***`.

    Unlike the runner, it hides a value only as given, not in its base64, URL or JSON form, so that
    tests notice a leak in such a form. Of values that overlap it hides only the first completely.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Hide a value, and each of its lines."""
        self._values |= {part for part in (value, *re.split(r"[\r\n]+", value)) if part.strip()}

    def mask(self, text: str) -> str:
        """Replace every hidden value; adjacent ones become one `***`."""
        if not self._values:
            return text
        longest_first = sorted(self._values, key=len, reverse=True)
        pattern = "|".join(re.escape(value) for value in longest_first)
        return re.sub(f"(?:{pattern})+", "***", text)
