"""The `service` input: one service per line, each `name[,key=value…]`, quoted as CSV."""

import csv
from collections.abc import Iterable, Iterator

from ..deployment import Service
from ..errors import Problem
from ..values.rules import InvalidValue
from ..vendors.plan import OverrideError
from ..vendors.registry import VENDORS

_FIX = (
    "Write one service a line: name, or name,key=value,… "
    '("key=a,b" in quotation marks where a comma is meant).'
)


def service_keys() -> list[str]:
    """Return the keys that a service's line may contain."""
    vendors = [key for vendor in VENDORS.values() for key in vendor.settings.service_keys]
    return ["version", *vendors]


def parse_services(text: str, problems: list[Problem]) -> tuple[Service, ...]:
    """Return the valid services. Every invalid line becomes one of `problems`."""
    services: dict[str, Service] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            service = _parse_line(line)
            if service.name in services:
                raise InvalidValue(f"names {service.name} twice", "Give each service one line.")
            _check_ids(service, services.values())
        except InvalidValue as error:
            rule = f"line {number} {error.rule}"
            problems.append(Problem("service", rule, line.strip(), error.fix))
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


def _parse_line(line: str) -> Service:
    try:
        [[name, *fields]] = csv.reader([line], strict=True, skipinitialspace=True)
    except (csv.Error, ValueError) as error:
        raise InvalidValue(f"is not written as CSV ({error})", _FIX) from None
    if not name.strip():
        raise InvalidValue("has no name", _FIX)
    overrides: dict[str, str] = {}
    for field in fields:
        key, value = _parse_field(field)
        if key in overrides:
            raise InvalidValue(f"sets {key} twice", "Set it once.")
        overrides[key] = value
    return Service(name=name.strip(), overrides=overrides)


def _parse_field(field: str) -> tuple[str, str]:
    key, equals, value = (part.strip() for part in field.partition("="))
    if not equals:
        raise InvalidValue(f"has '{field}' where key=value must stand", _FIX)
    if key not in service_keys():
        fix = f"The keys are {', '.join(service_keys())}."
        raise InvalidValue(f"has the unknown key '{key}'", fix)
    if not value:
        raise InvalidValue(f"sets {key} to nothing", f"Give it a value, or leave {key} out.")
    return key, value
