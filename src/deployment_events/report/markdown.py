"""Markdown and HTML for the job summary, safe for untrusted text."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, urlsplit

from ..values.text import clean, shorten

_LONGEST_CELL = 120  # characters
_LONGEST_PROSE = 1000  # characters

_MARKUP = re.compile(
    # These begin or end markup, a cell of a table, an entity or a formula.
    r"[\\`*\[\]<>&|~$]"
    # An underscore within a word is only text.
    r"|(?<![^\W_])_+|_+(?![^\W_])"
    # A heading's end.
    r"|#+\s*$"
)
_BEGINNING = re.compile(r"[-+=#]|\d{1,9}[.)](?!\S)| +")
"""A line that begins with this is a list, a heading, a rule, or code."""
_REFERENCE = re.compile(
    # URLs and email addresses become links.
    r"(?<=:)(?=//)|(?<=mailto:)|(?<=xmpp:)|(?<=www)(?=\.)|(?<=@)(?=\S)"
    # So do issues, and `:name:` becomes an emoji.
    r"|(?<=#)(?=\d)|(?<=gh)(?=-\d)|(?<=:)(?=[\w+-]+:)",
    re.IGNORECASE,
)
"""Where GitHub finds a reference. It does so after it has decoded entities."""
_SEPARATOR = "<!-- -->"
"""Ends a reference, and is not displayed."""


class Markdown:
    """Writes untrusted text as Markdown. Secrets are hidden before text is shortened or escaped."""

    def __init__(self, hide: Callable[[str], str] = str) -> None:
        """`hide` replaces the secrets in a text."""
        self._hide = hide

    def escape(self, text: str, limit: int = _LONGEST_CELL) -> str:
        """Return `text` on one line that is displayed as it is, also as a cell or in HTML.

        Only what GitHub would take for markup, a link or a reference is changed.
        """
        return _block(self._line(text, limit))

    def prose(self, text: str, limit: int = _LONGEST_PROSE) -> str:
        """Return sentences on one line, with what is between two backquotes in the type of code."""
        parts = self._line(text, limit).split("`")
        if len(parts) % 2 == 0:
            # The last backquote has no second one.
            parts[-2:] = ["`".join(parts[-2:])]
        first, *others = parts
        shown = [_block(first)]
        for number, part in enumerate(others):
            shown.append(_inline(part) if number % 2 else _code(part))
        return "".join(shown)

    def code(self, text: str, limit: int = _LONGEST_CELL) -> str:
        """Return `text` in the type of code, or an empty string if it is empty."""
        return _code(self._line(text, limit)) if text else ""

    def bullets(self, texts: Iterable[str]) -> list[str]:
        """Return a list's lines."""
        return [f"- {self.prose(text)}" for text in texts]

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

    def _line(self, text: str, limit: int) -> str:
        return shorten(clean(self._hide(text)), limit)


def _block(line: str) -> str:
    """Escape a line that may begin a block."""
    beginning = _BEGINNING.match(line)
    if not beginning:
        return _inline(line)
    return _entities(beginning) + _inline(line[beginning.end() :])


def _inline(text: str) -> str:
    parts = _REFERENCE.split(text)
    return _SEPARATOR.join(_MARKUP.sub(_entities, part) for part in parts)


def _code(text: str) -> str:
    return f"<code>{_inline(text)}</code>"


def _entities(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in found[0])


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
