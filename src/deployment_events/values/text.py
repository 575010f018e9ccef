"""Untrusted text made safe for the log, the summary and the outputs.

Branch names, payload fields and responses are untrusted. GitHub's runner reads commands from every
line that a step prints, so untrusted text must not start one.
"""

import unicodedata

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean(text: str) -> str:
    r"""Return `text` as one visible line that contains no workflow command.

    Control, format and separator characters are written as escapes (`\n`, `\x1b`, `\u202e`). The
    two ways in which a command begins, `::` after blanks and `##[` anywhere, are changed visibly.
    """
    line = text
    if not (text.isascii() and text.isprintable()):
        line = "".join(map(_visible, text))
    line = line.replace("##[", "# #[")
    return f"\\{line}" if line.lstrip().startswith("::") else line


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, with an ellipsis if some were cut."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def quoted(text: str, limit: int = 80) -> str:
    """Return `text` clean, short and in quotation marks, for use inside a sentence."""
    return f"'{shorten(clean(text), limit)}'"


def well_formed(text: str) -> str:
    """Replace lone surrogates by U+FFFD.

    They come from bytes of another encoding in the environment, and from cut JSON escapes.
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _visible(character: str) -> str:
    if unicodedata.category(character) in _ESCAPED:
        return character.encode("unicode_escape").decode("ascii")
    return character
