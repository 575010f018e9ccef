"""INPUT_* → one frozen model. Every message about an input is made here or by a rule used here."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, TypeVar

from pydantic import BaseModel, ValidationError

from ..deployment import GITHUB_STATUSES, Event, Frozen, Service, Tag
from ..errors import InputError, Problem
from ..values.rules import (
    MOST_TAGS,
    Boolean,
    FullSha,
    InvalidValue,
    RepositoryUrl,
    Seconds,
    Secret,
    Time,
    one_of,
    ruled,
)
from ..values.times import iso
from ..vendors.base import Settings
from ..vendors.input_names import input_name, secret_names
from ..vendors.registry import VENDORS
from .services import check_services, parse_services, settings_of

_EVENTS = ("auto", *Event, "replay", *GITHUB_STATUSES, "cancelled")
_AHEAD = 10 * 60 * 1000  # ms that another machine's clock may be ahead of ours


def _tags(text: str) -> list[Tag]:
    tags = []
    for number, line in enumerate(text.splitlines(), 1):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip() and not (colon and key and value):
            raise InvalidValue(
                f"must have key:value in every line, and line {number} has not",
                "Write for example team:web.",
            )
        if line.strip():
            tags.append((key, value))
    if len(tags) > MOST_TAGS:
        raise InvalidValue(
            f"must be at most {MOST_TAGS}, and there are {len(tags)}",
            "Datadog takes no more: leave some out.",
        )
    return tags


class Options(Frozen):
    """The inputs that belong to no vendor; a field's name with hyphens is the input's."""

    event: Annotated[str, one_of(*_EVENTS)] = "auto"
    on_cancelled: Annotated[str, one_of("failed", "finished", "ignore")] = "failed"
    environment: str = ""
    version: str = ""
    commit_sha: FullSha = ""
    repository_url: RepositoryUrl = ""
    started_at: Time | None = None
    finished_at: Time | None = None
    tags: Annotated[tuple[Tag, ...], ruled(_tags)] = ()
    github_metadata: Boolean = True
    fail_on_error: Boolean = False
    dry_run: Boolean = False
    timeout_seconds: Seconds = 30.0
    replay: str = ""
    github_token: Secret | None = None
    job_status: str = ""
    job_index: str = ""


class Inputs(Options):
    """All the user said, checked."""

    services: tuple[Service, ...] = ()
    """Empty: the repository is the service."""
    settings: dict[str, Settings] = {}
    """Every vendor's, by its name."""

    @property
    def enabled(self) -> dict[str, Settings]:
        """The settings of the vendors that were given their key."""
        return {
            name: settings
            for name, settings in self.settings.items()
            if VENDORS[name].enabled(settings)
        }

    def warnings(self) -> Iterator[str]:
        """Yield what is allowed and probably not meant, a sentence each."""
        for name, settings in self.settings.items():
            provider = VENDORS[name]
            others = sorted(input_name(name, field) for field in _given(settings))
            if provider.enabled(settings):
                yield from provider.warn(settings)
                idle = [
                    input_name(name, field)
                    for field in sorted(settings.update_only & _given(settings))
                ]
                if idle and self.event != Event.UPDATE:
                    yield f"{', '.join(idle)}: used with event: update alone, and event is {self.event}."
            elif others:
                key = input_name(name, provider.key_field)
                yield f"{', '.join(others)}: set, but {key} is empty, so {provider.title} hears nothing."


def input_names() -> list[str]:
    """Return every input's name, as in action.yml."""
    vendors = (
        input_name(name, field)
        for name, one in VENDORS.items()
        for field in one.settings.model_fields
    )
    return [*(input_name("", field) for field in Options.model_fields), "service", *vendors]


def read_inputs(
    raw: Mapping[str, str], now: int, environment: str = "", *, may_lack_it: bool = False
) -> Inputs:
    """Check the inputs, given by name. Raises `InputError` with every problem.

    `now` is Unix milliseconds; `environment` is the event payload's, for want of an input. `may_lack_it`:
    the payload should have named one, and that it does not is no fault of the user's.
    """
    problems: list[Problem] = []
    options = _validate(Options, "", {"environment": environment, **_set(raw)}, problems)
    settings = {
        name: _validate(provider.settings, name, raw, problems)
        for name, provider in VENDORS.items()
    }
    services = parse_services(raw.get("service", ""), problems)
    check_services(services, settings, problems)
    inputs = Inputs.model_construct(**dict(options), services=services, settings=settings)
    named = {problem.input for problem in problems} | ({"environment"} if may_lack_it else set())
    problems.extend(
        problem for problem in _across(inputs, now, named) if problem.input not in named
    )
    if problems:
        raise InputError(problems)
    return inputs


def _set(raw: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in raw.items() if value}


M = TypeVar("M", bound=BaseModel)


def _validate(model: type[M], vendor: str, raw: Mapping[str, str], problems: list[Problem]) -> M:
    """Return the model of the good values; the bad ones become problems, so that all are seen at once."""
    names = {field: input_name(vendor, field) for field in model.model_fields}
    values = {field: raw[name] for field, name in names.items() if raw.get(name)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        bad = {str(detail["loc"][0]): detail for detail in error.errors()}
        for field, detail in bad.items():
            wrong = detail.get("ctx", {}).get("error")
            rule, fix = (
                (wrong.rule, wrong.fix)
                if isinstance(wrong, InvalidValue)
                else (detail["msg"], "Correct it.")
            )
            given = None if names[field] in secret_names() else _shown(names[field], values[field])
            problems.append(Problem(names[field], rule, given, fix))
        return model.model_validate(
            {field: value for field, value in values.items() if field not in bad}
        )


def _shown(name: str, value: str) -> str:
    """In an address, what stands before an @ or after a ? or # may be a key."""
    if not name.endswith("-url"):
        return value
    return re.split("[?#]", re.sub(r"^(\w+://)?.*@", r"\1***@", value))[0]


def _across(inputs: Inputs, now: int, wrong: Collection[str]) -> Iterator[Problem]:
    """Rules that concern more than one input; `wrong` are those already found to be wrong."""
    yield from _times(inputs, now)
    if "event" not in wrong and (inputs.event == "replay") != bool(inputs.replay):
        rule = "is needed with event: replay" if not inputs.replay else "is for event: replay alone"
        yield Problem(
            "replay",
            rule,
            inputs.replay or None,
            "Name the file of undelivered events, or clear it.",
        )
    if inputs.event == Event.UPDATE and inputs.enabled:
        fields = [
            input_name(name, one.update_field) for name, one in VENDORS.items() if one.update_field
        ]
        if not any(VENDORS[name].updates(settings) for name, settings in inputs.enabled.items()):
            rule = f"is update, and nothing is to change: set {' or '.join(fields)} of a vendor that has its key"
            yield Problem("event", rule, None, "Say what is to change.")
    if len(inputs.services) > 1:
        for name, settings in inputs.settings.items():
            if settings.deployment_id:
                rule = f"is one deployment's, and there are {len(inputs.services)} services"
                own = f"Write it in each service's line: name,{name}-deployment-id=…"
                yield Problem(f"{name}-deployment-id", rule, settings.deployment_id, own)
    if inputs.event != "replay":
        yield from _vendors(inputs, wrong)


def _vendors(inputs: Inputs, wrong: Collection[str]) -> Iterator[Problem]:
    seen: dict[str, Problem] = {}
    for name, settings in inputs.settings.items():
        if name not in inputs.enabled and input_name(name, VENDORS[name].key_field) not in wrong:
            continue
        for service in inputs.services or (Service(name="…"),):
            try:
                own = settings_of(name, settings, service)
            except ValidationError:
                continue  # reported with the service's line
            update = inputs.event == Event.UPDATE
            for problem in VENDORS[name].check(own, environment=inputs.environment, update=update):
                own_line = len(inputs.services) > 1 and problem.input in VENDORS[name].attributes
                told = (
                    problem._replace(rule=f"{problem.rule} (service {service.name})")
                    if own_line
                    else problem
                )
                seen.setdefault(str(told), told)
    yield from seen.values()


def _times(inputs: Inputs, now: int) -> Iterator[Problem]:
    zone = "A time without an offset is read as UTC: write one, as in 2026-05-04T09:30:00+02:00."
    for name, moment in (("started-at", inputs.started_at), ("finished-at", inputs.finished_at)):
        if moment is not None and moment > now + _AHEAD:
            yield Problem(name, "must not be in the future", iso(moment), zone)
    if inputs.started_at and inputs.finished_at and inputs.started_at > inputs.finished_at:
        rule = f"must not be after finished-at ({iso(inputs.finished_at)})"
        yield Problem(
            "started-at", rule, iso(inputs.started_at), f"Exchange or correct them. {zone}"
        )


def _given(settings: Settings) -> set[str]:
    """The fields a user changed: action.yml passes the defaults on as well."""
    fields = type(settings).model_fields
    secrets = set(settings.secret_fields())
    return {
        name
        for name in settings.model_fields_set - secrets
        if getattr(settings, name) != fields[name].default
    }
