"""JSON Patch (RFC 6902), without move and copy, which LaunchDarkly's schema does not allow.

See docs/vendors.md#launchdarkly-json-patch.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict

from ...values.frozen import Frozen
from ...values.rules import TO_JSON, InvalidValue
from ...values.strict_json import load_json
from ...values.text import quoted

_WITH_VALUE = ("add", "replace", "test")
_FIX = 'Write for example [{"op": "replace", "path": "/status", "value": "failed"}].'


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

    Raises `InvalidValue` with the number of the first invalid operation.
    """
    if not isinstance(given, str):
        return given
    try:
        operations = load_json(given)
    except ValueError as error:
        rule = f"must be a JSON Patch, and is not JSON ({error})"
        raise InvalidValue(rule, f"{_FIX} {TO_JSON}") from None
    if operations is None:
        return None
    if not isinstance(operations, list) or not operations:
        raise InvalidValue("must be a JSON Patch: a list of one or more operations", _FIX)
    for number, operation in enumerate(operations, 1):
        fault = _fault(operation)
        if fault:
            raise InvalidValue(f"must be a JSON Patch, and its operation {number} {fault}", _FIX)
    return operations


def _fault(operation: Any) -> str:
    if not isinstance(operation, dict):
        return "is not an object"
    if operation.get("op") not in (*_WITH_VALUE, "remove"):
        return "has an op that LaunchDarkly does not document: use add, remove, replace or test"
    path = operation.get("path")
    if not isinstance(path, str) or (path and not path.startswith("/")):
        return "has a path that is not a JSON Pointer, such as /status"
    if operation["op"] in _WITH_VALUE and "value" not in operation:
        return "has no value"
    unknown = sorted(set(operation) - {"op", "path", "value"})
    return f"has the unknown key {unknown[0]}" if unknown else ""


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
