"""One service: a line `name[,key=value…]`, quoted as CSV, or an element of a JSON array."""

import csv
import re
from collections.abc import Iterable, Sequence
from json import dumps
from typing import Any

from ..deployment import Service
from ..values.invalid import InvalidValue, collecting
from ..values.list_lines import check_line
from ..values.residue import ESCAPED_BREAK, residue_of_line, residue_of_name, residue_of_text
from ..values.single_line import identifier, single_line
from ..vendors.registry import VENDORS

ARRAY_FIX = 'Example: `["cart", "payments"]`.'
_FIX = (
    "Write one service per line: `name` or `name,key=value,…`. "
    'Put quotation marks around a part that contains a comma: `"key=a,b"`.'
)
_MOST_NAMES = 3
"""Names that the fix of an error repeats."""
_SEPARATOR = re.compile(rf"[\s;]+|{ESCAPED_BREAK.pattern}|:+$", re.IGNORECASE)
"""What separates or ends names if another tool wrote them."""
_COMMENT = re.compile(r"\s#.*")


def service_keys() -> list[str]:
    """Return the keys that a service's line may contain."""
    vendors = [key for vendor in VENDORS.values() for key in vendor.settings.service_keys]
    return ["version", *vendors]


def parse_line(line: str, invalid: list[InvalidValue]) -> Service | None:
    """Return the service of a line, with the keys that are valid, or None without a valid name."""
    name, overrides = "", {}
    with collecting(invalid):
        given, *fields = _split(line)
        with collecting(invalid):
            if not line.startswith('"'):
                _check_bare_name(given.strip())
            name = _check_line_name(given)
        overrides = _parse_fields(fields, invalid)
    return Service(name=name, overrides=overrides) if name else None


def _split(line: str) -> list[str]:
    """Return the name and the fields of a line."""
    check_line(line, "a service", _FIX)
    try:
        [parts] = csv.reader([line], strict=True, skipinitialspace=True)
    except (csv.Error, ValueError) as error:
        raise InvalidValue(f"must be valid CSV ({error})", _FIX) from None
    if not line.startswith('"') and _are_names(parts):
        raise InvalidValue("must be one name", _one_name_per_line(parts))
    return parts


def _are_names(parts: Sequence[str]) -> bool:
    """Return whether a line has several names, and not a name and its fields."""
    fields = [part.strip() for part in parts[1:]]
    keys = service_keys()
    return bool(fields) and all(
        field and "=" not in field and field not in keys for field in fields
    )


def _check_name(text: str) -> str:
    name = text.strip()
    if not name:
        raise InvalidValue("must begin with a name", _FIX)
    return single_line(name)


def _check_line_name(text: str) -> str:
    name = _check_name(text)
    residue = residue_of_name(name)
    if residue:
        fix = "For a list, use `${{ toJSON(…) }}`; for text, remove `toJSON`. Check `needs`."
        raise InvalidValue("must be a name", f"It {residue}. {fix}")
    return name


def _check_bare_name(name: str) -> None:
    """Raise `InvalidValue` if a name without quotation marks is something else."""
    parts = [part for part in _SEPARATOR.split(_COMMENT.sub("", name)) if part]
    if parts and parts != [name] and not residue_of_text(name):
        raise InvalidValue("must be one name", _one_name_per_line(parts))
    if "=" in name and name.partition("=")[0] in service_keys():
        raise InvalidValue("must begin with a name", _FIX)
    if "=" in name:
        fix = "Write only the name. Put quotation marks around a name that contains `=`."
        raise InvalidValue("must be a name", fix)
    if name.endswith("\\"):
        fix = f"It ends with a line continuation character. {_FIX}"
        raise InvalidValue("must be a service", fix)


def parse_element(element: Any, invalid: list[InvalidValue]) -> Service | None:
    """Return the service of an array's element, which is a name and no line."""
    name = ""
    with collecting(invalid):
        name = _check_element(element)
    return Service(name=name) if name else None


def _check_element(element: Any) -> str:
    if not isinstance(element, str):
        raise InvalidValue("must be a name in quotation marks", ARRAY_FIX)
    keys = "|".join(map(re.escape, service_keys()))
    if re.search(rf",\s*({keys})\s*=", element):
        raise InvalidValue("must be only a name", f"A JSON array cannot contain keys. {_FIX}")
    name = _check_name(element)
    residue = residue_of_line(name) or residue_of_name(name)
    if name.endswith(":"):
        residue = "ends with the colon of a YAML key"
    if residue:
        raise InvalidValue("must be only a name", f"It {residue}. {ARRAY_FIX}")
    return name


def _one_name_per_line(parts: Sequence[str]) -> str:
    names = [part.strip().rstrip(":") for part in parts]
    shown = [name for name in names if name][:_MOST_NAMES]
    lines = ", ".join(f"`{name}`" for name in shown)
    return (
        f"Write one name per line: {lines}; or a JSON array: `{dumps(shown, ensure_ascii=False)}`. "
        "Put quotation marks around a name that contains spaces, commas, semicolons, or a "
        "colon at the end."
    )


def _parse_fields(fields: Iterable[str], invalid: list[InvalidValue]) -> dict[str, str]:
    """Return the valid keys and values of a line."""
    overrides: dict[str, str] = {}
    for field in fields:
        with collecting(invalid):
            key, value = _parse_field(field)
            if key in overrides:
                raise InvalidValue(f"must set `{key}` only once", "Remove one of the values.")
            overrides[key] = value
    return overrides


def _parse_field(field: str) -> tuple[str, str]:
    key, equals, value = (part.strip() for part in field.partition("="))
    if not equals:
        raise InvalidValue("must have `key=value` after the name", _FIX, shown=field)
    if key not in service_keys():
        fix = f"The keys are {', '.join(f'`{key}`' for key in service_keys())}."
        raise InvalidValue("must have only known keys", fix, shown=key)
    if not value:
        fix = "Set a value or remove the key."
        raise InvalidValue(f"must have a value for `{key}`", fix)
    check = identifier if key == "version" else single_line
    try:
        return key, check(value)
    except InvalidValue as error:
        raise error.at(f"`{key}`", value) from None
