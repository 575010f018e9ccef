"""INPUT_… variables → validated inputs, or every problem with them."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import InputError, Problem
from ..vendors.input_names import input_name, secret_names
from ..vendors.plan import override
from ..vendors.registry import VENDORS
from .empty import empty_notices, empty_problems, empty_warnings, no_service, without_defaults
from .model import CHECK, Inputs, Options
from .problems import problems_of
from .rules_across import problems_across
from .secret_rules import secret_problems, service_problems
from .services import ServiceInput, override_problems, parse_services
from .tags import tag_warnings

M = TypeVar("M", bound=BaseModel)


class RunDefaults(NamedTuple):
    """What the workflow run provides for inputs that are not set."""

    environment: str = ""
    environment_expected: bool = False
    """Whether the event's payload should contain one, so that its absence is no input error.

    It is one with `event: check`, which verifies the environment.
    """
    service: str = ""
    """The name of the repository."""


def read_inputs(given: Mapping[str, str], now: int, defaults: RunDefaults) -> Inputs:
    """Return the inputs, given by name. Raises `InputError` with every problem.

    `now` is Unix milliseconds.
    """
    problems = [*secret_problems(given), *empty_problems(given)]
    reported = {problem.input for problem in problems}
    # A value that is a secret in the wrong place must not appear in another problem.
    present = {name: text for name, text in given.items() if name not in reported}
    raw = without_defaults(present)
    options = _validate(Options, "", raw, problems)
    if "environment" not in raw:
        # A derived value is not validated: it never fails a step.
        options = options.model_copy(update={"environment": defaults.environment})
    shared = {
        name: _validate(vendor.settings, name, raw, problems) for name, vendor in VENDORS.items()
    }
    service_input = _services(present, raw, problems)
    problems.extend(service_problems(given, service_input.services))
    settings, errors = override(shared, service_input.services)
    for error in errors:
        problems.extend(override_problems(error))
    inputs = Inputs.model_construct(**dict(options), **service_input._asdict(), settings=settings)
    reported = {problem.input for problem in problems}
    if defaults.environment_expected and inputs.event != CHECK:
        reported.add("environment")
    found = problems_across(inputs, raw, now, reported, defaults.service)
    problems.extend(problem for problem in found if problem.input not in reported)
    if problems:
        raise InputError(problems)
    return _with_messages(inputs, present, raw)


def _services(
    present: Mapping[str, str], raw: Mapping[str, str], problems: list[Problem]
) -> ServiceInput:
    if "service" in raw:
        return parse_services(raw["service"], problems)
    return ServiceInput(no_service=no_service(present))


def _with_messages(inputs: Inputs, present: Mapping[str, str], raw: Mapping[str, str]) -> Inputs:
    """Add what the user should know about single values. A replay uses none of them."""
    if inputs.event == "replay":
        return inputs
    warnings = (
        *empty_warnings(present, inputs.settings),
        *tag_warnings(raw.get("tags", "")),
    )
    return inputs.model_copy(
        update={"warnings_of_values": warnings, "notices": tuple(empty_notices(present))}
    )


def _validate(model: type[M], vendor: str, raw: Mapping[str, str], problems: list[Problem]) -> M:
    """Return a model of the valid values. The others become problems, so that all are reported."""
    names = {field: input_name(vendor, field) for field in model.model_fields}
    values = {field: raw[name] for field, name in names.items() if raw.get(name)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        invalid = {str(detail["loc"][0]): detail for detail in error.errors()}
        for field, detail in invalid.items():
            found = problems_of(names[field], values[field], detail)
            if names[field] in secret_names():
                found = (problem._replace(given=None) for problem in found)
            problems.extend(found)
        valid = {field: text for field, text in values.items() if field not in invalid}
        return model.model_validate(valid)
