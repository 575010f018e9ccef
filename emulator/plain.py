"""The job summary as plain text: Markdown is rendered as GitHub does, and then laid out."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

_BLOCKS = {"h1", "h2", "h3", "h4", "p", "ul", "table", "pre", "details"}


def plain_text(markdown: str) -> str:
    """Return the text: tables as columns, links as their labels, and only titles of details."""
    html = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    page = _Page()
    page.feed(html)
    page.close()
    return page.text()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[str] = []
        self._line = ""
        self._rows: list[list[str]] = []
        self._folded = False
        """Whether the text is within details, after their title."""

    def text(self) -> str:
        """Return the blocks that were read, with an empty line between two."""
        self._end_block()
        return "\n\n".join(self._blocks)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if self._folded:
            return
        if tag in _BLOCKS:
            self._end_block()
        if tag == "tr":
            self._rows.append([])
        elif tag in {"th", "td"}:
            self._line = ""
        elif tag == "br":
            self._line += "\n"
        elif tag == "li":
            self._line += "- "
        elif tag == "summary":
            self._line = "▸ "

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._folded = False
        if self._folded:
            return
        if tag in {"th", "td"}:
            self._rows[-1].append(self._line)
            self._line = ""
        elif tag == "table":
            self._blocks.append(columns(self._rows))
            self._rows = []
        elif tag == "li":
            self._line += "\n"
        elif tag == "summary":
            self._end_block()
            self._folded = True

    def handle_data(self, data: str) -> None:
        if not self._folded:
            self._line += data.replace("\n", "")

    def _end_block(self) -> None:
        if self._line.strip():
            self._blocks.append(self._line.strip())
        self._line = ""


def columns(rows: list[list[str]]) -> str:
    """Return rows as aligned columns; a cell may have several lines."""
    widths = [max(map(_cell_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.split("\n") for cell in row]
        for number in range(max(map(len, cells))):
            texts = [cell[number] if number < len(cell) else "" for cell in cells]
            padded = [
                text + " " * (width - _width(text))
                for text, width in zip(texts, widths, strict=True)
            ]
            lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _cell_width(cell: str) -> int:
    return max(map(_width, cell.split("\n")))


def _width(text: str) -> int:
    """Return the number of columns of a terminal; an emoji has two."""
    return sum(map(_character_width, text)) + text.count("\N{VARIATION SELECTOR-16}")


def _character_width(character: str) -> int:
    if unicodedata.category(character) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
