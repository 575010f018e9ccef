"""Untrusted text made safe for the log, the summary and the outputs.

Branch names, payload fields and responses are untrusted. GitHub's runner reads commands from every
line that a step prints, so untrusted text must not start a command.
"""

import re
import unicodedata

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_JOINERS = re.compile(
    "(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])"
    "|(?<=[\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
)
"""Format characters in words of some languages, in emoji, and in flags."""
_BYTE_ORDER_MARK = "\ufeff"
_QUOTATION_MARKS = ('"', "'", "`", "\u201c\u201d\u201e", "\u2018\u2019\u201a", "\xab\xbb")
"""Marks of one kind: a text between two of them is quoted."""


def clean(text: str) -> str:
    r"""Return `text` as one visible line that contains no workflow command.

    Control, format and separator characters are written as escapes (`\n`, `\x1b`, `\u202e`). The
    two ways in which a command begins, `::` after spaces and `##[` anywhere, are changed visibly.
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


def trim(text: str) -> str:
    """Return `text` without spaces around it and without byte order marks at its beginning."""
    return text.strip().lstrip(_BYTE_ORDER_MARK).strip()


def invisible_character(text: str) -> str:
    """Return the first character of `text` that a printed line does not show, or an empty string.

    Line breaks are among them.
    """
    if text.isascii() and text.isprintable():
        return ""
    shown = _JOINERS.sub("", text)
    return next((char for char in shown if unicodedata.category(char) in _ESCAPED), "")


def is_quoted(text: str) -> bool:
    """Return whether quotation marks of one kind surround all of `text`."""
    return len(text) > 1 and any(
        text[0] in marks and text[-1] in marks for marks in _QUOTATION_MARKS
    )


def _visible(character: str) -> str:
    if unicodedata.category(character) in _ESCAPED:
        return character.encode("unicode_escape").decode("ascii")
    return character
