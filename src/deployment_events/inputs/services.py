"""The `service` input: one service a line, each `name[,key=value…]`, quoted as CSV."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ..deployment import Service
from ..errors import Problem
from ..values.rules import InvalidValue
from ..vendors.base import Settings
from ..vendors.registry import VENDORS

_FIX = 'Write one service a line: name, or name,key=value,… ("key=a,b" in quotation marks where a comma is meant).'


def attribute_names() -> list[str]:
    """Return the keys a service's line may have."""
    return ["version", *(key for provider in VENDORS.values() for key in provider.attributes)]


def parse_services(text: str, problems: list[Problem]) -> tuple[Service, ...]:
    """Read the input; what is wrong with a line is added to `problems`, naming the line."""
    services: dict[str, Service] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            service = _parse_line(line)
            if service.name in services:
                raise InvalidValue(f"names {service.name} twice", "Give each service one line.")
            _check_ids(service, services.values())
        except InvalidValue as wrong:
            problems.append(
                Problem("service", f"line {number} {wrong.rule}", line.strip(), wrong.fix)
            )
        else:
            services[service.name] = service
    return tuple(services.values())


def _check_ids(service: Service, others: Iterable[Service]) -> None:
    """One id for two services would make two deployments one."""
    for key, value in service.attributes.items():
        if key.endswith("-deployment-id") and any(
            other.attributes.get(key) == value for other in others
        ):
            raise InvalidValue(
                f"repeats another line's {key}", "Give each service the id of its own deployment."
            )


def _parse_line(line: str) -> Service:
    try:
        [[name, *fields]] = csv.reader([line], strict=True, skipinitialspace=True)
    except (csv.Error, ValueError) as error:
        raise InvalidValue(f"is not written as CSV ({error})", _FIX) from None
    if not name.strip():
        raise InvalidValue("has no name", _FIX)
    attributes: dict[str, str] = {}
    for field in fields:
        key, equals, value = (part.strip() for part in field.partition("="))
        if not equals:
            raise InvalidValue(f"has '{field}' where key=value must stand", _FIX)
        if key not in attribute_names():
            raise InvalidValue(
                f"has the unknown key '{key}'", f"The keys are {', '.join(attribute_names())}."
            )
        if key in attributes:
            raise InvalidValue(f"sets {key} twice", "Set it once.")
        if not value:
            raise InvalidValue(f"sets {key} to nothing", f"Give it a value, or leave {key} out.")
        attributes[key] = value
    return Service(name=name.strip(), attributes=attributes)


def settings_of(vendor: str, settings: Settings, service: Service) -> Settings:
    """Return a vendor's settings as they are for one service. Raises pydantic's `ValidationError`."""
    overrides = _overrides(vendor, service)
    return (
        settings
        if not overrides
        else type(settings).model_validate({**_values(settings), **overrides})
    )


def check_services(
    services: tuple[Service, ...], settings: Mapping[str, Settings], problems: list[Problem]
) -> None:
    """Add to `problems` what the vendors' rules say of the services' own attributes."""
    for service in services:
        for vendor, its_settings in settings.items():
            try:
                settings_of(vendor, its_settings, service)
            except ValidationError as error:
                problems.extend(_problems(vendor, service, error))


def _problems(vendor: str, service: Service, error: ValidationError) -> Iterator[Problem]:
    keys = {field: key for key, field in VENDORS[vendor].attributes.items()}
    for detail in error.errors():
        wrong = detail.get("ctx", {}).get("error")
        rule, fix = (
            (wrong.rule, wrong.fix) if isinstance(wrong, InvalidValue) else (detail["msg"], _FIX)
        )
        key = keys[str(detail["loc"][0])]
        yield Problem("service", f"'{service.name}': {key} {rule}", service.attributes[key], fix)


def _overrides(vendor: str, service: Service) -> dict[str, str]:
    fields = VENDORS[vendor].attributes
    return {fields[key]: value for key, value in service.attributes.items() if key in fields}


def _values(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.model_fields_set}
