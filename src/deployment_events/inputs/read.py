"""INPUT_… variables → validated inputs, or every problem with them."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import InputError, Problem
from ..values.rules import InvalidValue
from ..vendors.input_names import input_name, secret_names
from ..vendors.plan import override
from ..vendors.registry import VENDORS
from .model import Inputs, Options
from .rules_across import problems_across
from .services import override_problems, parse_services

M = TypeVar("M", bound=BaseModel)


def read_inputs(
    raw: Mapping[str, str], now: int, environment: str = "", *, may_lack_environment: bool = False
) -> Inputs:
    """Return the inputs, given by name. Raises `InputError` with every problem.

    `now` is Unix milliseconds. `environment` is the event payload's, used if the input is empty.
    `may_lack_environment`: the payload should have named one, so its absence is no input error.
    """
    problems: list[Problem] = []
    values = {"environment": environment, **{name: text for name, text in raw.items() if text}}
    options = _validate(Options, "", values, problems)
    shared = {
        name: _validate(vendor.settings, name, raw, problems) for name, vendor in VENDORS.items()
    }
    services = parse_services(raw.get("service", ""), problems)
    settings, errors = override(shared, services)
    for error in errors:
        problems.extend(override_problems(error))
    inputs = Inputs.model_construct(**dict(options), services=services, settings=settings)
    reported = {problem.input for problem in problems}
    if may_lack_environment:
        reported.add("environment")
    problems.extend(
        problem
        for problem in problems_across(inputs, now, reported)
        if problem.input not in reported
    )
    if problems:
        raise InputError(problems)
    return inputs


def _validate(model: type[M], vendor: str, raw: Mapping[str, str], problems: list[Problem]) -> M:
    """Return a model of the valid values. The others become problems, so that all are reported."""
    names = {field: input_name(vendor, field) for field in model.model_fields}
    values = {field: raw[name] for field, name in names.items() if raw.get(name)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        invalid = {str(detail["loc"][0]): detail for detail in error.errors()}
        for field, detail in invalid.items():
            problems.append(_problem(names[field], values[field], detail))
        valid = {field: text for field, text in values.items() if field not in invalid}
        return model.model_validate(valid)


def _problem(name: str, value: str, detail: Mapping[str, Any]) -> Problem:
    rule, fix = detail["msg"], "Correct it."
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, InvalidValue):
        rule, fix = error.rule, error.fix
    given = None if name in secret_names() else _without_credentials(name, value)
    return Problem(name, rule, given, fix)


def _without_credentials(name: str, value: str) -> str:
    """Hide what may be a key in a URL: before an @, and after a ? or #."""
    if not name.endswith("-url"):
        return value
    return re.split("[?#]", re.sub(r"^(\w+://)?.*@", r"\1***@", value))[0]
