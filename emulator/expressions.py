"""The part of GitHub's expression language that workflows around this action use.

Contexts with property access (`github.event.release.tag_name`, `steps['a'].outputs.x`), literals,
comparisons, `!`, `&&`, `||`, parentheses and a dozen functions. Everything else is an `ExpressionError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from emulator.functions import STATUS_FUNCTIONS, ExpressionError
from emulator.parser import Scope, parse
from emulator.values import is_truthy, to_text

_STATUS_FUNCTION = re.compile(rf"\b(?:{'|'.join(STATUS_FUNCTIONS)})\s*\(", re.IGNORECASE)


def evaluate(expression: str, scope: Scope) -> object:
    """Compute an expression, written without its `${{ }}`."""
    return parse(expression)(scope)


def condition(text: str, scope: Scope) -> bool:
    """Decide an `if:`; as on GitHub, one that names no status function means `success() && (…)`."""
    expression = _unwrapped(text)
    if not _STATUS_FUNCTION.search(expression):
        expression = f"success() && ({expression})"
    return is_truthy(evaluate(expression, scope))


def interpolate(text: str, scope: Scope) -> str:
    """Replace every `${{ … }}` of a text by its value."""
    return "".join(
        to_text(evaluate(piece, scope)) if is_code else piece
        for is_code, piece in _split_template(text)
    )


def evaluate_template(text: str, scope: Scope) -> object:
    """Like `interpolate`, but a text that is one single expression keeps the type of its value."""
    pieces = _split_template(text.strip())
    if len(pieces) == 1 and pieces[0][0]:
        return evaluate(pieces[0][1], scope)
    return interpolate(text, scope)


def evaluate_tree(value: object, scope: Scope) -> object:
    """Evaluate every text in a structure of lists and mappings."""
    if isinstance(value, str):
        return evaluate_template(value, scope)
    if isinstance(value, Mapping):
        return {name: evaluate_tree(member, scope) for name, member in value.items()}
    if isinstance(value, list):
        return [evaluate_tree(item, scope) for item in value]
    return value


def _unwrapped(text: str) -> str:
    pieces = _split_template(text.strip())
    return pieces[0][1] if len(pieces) == 1 else text


def _split_template(text: str) -> list[tuple[bool, str]]:
    """Pieces of a template in order, each with whether it is code."""
    pieces: list[tuple[bool, str]] = []
    position = 0
    while (start := text.find("${{", position)) >= 0:
        end = _end_of_code(text, start + 3)
        if start > position:
            pieces.append((False, text[position:start]))
        pieces.append((True, text[start + 3 : end]))
        position = end + 2
    if position < len(text):
        pieces.append((False, text[position:]))
    return pieces


def _end_of_code(text: str, position: int) -> int:
    """Where the closing braces are; a `}}` inside a string literal does not close."""
    in_string = False
    for index in range(position, len(text)):
        if text[index] == "'":
            in_string = not in_string
        elif not in_string and text.startswith("}}", index):
            return index
    raise ExpressionError(f"the expression is not closed with '}}}}': {text!r}")
