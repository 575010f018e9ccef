"""Recognizes what shells, YAML, JSON and expressions leave behind in a value.

Each function returns the end of a sentence that begins with the value, or an empty string.
"""

import re

_PRINTED = {
    "Array": "is what an expression prints for a list",
    "Object": "is what an expression prints for an object",
    "[object Object]": "is what JavaScript prints for an object",
    "null": "is what a program prints for no value",
    "undefined": "is what JavaScript prints for no value",
    "None": "is what Python prints for no value",
    "<no value>": "is what a template prints for no value",
    "<nil>": "is what a template prints for no value",
}
_CONDITIONS = frozenset({"true", "false", "True", "False"})
"""`${{ condition && 'name' }}` prints `false` if the condition is not met."""
_JSON = re.compile(r'\[\s*(["\[{].*)?\]|\{\s*(".*)?\}')
_COMMAND = re.compile(r"::[\w-]+( .*)?::|##\[|\[command\]")

_VARIABLE = re.compile(r"\$[{(]|\$[A-Za-z_]|\{\{.*\}\}|^%\w+%$")
"""The beginning of a shell variable or command, a template, or a variable of Windows."""

_BULLET = re.compile(r"[-*+](\s|$)|\u2022|(---|\.\.\.)$")
_BLOCK = re.compile(r"[|>][-+]?\d?")
_HERE_DOCUMENT = re.compile(r"<<-?\s*(['\"]?)\w+\1$")
_CONTINUATION = re.compile(r"(^|\s)[\\`]$")

ESCAPED_BREAK = re.compile(r"(?:\\r)?\\n|(?:%0D)?%0A", re.IGNORECASE)
"""A line break as JSON, shells and GitHub's workflow commands escape it."""


def residue_of_text(text: str) -> str:
    """Return what the user did not write as text."""
    if text in _PRINTED:
        return _PRINTED[text]
    if _VARIABLE.search(text):
        return "contains a variable that was not replaced"
    return ""


def residue_of_name(text: str) -> str:
    """Return what is not a name, environment or version."""
    if ESCAPED_BREAK.search(text):
        return "contains an escaped line break"
    if text in _CONDITIONS:
        return "is what an expression prints for a condition"
    if _JSON.fullmatch(text):
        return "is a JSON array or object"
    if _COMMAND.match(text):
        return "is a workflow command"
    if _HERE_DOCUMENT.search(text):
        return "begins a here-document"
    return residue_of_text(text)


def residue_of_line(line: str) -> str:
    """Return what does not belong to a line of a list."""
    if _BULLET.match(line):
        return "begins with the dash or bullet of a YAML or Markdown list"
    if _BLOCK.fullmatch(line):
        return "is the indicator of a YAML block"
    if line[0] in "[{" or line in ("]", "],", "}", "},"):
        return "is part of a JSON or YAML value"
    if _CONTINUATION.search(line):
        return "ends with a line continuation character"
    return ""
