"""Parses GitHub's expressions into functions of what they can see."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from emulator.functions import FUNCTIONS, STATUS_FUNCTIONS, ExpressionError
from emulator.values import is_truthy, loosely_equal, to_number, to_text


@dataclass(frozen=True)
class Scope:
    """What an expression can see: its contexts by name, and the status behind `success()` and its kin."""

    contexts: Mapping[str, object] = field(default_factory=dict)
    status: str = "success"


Node = Callable[[Scope], object]
_Orderable = TypeVar("_Orderable", str, float)

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>-?(?:0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))
      | (?P<string>'(?:[^']|'')*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<operator>==|!=|<=|>=|&&|\|\||[!<>()\[\].,])
    )""",
    re.VERBOSE,
)
_LITERALS: Mapping[str, object] = {"true": True, "false": False, "null": None}


def parse(source: str) -> Node:
    """Parse an expression, written without its `${{ }}`."""
    return _Parser(source).parse()


class _Parser:
    """Recursive descent; every rule returns a function of the scope, so that `&&` and `||` stay lazy."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = self._tokenize()
        self._next = 0

    def parse(self) -> Node:
        node = self._or()
        if self._peek() != ("end", ""):
            raise self._error(f"unexpected {self._peek()[1]!r}")
        return node

    def _error(self, problem: str) -> ExpressionError:
        return ExpressionError(f"{problem} in expression {self._source.strip()!r}")

    def _tokenize(self) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        position, end = 0, len(self._source.rstrip())
        while position < end:
            match = _TOKEN.match(self._source, position)
            if match is None or match.lastgroup is None:
                raise self._error(f"unexpected {self._source[position:].strip()!r}")
            tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()
        return [*tokens, ("end", "")]

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._next]

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._next += 1
        return token

    def _accept(self, *operators: str) -> str | None:
        kind, text = self._peek()
        if kind != "operator" or text not in operators:
            return None
        self._next += 1
        return text

    def _expect(self, operator: str) -> None:
        if not self._accept(operator):
            raise self._error(f"expected {operator!r} before {self._peek()[1]!r}")

    def _or(self) -> Node:
        node = self._and()
        while self._accept("||"):
            node = _either(node, self._and())
        return node

    def _and(self) -> Node:
        node = self._comparison()
        while self._accept("&&"):
            node = _both(node, self._comparison())
        return node

    def _comparison(self) -> Node:
        node = self._unary()
        while operator := self._accept("==", "!=", "<", "<=", ">", ">="):
            node = _compare(operator, node, self._unary())
        return node

    def _unary(self) -> Node:
        if self._accept("!"):
            operand = self._unary()
            return lambda scope: not is_truthy(operand(scope))
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        while operator := self._accept(".", "["):
            if operator == ".":
                kind, name = self._take()
                if kind != "name":
                    raise self._error(f"expected a property name, found {name!r}")
                node = _lookup(node, _constant(name))
            else:
                node = _lookup(node, self._or())
                self._expect("]")
        return node

    def _primary(self) -> Node:
        if self._accept("("):
            node = self._or()
            self._expect(")")
            return node
        kind, text = self._take()
        if kind == "number":
            return _constant(to_number(text))
        if kind == "string":
            return _constant(text[1:-1].replace("''", "'"))
        if kind != "name":
            raise self._error(f"unexpected {text or 'end'!r}")
        if self._accept("("):
            return self._call(text)
        if text in _LITERALS:
            return _constant(_LITERALS[text])
        return self._context(text)

    def _context(self, name: str) -> Node:
        def read(scope: Scope) -> object:
            for known, value in scope.contexts.items():
                if known.casefold() == name.casefold():
                    return value
            raise self._error(f"unrecognized named-value {name!r}")

        return read

    def _call(self, name: str) -> Node:
        arguments: list[Node] = []
        while not self._accept(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._or())
        if status_function := STATUS_FUNCTIONS.get(name.casefold()):
            self._check_count(name, len(arguments), 0, 0)
            return lambda scope: status_function(scope.status)
        function = FUNCTIONS.get(name.casefold())
        if function is None:
            raise self._error(f"unsupported function {name!r}")
        self._check_count(name, len(arguments), function.least, function.most)
        return lambda scope: function.call([argument(scope) for argument in arguments])

    def _check_count(self, name: str, count: int, least: int, most: int) -> None:
        if not least <= count <= most:
            raise self._error(f"wrong number of arguments for {name!r}")


def _constant(value: object) -> Node:
    return lambda _scope: value


def _either(left: Node, right: Node) -> Node:
    def choose(scope: Scope) -> object:
        value = left(scope)
        return value if is_truthy(value) else right(scope)

    return choose


def _both(left: Node, right: Node) -> Node:
    def choose(scope: Scope) -> object:
        value = left(scope)
        return right(scope) if is_truthy(value) else value

    return choose


def _compare(operator: str, left: Node, right: Node) -> Node:
    def compare(scope: Scope) -> bool:
        one, other = left(scope), right(scope)
        if operator in {"==", "!="}:
            return loosely_equal(one, other) is (operator == "==")
        if isinstance(one, str) and isinstance(other, str):
            return _ordered(operator, one.casefold(), other.casefold())
        return _ordered(operator, to_number(one), to_number(other))

    return compare


def _ordered(operator: str, one: _Orderable, other: _Orderable) -> bool:
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]


def _lookup(container: Node, key: Node) -> Node:
    def read(scope: Scope) -> object:
        return _member(container(scope), key(scope))

    return read


def _member(container: object, key: object) -> object:
    """Read a property or an item; as on GitHub, what does not exist is null and names ignore case."""
    if isinstance(container, Mapping):
        wanted = to_text(key)
        if wanted in container:
            return container[wanted]
        return next(
            (value for name, value in container.items() if name.casefold() == wanted.casefold()),
            None,
        )
    if isinstance(container, Sequence) and not isinstance(container, str):
        index = to_number(key)
        return container[int(index)] if 0 <= index < len(container) else None
    return None
