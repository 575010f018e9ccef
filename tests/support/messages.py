"""The messages in the source: literals of three words or more that are not docstrings."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.manifest import REPOSITORY

SOURCE = REPOSITORY / "src" / "deployment_events"


@dataclass(frozen=True)
class Message:
    """A literal; placeholders are written as `…`."""

    module: str
    line: int
    text: str


def messages() -> list[Message]:
    """Return all of them, in the order of the source."""
    return [message for path in sorted(SOURCE.rglob("*.py")) for message in _read(path)]


def normal(text: str) -> str:
    """Return the text with single spaces, one `…` for each placeholder, and no backslashes."""
    text = re.sub(r"…+", "…", text.replace("\\", ""))
    return re.sub(r"\s+", " ", text).strip(" .…:;,()")


def _read(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet = _not_messages(tree)
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(_part(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if len(re.findall(r"[A-Za-z]{2,}", text)) >= 3 and " " in text.strip():
            yield Message(path.relative_to(SOURCE).as_posix(), node.lineno, normal(text))


def _part(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "…"


def _not_messages(tree: ast.Module) -> set[int]:
    """Return the IDs of nodes that are no messages: docstrings, parts of f-strings, debug lines."""
    quiet: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            quiet.update(id(part) for part in node.values)
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) == "debug"
        ):
            quiet.update(id(part) for argument in node.args for part in ast.walk(argument))
    return quiet
