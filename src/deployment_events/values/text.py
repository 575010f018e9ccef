"""Foreign text made harmless: what the log, the summary and the outputs may show.

Branch names, payload fields and vendors' answers are chosen by strangers. GitHub's runner
reads commands from every line a step prints, so no text may start one by itself.
"""

import unicodedata

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean(text: str) -> str:
    r"""Return `text` as one visible line that the runner cannot take for a command.

    Control, format and separator characters are written as escapes (`\n`, `\x1b`, `\u202e`), and
    the two ways a command may begin, `::` after blanks and `##[` anywhere, are broken visibly.
    """
    line = text if text.isascii() and text.isprintable() else "".join(map(_visible, text))
    line = line.replace("##[", "# #[")
    return f"\\{line}" if line.lstrip().startswith("::") else line


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, with an ellipsis where some were cut."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def quoted(text: str, limit: int = 80) -> str:
    """Return `text` clean, short and in quotation marks, to be shown inside a sentence."""
    return f"'{shorten(clean(text), limit)}'"


def well_formed(text: str) -> str:
    """Replace half characters (bytes of a foreign encoding in the environment, cut JSON escapes) by U+FFFD."""
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _visible(character: str) -> str:
    if unicodedata.category(character) in _ESCAPED:
        return character.encode("unicode_escape").decode("ascii")
    return character
