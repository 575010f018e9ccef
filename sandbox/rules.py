"""Checks a request against a JSON Schema and returns each broken rule with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft4Validator, FormatChecker, ValidationError, validators

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
NUMBER: Schema = {"type": "number"}
OBJECT: Schema = {"type": "object"}
INT64: Schema = {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}

STRICT_FORMATS = FormatChecker(formats=())
"""Formats that only strict mode checks: mistakes that a vendor may not notice."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: where, and why."""

    path: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.pointer or 'body'}: {self.reason}"

    @property
    def pointer(self) -> str:
        """The place as a JSON Pointer (RFC 6901)."""
        return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in self.path)


def record(fields: Schema, required: Iterable[str] = ()) -> Schema:
    """Return the schema of an object that has these fields and, in strict mode, no others."""
    needed = list(required)
    return OBJECT | {"properties": fields, "required": needed, "additionalProperties": False}


def matching(pattern: str) -> Schema:
    """Return the schema of a string that matches a pattern from its first to its last character."""
    return {"type": "string", "pattern": rf"\A(?:{pattern})\Z"}


def one_of(*allowed: str) -> Schema:
    """Return the schema of one of a few strings."""
    return {"enum": allowed}


def check(value: Any, schema: Schema, *, strict: bool = True) -> list[Problem]:
    """Return the first broken rule of each place; only strict mode rejects unknown fields."""
    kind, formats = (_Strict, STRICT_FORMATS) if strict else (_Lenient, None)
    problems: dict[tuple[str, ...], Problem] = {}
    for error in kind(schema, format_checker=formats).iter_errors(value):
        path = tuple(str(part) for part in error.absolute_path)
        problems.setdefault(path, Problem(path, error.message))
    return list(problems.values())


def _required(_: Any, names: list[str], value: Any, __: Schema) -> Iterator[ValidationError]:
    for name in names:
        if isinstance(value, dict) and name not in value:
            yield ValidationError("is required", path=[name])


def _unknown(_: Any, __: bool, value: Any, schema: Schema) -> Iterator[ValidationError]:
    for name in value if isinstance(value, dict) else ():
        if name not in schema["properties"]:
            yield ValidationError("is not a known field", path=[name])


# The library reports both at the object. The vendors report them at the field.
_Lenient = validators.extend(  # type: ignore[no-untyped-call]
    # In draft 4 the number 1.0 is not an integer, as in the vendors' int64.
    Draft4Validator,
    {"required": _required, "additionalProperties": lambda *_: ()},
)
_Strict = validators.extend(  # type: ignore[no-untyped-call]
    _Lenient, {"additionalProperties": _unknown}
)
