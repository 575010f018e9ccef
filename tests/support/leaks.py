"""Keys of awkward characters, and a search for them in whatever form they might leave in."""

import base64
import html
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

LAUNCHDARKLY_TOKEN = 'api-5e"c/r%e\\t+ld='
DATADOG_API_KEY = 'dd&5e"c/r%e\\t+api='
DATADOG_APP_KEY = 'dd&5e"c/r%e\\t+app='
GITHUB_TOKEN = 'ghs_5e"c/r%e\\t+gh='
KEYS = (LAUNCHDARKLY_TOKEN, DATADOG_API_KEY, DATADOG_APP_KEY, GITHUB_TOKEN)
"""Legal in a header, and spelt differently in a URL, in JSON and in HTML."""


def forms(key: str) -> set[str]:
    """Every way a log or a file could show a key."""
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
    """The forms of keys that the texts hold; a mask is no leak."""
    shown = [
        line
        for text in texts
        for version in (text, html.unescape(text))
        for line in version.split("\n")
        if not line.startswith("::add-mask::")
    ]
    return [form for key in keys for form in forms(key) for line in shown if form in line]


def files_below(folder: Path) -> list[str]:
    """The text of every file in a folder."""
    return [
        path.read_text(encoding="utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file()
    ]
