"""JSON Patch (RFC 6902) as LaunchDarkly publishes it: add, remove, replace and test; no move, no copy."""

import copy
from typing import Any

from sandbox.rules import Field, Problem, anything, check_object, matching, one_of

OPERATION = {
    "op": Field(one_of("add", "remove", "replace", "test"), required=True),
    "path": Field(matching(r"(/.*)?", "must be a JSON Pointer"), required=True),
    "value": Field(anything),
}
NEEDS_VALUE = frozenset({"add", "replace", "test"})


class PatchError(ValueError):
    """An operation that cannot be applied; the document is as it was."""


def check_patch(patch: Any) -> list[Problem]:
    """Return every rule the patch breaks, before anything is applied."""
    if not isinstance(patch, list) or not patch:
        return [Problem((), "must be a list of JSON Patch operations")]
    problems: list[Problem] = []
    for index, operation in enumerate(patch):
        at = (str(index),)
        problems += check_object(operation, OPERATION, strict=True, at=at)
        if (
            isinstance(operation, dict)
            and operation.get("op") in NEEDS_VALUE
            and "value" not in operation
        ):
            problems.append(Problem((*at, "value"), "is required"))
    return problems


def apply_patch(document: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the document with all operations applied in order, or raise PatchError."""
    patched = copy.deepcopy(document)
    for operation in patch:
        _apply(patched, operation)
    return patched


def _apply(document: dict[str, Any], operation: dict[str, Any]) -> None:
    path = operation["path"]
    *parents, last = [
        part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]
    ] or [""]
    target: Any = document
    for part in parents:
        if not isinstance(target, dict) or part not in target:
            raise PatchError(f"{path} does not exist")
        target = target[part]
    if not isinstance(target, dict) or not path:
        raise PatchError(f"{path or 'the whole document'} cannot be changed")
    if operation["op"] != "add" and last not in target:
        raise PatchError(f"{path} does not exist")
    _change(target, last, operation)


def _change(target: dict[str, Any], key: str, operation: dict[str, Any]) -> None:
    match operation["op"]:
        case "test":
            if not same(target[key], operation["value"]):
                raise PatchError(f"test of {operation['path']} failed")
        case "remove":
            del target[key]
        case _:
            target[key] = copy.deepcopy(operation["value"])


def same(one: Any, other: Any) -> bool:
    """Compare as RFC 6902 does: 1 equals 1.0, but true does not equal 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
