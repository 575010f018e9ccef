"""The `service` input: lines of `name[,key=value…]`, quoted as CSV, or a JSON array of names."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from json import dumps
from typing import Any, NamedTuple

from ..deployment import Service
from ..errors import Problem
from ..values.list_lines import check_line, list_lines
from ..values.residue import residue_of_name
from ..values.rules import InvalidValue
from ..values.single_line import identifier, single_line
from ..values.strict_json import load_json
from ..vendors.plan import OverrideError
from ..vendors.registry import VENDORS

_FIX = (
    "Write one service per line: name, or name,key=value,… "
    '("key=a,b" in quotation marks if the value has a comma).'
)
_MOST_NAMES = 3
"""Names that the fix of an error repeats."""


class NoService(NamedTuple):
    """Why the input names no service, so that nothing is reported."""

    reason: str
    """A sentence."""
    expected: bool
    """False: it may be a mistake, which needs a warning."""


class ServiceInput(NamedTuple):
    """What the input says; nothing at all if the repository is the service."""

    services: tuple[Service, ...] = ()
    no_service: NoService | None = None


_EMPTY_LIST = NoService("`service` is an empty list: nothing is reported.", expected=True)
_ONLY_COMMENTS = NoService(
    "`service` has only comments: nothing is reported. Write one service per line.", expected=False
)


def service_keys() -> list[str]:
    """Return the keys that a service's line may contain."""
    vendors = [key for vendor in VENDORS.values() for key in vendor.settings.service_keys]
    return ["version", *vendors]


def parse_services(text: str, problems: list[Problem]) -> ServiceInput:
    """Return the valid services of an input that is not empty.

    Every invalid line, or element of an array, becomes one of `problems`.
    """
    if text.startswith("["):
        return _parse_array(text, problems)
    lines = [(f"line {number}", line) for number, line in list_lines(text)]
    if not lines:
        return ServiceInput(no_service=_ONLY_COMMENTS)
    return ServiceInput(_parse_each(lines, _parse_line, problems))


def _parse_array(text: str, problems: list[Problem]) -> ServiceInput:
    try:
        names = load_json(text)
    except ValueError as error:
        fix = f'Write for example ["cart", "payments"] ({error}), or one name per line.'
        problems.append(Problem("service", "is not a JSON array of names", text, fix))
        return ServiceInput()
    if not names:
        return ServiceInput(no_service=_EMPTY_LIST)
    elements = [(f"element {number}", name) for number, name in enumerate(names, 1)]
    return ServiceInput(_parse_each(elements, _parse_element, problems))


def _parse_each(
    items: Iterable[tuple[str, Any]], parse: Callable[[Any], Service], problems: list[Problem]
) -> tuple[Service, ...]:
    """Return the services of places and their content."""
    services: dict[str, Service] = {}
    for place, given in items:
        try:
            service = parse(given)
            if service.name in services:
                raise InvalidValue(f"names {service.name} twice", "Name each service once.")
            _check_ids(service, services.values())
        except InvalidValue as error:
            problems.append(Problem("service", f"{place} {error.rule}", str(given), error.fix))
        else:
            services[service.name] = service
    return tuple(services.values())


def override_problems(error: OverrideError) -> Iterator[Problem]:
    """Yield what is invalid about the overrides of one service."""
    keys = {field: key for key, field in VENDORS[error.vendor].settings.service_keys.items()}
    for detail in error.cause.errors():
        rule, fix = detail["msg"], _FIX
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, InvalidValue):
            rule, fix = cause.rule, cause.fix
        key = keys[str(detail["loc"][0])]
        given = error.service.overrides[key]
        yield Problem("service", f"'{error.service.name}': {key} {rule}", given, fix)


def _check_ids(service: Service, others: Iterable[Service]) -> None:
    """One ID for two services would make them one deployment."""
    for key, value in service.overrides.items():
        if not key.endswith("-deployment-id"):
            continue
        if any(other.overrides.get(key) == value for other in others):
            fix = "Give each service the id of its own deployment."
            raise InvalidValue(f"repeats another line's {key}", fix)


def _parse_element(element: Any) -> Service:
    """Return the service of an array's element, which is a name and no line."""
    if not isinstance(element, str):
        fix = 'Write for example ["cart", "payments"].'
        raise InvalidValue("is not a name in quotation marks", fix)
    keys = "|".join(map(re.escape, service_keys()))
    if re.search(rf",\s*({keys})\s*=", element):
        raise InvalidValue("has more than a name", f"An array has only names. {_FIX}")
    name = _parse_name(element)
    residue = residue_of_name(name)
    if residue:
        raise InvalidValue(residue, "Write only the names into the array.")
    return Service(name=name)


def _parse_line(line: str) -> Service:
    check_line(line, _FIX)
    try:
        [[name, *fields]] = csv.reader([line], strict=True, skipinitialspace=True)
    except (csv.Error, ValueError) as error:
        raise InvalidValue(f"is not written as CSV ({error})", _FIX) from None
    if not line.startswith('"'):
        _check_bare_name(name.strip(), [field.strip() for field in fields])
    name = _parse_name(name)
    overrides: dict[str, str] = {}
    for field in fields:
        key, value = _parse_field(field)
        if key in overrides:
            raise InvalidValue(f"sets {key} twice", "Set it once.")
        overrides[key] = value
    return Service(name=name, overrides=overrides)


def _parse_name(text: str) -> str:
    name = text.strip()
    if not name:
        raise InvalidValue("has no name", _FIX)
    return single_line(name)


def _check_bare_name(name: str, fields: Sequence[str]) -> None:
    """Raise `InvalidValue` if a name without quotation marks is something else."""
    keys = service_keys()
    if fields and all(field and "=" not in field and field not in keys for field in fields):
        raise InvalidValue("has several names", _one_name_per_line([name, *fields]))
    parts = [part for part in re.split(r"[\s;]+", name) if part]
    if parts and parts != [name]:
        rule = "has blanks or semicolons in a name without quotation marks"
        raise InvalidValue(rule, _one_name_per_line(parts))
    if "=" in name and name.partition("=")[0] in keys:
        raise InvalidValue("has no name", _FIX)
    if name.endswith("\\"):
        raise InvalidValue("ends with the mark of a continued line", _FIX)
    residue = residue_of_name(name)
    if residue:
        raise InvalidValue(residue, "For a list, use `${{ toJSON(…) }}`, and check `needs`.")


def _one_name_per_line(names: Sequence[str]) -> str:
    shown = names[:_MOST_NAMES]
    lines = ", ".join(f"`{name}`" for name in shown)
    return (
        f"Write one name per line: {lines}; or as a JSON array: {dumps(shown, ensure_ascii=False)}."
        " Put quotation marks around a name that has blanks, commas or semicolons."
    )


def _parse_field(field: str) -> tuple[str, str]:
    key, equals, value = (part.strip() for part in field.partition("="))
    if not equals:
        raise InvalidValue(f"has '{field}' where key=value must stand", _FIX)
    if key not in service_keys():
        fix = f"The keys are {', '.join(service_keys())}."
        raise InvalidValue(f"has the unknown key '{key}'", fix)
    if not value:
        raise InvalidValue(f"sets {key} to nothing", f"Give it a value, or leave {key} out.")
    check = identifier if key == "version" else single_line
    try:
        return key, check(value)
    except InvalidValue as error:
        raise InvalidValue(f"sets {key}, which {error.rule}", error.fix) from None
