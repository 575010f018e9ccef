"""Markdown and HTML for the job summary, safe for untrusted text."""

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from ..values.text import clean, shorten

_LONGEST_CELL = 120  # characters


class Markdown:
    """Writes untrusted text as Markdown. Secrets are hidden before text is shortened or escaped."""

    def __init__(self, hide: Callable[[str], str] = str) -> None:
        """`hide` replaces the secrets in a text."""
        self._hide = hide

    def escape(self, text: str, limit: int = _LONGEST_CELL) -> str:
        """Return `text` on one line, with every punctuation mark as an HTML entity.

        A hyphen is escaped only at the beginning of a word.
        """
        line = shorten(clean(self._hide(text)), limit)
        return re.sub(r"[!-,./:-@\[-`{-~]|(?<!\S)-", lambda mark: f"&#{ord(mark[0])};", line)

    def code(self, text: str, limit: int = _LONGEST_CELL) -> str:
        """Return `text` in the type of code, or an empty string if it is empty."""
        return f"<code>{self.escape(text, limit)}</code>" if text else ""

    def bullets(self, texts: list[str], limit: int = 1000) -> list[str]:
        """Return a list's lines."""
        return [f"- {self.escape(text, limit)}" for text in texts]

    def link(self, label: str, url: str) -> str:
        """Return a link, or the label only if the URL is not one for a browser.

        The label is Markdown already.
        """
        url = self._hide(url)
        try:
            parts = urlsplit(url)
        except ValueError:
            # For example "https://[", from an environment variable.
            return label
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return label
        return f'<a href="{quote(url, safe=":/%?=&#[]@+,;~")}">{label}</a>'


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table's lines; the cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def folded(title: str, lines: list[str]) -> list[str]:
    """Return lines that are shown on a click; the title is Markdown already."""
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>", ""]


def fence(lines: list[str]) -> list[str]:
    """Return lines as a block of code that none of them can end."""
    runs = [run for line in lines for run in re.findall(r"`+", line)]
    longest = max(map(len, runs), default=0)
    marks = "`" * max(3, longest + 1)
    return [f"{marks}json", *lines, marks]
