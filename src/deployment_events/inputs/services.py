"""The `service` input: a list of lines, or a JSON array of names."""

from collections.abc import Callable, Iterable, Iterator
from json import dumps
from typing import Any, NamedTuple

from ..deployment import Service
from ..errors import Problem
from ..values.invalid import InvalidValue
from ..values.list_lines import list_lines
from ..values.strict_json import load_json
from ..vendors.plan import OverrideError
from ..vendors.registry import VENDORS
from .problems import problem, problems_of
from .service_lines import ARRAY_FIX, parse_element, parse_line


class NoService(NamedTuple):
    """Why the input names no service, so that nothing is reported."""

    reason: str
    """A sentence."""
    expected: bool
    """False: it may be a mistake, which needs a warning."""


class ServiceInput(NamedTuple):
    """The content of the input; empty if the repository is the service."""

    services: tuple[Service, ...] = ()
    no_service: NoService | None = None


_EMPTY_LIST = NoService("`service` is an empty list, so nothing is reported.", expected=True)
_ONLY_COMMENTS = NoService(
    "`service` contains only comments, so nothing is reported. Write one service per line.",
    expected=False,
)


def parse_services(text: str, problems: list[Problem]) -> ServiceInput:
    """Return the services of an input that is not empty.

    Everything invalid in a line, or in an element of an array, becomes one of `problems`.
    """
    if text.startswith("["):
        return _parse_array(text, problems)
    lines = [(f"line {number}", line) for number, line in list_lines(text)]
    if not lines:
        return ServiceInput(no_service=_ONLY_COMMENTS)
    return ServiceInput(_parse_each(lines, parse_line, problems))


def override_problems(error: OverrideError) -> Iterator[Problem]:
    """Yield what is invalid about the overrides of one service."""
    keys = {field: key for key, field in VENDORS[error.vendor].settings.service_keys.items()}
    for detail in error.cause.errors():
        key = keys[str(detail["loc"][0])]
        for found in problems_of("service", error.service.overrides[key], detail):
            yield found._replace(rule=f"'{error.service.name}' `{key}` {found.rule}")


def _parse_array(text: str, problems: list[Problem]) -> ServiceInput:
    try:
        names = load_json(text)
    except ValueError as error:
        fix = f"{ARRAY_FIX} Or write one name per line."
        invalid = InvalidValue(f"must be a JSON array of names ({error})", fix)
        problems.append(problem("service", text, invalid))
        return ServiceInput()
    if not names:
        return ServiceInput(no_service=_EMPTY_LIST)
    elements = [(f"element {number}", name) for number, name in enumerate(names, 1)]
    return ServiceInput(_parse_each(elements, parse_element, problems))


def _parse_each(
    items: Iterable[tuple[str, Any]],
    parse: Callable[[Any, list[InvalidValue]], Service | None],
    problems: list[Problem],
) -> tuple[Service, ...]:
    """Return the services of places and their content."""
    services: dict[str, Service] = {}
    for place, given in items:
        invalid: list[InvalidValue] = []
        service = parse(given, invalid)
        if service:
            invalid.extend(_repetitions(service, services))
            services.setdefault(service.name, service)
        text = given if isinstance(given, str) else dumps(given)
        problems += [problem("service", text, each.at(place, text)) for each in invalid]
    return tuple(services.values())


def _repetitions(service: Service, others: dict[str, Service]) -> Iterator[InvalidValue]:
    """Yield what may occur in one line only."""
    if service.name in others:
        rule = f"must not repeat the service '{service.name}'"
        yield InvalidValue(rule, "Remove the line, or merge the two.", shown="")
    for key in _id_keys() & service.overrides.keys():
        value = service.overrides[key]
        if any(other.overrides.get(key) == value for other in others.values()):
            rule = f"must not repeat the `{key}` of another line"
            yield InvalidValue(rule, "Set the ID of this service's deployment.", shown="")


def _id_keys() -> set[str]:
    """Return the keys that contain an ID. Two services with one ID would be one deployment."""
    return {
        key
        for vendor in VENDORS.values()
        for key, field in vendor.settings.service_keys.items()
        if field == "deployment_id"
    }
