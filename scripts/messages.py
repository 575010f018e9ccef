"""Find the messages in the source: literals of three words or more that are not docstrings."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src/deployment_events"

HEADINGS = {"report/checks", "report/log", "report/summary", "report/summary_table"}
"""Modules whose literals are headings and groups of other messages."""


@dataclass(frozen=True)
class Message:
    """A literal; `…` stands for each placeholder."""

    id: str
    """The module, the function, class or constant, and the position: `values/rules._sha#2`."""
    text: str

    @property
    def is_heading(self) -> bool:
        """Whether it introduces other messages, so that it needs no explanation."""
        return re.split("[.#]", self.id)[0] in HEADINGS


def messages(source: Path = SOURCE) -> list[Message]:
    """Return all of them, in the order of the source."""
    return [message for path in sorted(source.rglob("*.py")) for message in _read(path, source)]


def _read(path: Path, source: Path) -> list[Message]:
    finder = _Finder(path.relative_to(source).with_suffix("").as_posix())
    finder.visit(ast.parse(path.read_text(encoding="utf-8")))
    counts = Counter[str]()
    found = []
    for _, scope, text in sorted(finder.found):
        counts[scope] += 1
        found.append(Message(f"{scope}#{counts[scope]}", _plain(text)))
    return found


class _Finder(ast.NodeVisitor):
    def __init__(self, module: str) -> None:
        self.found: list[tuple[tuple[int, int], str, str]] = []
        """The position, the scope and the text of each message."""
        self._scope = [module]

    def visit(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                self._enter(name, node)
            case ast.Assign(targets=[ast.Name(id=name)]) if len(self._scope) == 1:
                self._enter(name, node)
            case ast.AnnAssign(target=ast.Name(id=name)) if len(self._scope) == 1:
                self._enter(name, node)
            case ast.Expr(value=ast.Constant()):
                pass  # A docstring.
            case ast.Call(func=ast.Name(id="debug") | ast.Attribute(attr="debug")):
                pass
            case ast.Constant(value=str(text)):
                self._add(node, text)
            case ast.JoinedStr(values=parts):
                self._add(node, "".join(_part(part) for part in parts))
                for part in parts:
                    if isinstance(part, ast.FormattedValue):
                        self.visit(part.value)
            case _:
                self.generic_visit(node)

    def _enter(self, name: str, node: ast.AST) -> None:
        self._scope.append(name)
        self.generic_visit(node)
        self._scope.pop()

    def _add(self, node: ast.expr, text: str) -> None:
        if len(re.findall(r"[A-Za-z]{2,}", text)) >= 3 and " " in text.strip():
            self.found.append(((node.lineno, node.col_offset), ".".join(self._scope), text))


def _part(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "…"


def _plain(text: str) -> str:
    """Return one line, without the punctuation that joins it to other parts of a message."""
    text = re.sub(r"…+", "…", " ".join(text.split())).strip(" :;,(")
    return text.removesuffix(")") if text.count(")") > text.count("(") else text
