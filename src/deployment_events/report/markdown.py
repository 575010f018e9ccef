"""Markdown and HTML that no foreign text can break out of."""

import re
from urllib.parse import quote, urlsplit

from ..values.text import clean, shorten

_LONGEST_CELL = 120  # characters


def escape(text: str, limit: int = _LONGEST_CELL) -> str:
    """Return `text` as plain words on one line: every punctuation mark becomes an HTML entity.

    But for hyphens that begin no word: they mean nothing, and keys hold them that the runner looks for.
    """
    line = shorten(clean(text), limit)
    return re.sub(r"[!-,./:-@\[-`{-~]|(?<!\S)-", lambda mark: f"&#{ord(mark[0])};", line)


def code(text: str, limit: int = _LONGEST_CELL) -> str:
    """Return `text` in the type of code, or nothing for nothing."""
    return f"<code>{escape(text, limit)}</code>" if text else ""


def link(text: str, url: str) -> str:
    """Return a link, or the text alone where the address is none for a browser."""
    try:
        parts = urlsplit(url)
    except ValueError:  # "https://[", out of somebody's environment
        return text
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return text
    return f'<a href="{quote(url, safe=":/%?=&#[]@+,;~")}">{text}</a>'


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table's lines; the cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def folded(title: str, lines: list[str]) -> list[str]:
    """Return lines that are shown on a click; the title is Markdown already."""
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>", ""]


def fence(lines: list[str]) -> list[str]:
    """Return lines as a block of code that none of them can end."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    marks = "`" * max(3, longest + 1)
    return [f"{marks}json", *lines, marks]
