"""A search for keys in every form in which they could leak."""

import base64
import html
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

from support.keys import KEYS


def forms(key: str) -> set[str]:
    """Return every form in which a log or a file could show a key."""
    return {
        key,
        quote(key),
        quote(key, safe=""),
        quote_plus(key),
        json.dumps(key)[1:-1],
        repr(key)[1:-1],
        html.escape(key),
        base64.b64encode(key.encode()).decode(),
    }


def leaked(texts: Iterable[str], keys: Iterable[str] = KEYS) -> list[str]:
    """Return the forms of keys that the texts contain; a mask is not a leak."""
    shown = [
        line
        for text in texts
        for version in (text, html.unescape(text))
        for line in version.split("\n")
        if not line.startswith("::add-mask::")
    ]
    return [form for key in keys for form in forms(key) for line in shown if form in line]


def files_below(folder: Path) -> list[str]:
    """Return the text of every file in a folder."""
    return [
        path.read_text(encoding="utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file()
    ]
