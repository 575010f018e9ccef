"""JSON Patch (RFC 6902), without move and copy, which LaunchDarkly's schema does not allow.

See docs/vendors.md#launchdarkly-json-patch.
"""

import re
from collections.abc import Iterator
from json import dumps
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

from ...values.frozen import Frozen
from ...values.invalid import InvalidValue, raise_all
from ...values.rules import TO_JSON
from ...values.strict_json import load_json
from ...values.text import quoted

_WITH_VALUE = ("add", "replace", "test")
_FIX = 'Example: `[{"op": "replace", "path": "/status", "value": "failed"}]`.'


class Operation(Frozen):
    """One operation. Null is a value, so `model_fields_set` shows whether there is one."""

    model_config = ConfigDict(defer_build=True)

    op: Literal["add", "remove", "replace", "test"]
    path: str
    value: Any = None

    def as_json(self) -> dict[str, Any]:
        """Return the operation with the fields that were written."""
        return self.model_dump(exclude_unset=True)


def parse_patch(given: Any) -> Any:
    """Read a JSON Patch; `null`, which `toJSON` writes for no value, is none.

    Raises `InvalidValue` with everything that is invalid about the operations.
    """
    if not isinstance(given, str):
        return given
    try:
        operations = load_json(given)
    except ValueError as error:
        rule = f"must be a JSON Patch ({error})"
        raise InvalidValue(rule, f"{_FIX} {TO_JSON}") from None
    if operations is None:
        return None
    if not isinstance(operations, list) or not operations:
        raise InvalidValue("must be a JSON Patch: a list of one or more operations", _FIX)
    raise_all(
        [
            InvalidValue(rule, _FIX).at(f"operation {number}", dumps(operation, ensure_ascii=False))
            for number, operation in enumerate(operations, 1)
            for rule in _broken_rules(operation)
        ]
    )
    return operations


def _broken_rules(operation: Any) -> Iterator[str]:
    """Yield what an operation must have."""
    if not isinstance(operation, dict):
        yield "must be an object"
        return
    op = operation.get("op")
    if op not in (*_WITH_VALUE, "remove"):
        yield "must have the `op` add, remove, replace, or test, which LaunchDarkly documents"
    path = operation.get("path")
    if not isinstance(path, str) or (path and not path.startswith("/")):
        yield "must have a `path` that is a JSON Pointer, such as `/status`"
    if op in _WITH_VALUE and "value" not in operation:
        yield "must have a `value`"
    if set(operation) - {"op", "path", "value"}:
        yield "must have only the keys `op`, `path`, and `value`"


Patch = Annotated[list[Operation] | None, BeforeValidator(parse_patch)]


def unapplied_status(operations: Any, deployment: Any) -> str:
    """Return a sentence if the returned deployment does not have the status that a patch sets.

    `operations` is the patch; `deployment` is any JSON.
    """
    wanted = None
    for operation in operations:
        if operation["path"] == "/status" and operation["op"] != "test":
            wanted = operation.get("value")
    status = deployment.get("status") if isinstance(deployment, dict) else None
    if wanted is None or wanted == status:
        return ""
    shown = "does not show the status of the deployment"
    if isinstance(status, str) and re.fullmatch(r"[A-Za-z_-]{1,30}", status):
        shown = f"has the status '{status}' instead of {quoted(str(wanted))}"
    return (
        f"LaunchDarkly accepted the patch, but its response {shown}: the change may not have been "
        "applied. Check the deployment in LaunchDarkly."
    )
