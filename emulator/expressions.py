"""The part of GitHub's expression language that the examples and this action's defaults use.

It has contexts and their properties, strings, `false`, `==` and `!=` for texts, `!`, `&&`, `||`,
the four status functions, `contains` for a list, `fromJSON` and `toJSON`. Everything else raises
an `ExpressionError`. Unlike GitHub, names are compared with their case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.values import is_truthy, to_text


class ExpressionError(ValueError):
    """An expression that GitHub would reject, or that uses what is not emulated."""


@dataclass(frozen=True)
class Scope:
    """What an expression can read: the contexts by name, and the status for `success()`."""

    contexts: Mapping[str, Any] = field(default_factory=dict)
    status: str = "success"


def _equal(one: object, other: object) -> bool:
    """Compare without case; null equals the empty text."""
    if not isinstance(one, str | None) or not isinstance(other, str | None):
        raise ExpressionError("comparisons are emulated for texts only")
    return (one or "").casefold() == (other or "").casefold()


def _contains(search: object, item: object) -> bool:
    if not isinstance(search, list):
        raise ExpressionError("contains is emulated for a list only")
    return any(_equal(element, item) for element in search)


def _from_json(text: object) -> object:
    try:
        return json.loads(to_text(text))
    except ValueError as error:
        raise ExpressionError(f"fromJSON cannot read {text!r}") from error


def _to_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "contains": _contains,
    "fromJSON": _from_json,
    "toJSON": _to_json,
}
_STATUS_FUNCTIONS = ("always", "cancelled", "failure", "success")
_STATUS_FUNCTION = re.compile(rf"\b(?:{'|'.join(_STATUS_FUNCTIONS)})\(")

_CODE = re.compile(r"\$\{\{((?:'[^']*'|[^'}]|\}(?!\}))*)\}\}")
"""An expression in a text; `}}` inside a string does not end it."""
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w-]*|==|!=|&&|\|\||[!().,]|\S)")


def evaluate(expression: str, scope: Scope) -> object:
    """Return the value of an expression, written without its `${{ }}`."""
    return _Evaluator(expression, scope).result()


def condition(text: str, scope: Scope) -> bool:
    """Return whether an `if:` holds; without a status function it means `success() && (…)`."""
    code = _CODE.fullmatch(text.strip())
    expression = code[1] if code else text
    if not _STATUS_FUNCTION.search(expression) and scope.status != "success":
        return False
    return is_truthy(evaluate(expression, scope))


def interpolate(text: str, scope: Scope) -> str:
    """Replace each `${{ … }}` in a text by its value."""
    return _CODE.sub(lambda code: to_text(evaluate(code[1], scope)), text)


class _Evaluator:
    """Evaluates an expression from left to right; each method handles one level of precedence."""

    def __init__(self, source: str, scope: Scope) -> None:
        self._source = source.strip()
        self._scope = scope
        self._tokens: list[str] = [*_TOKEN.findall(self._source), ""]

    def result(self) -> object:
        value = self._or()
        if self._tokens[0]:
            raise self._error(self._tokens[0])
        return value

    def _or(self) -> object:
        value = self._and()
        while self._accept("||"):
            other = self._and()
            value = value if is_truthy(value) else other
        return value

    def _and(self) -> object:
        value = self._comparison()
        while self._accept("&&"):
            other = self._comparison()
            value = other if is_truthy(value) else value
        return value

    def _comparison(self) -> object:
        value = self._unary()
        while self._tokens[0] in {"==", "!="}:
            equal = self._tokens.pop(0) == "=="
            value = _equal(value, self._unary()) is equal
        return value

    def _unary(self) -> object:
        if self._accept("!"):
            return not is_truthy(self._unary())
        value = self._primary()
        while self._accept("."):
            name = self._tokens.pop(0)
            if not _NAME.fullmatch(name):
                raise self._error(name)
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def _primary(self) -> object:
        token = self._tokens.pop(0)
        if token.startswith("'") and len(token) > 1:
            return token[1:-1].replace("''", "'")
        if self._accept("("):
            return self._call(token)
        if token == "false":  # noqa: S105 - a word of the language
            return False
        if token not in self._scope.contexts:
            raise self._error(token)
        return self._scope.contexts[token]

    def _call(self, name: str) -> object:
        arguments = []
        while not self._accept(")"):
            arguments.append(self._or())
            if self._tokens[0] != ")" and not self._accept(","):
                raise self._error(self._tokens[0])
        if name in _STATUS_FUNCTIONS and not arguments:
            return name in {"always", self._scope.status}
        if name not in _FUNCTIONS:
            raise self._error(name)
        return _FUNCTIONS[name](*arguments)

    def _accept(self, token: str) -> bool:
        """Consume the next token if it is this one."""
        found = self._tokens[:1] == [token]
        if found:
            self._tokens.pop(0)
        return found

    def _error(self, token: str) -> ExpressionError:
        return ExpressionError(f"unexpected {token or 'end'!r} in expression {self._source!r}")
