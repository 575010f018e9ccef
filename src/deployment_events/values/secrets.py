"""Finds secrets in text: the keys of this step, and text that is shaped like a GitHub token."""

import re
from collections.abc import Iterable, Iterator
from json import dumps
from typing import Any
from urllib.parse import quote, unquote

_SHORTEST = 16
"""Characters. A shorter secret may occur in a name by chance: it is hidden, but not searched."""
_ENCODINGS = 3
"""Layers of JSON and percent encoding that are undone."""
_MASK = "***"

_GITHUB_TOKEN = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"
    r"(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{16,}"
)
"""A token at the beginning of a word, or behind an escape of JSON or of a URL."""

_JSON_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
_JSON_CHARACTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class SecretMatcher:
    """The secrets of one step."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        given = {secret for secret in secrets if secret}
        self.forms = _forms(given)
        """Each secret as given, percent-encoded and escaped in JSON; the longest first."""
        self._long = tuple(secret for secret in given if len(secret) >= _SHORTEST)

    def hide(self, text: str) -> str:
        """Return `text` with every secret replaced by `***`."""
        return _replace(text, self.forms)

    def found_in(self, value: Any) -> bool:
        """Return whether a text, or any text in a JSON value, contains a secret.

        That is a secret of 16 or more characters, encoded or not, or a GitHub token.
        """
        return any(map(self._is_in, _texts(value)))

    def redact(self, value: Any) -> Any:
        """Return a JSON value without what `found_in` finds, which becomes `***`."""
        if isinstance(value, dict):
            return {self.redact(key): self.redact(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.redact(item) for item in value]
        if not isinstance(value, str) or not self._is_in(value):
            return value
        text = _replace(value, _forms(self._long))
        return _MASK if self._is_in(text) else text

    def _is_in(self, text: str) -> bool:
        return any(
            _GITHUB_TOKEN.search(reading) or any(secret in reading for secret in self._long)
            for reading in _readings(text)
        )


def _forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """Return the spellings of secrets; the longest comes first, because it may contain another."""
    encoded = {
        form for secret in secrets for form in (secret, quote(secret, safe=""), dumps(secret)[1:-1])
    }
    return tuple(sorted(encoded, key=len, reverse=True))


def _replace(text: str, forms: Iterable[str]) -> str:
    for form in forms:
        text = text.replace(form, _MASK)
    return _GITHUB_TOKEN.sub(_MASK, text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _readings(text: str) -> Iterator[str]:
    """Yield `text`, and what it means as JSON or as part of a URL, layer by layer."""
    readings = {text}
    for _ in range(_ENCODINGS):
        yield from readings
        decoded = {decode(reading) for reading in readings for decode in (_unquote, _unescape)}
        readings = decoded - readings
        if not readings:
            return
    yield from readings


def _unquote(text: str) -> str:
    return unquote(text) if "%" in text else text


def _unescape(text: str) -> str:
    return _JSON_ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1]:
        return chr(int(escape[1], 16))
    return _JSON_CHARACTERS.get(escape[2], escape[2])
