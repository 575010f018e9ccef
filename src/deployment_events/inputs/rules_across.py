"""Rules that concern more than one input."""

from collections.abc import Collection, Iterator, Mapping

from ..deployment import Event, Service
from ..errors import Problem
from ..values.times import duration, has_offset, iso
from ..vendors.input_names import input_name, key_input
from ..vendors.registry import VENDORS
from .model import CHECK, Inputs

_CLOCK_DRIFT = 10 * 60 * 1000  # ms
"""How far the clock of another machine may be ahead."""
_ZONE = "A time without an offset is UTC. Example with an offset: `2026-05-04T09:30:00+02:00`."


def problems_across(
    inputs: Inputs,
    raw: Mapping[str, str],
    now: int,
    reported: Collection[str],
    default_service: str,
) -> Iterator[Problem]:
    """Yield the problems; `reported` are the inputs that are already known to be invalid.

    `default_service` is the name of the repository, or empty.
    """
    yield from _times(inputs, raw, now)
    if "event" not in reported:
        yield from _replay(inputs)
    yield from _update(inputs, reported)
    yield from _ids(inputs)
    if inputs.event == "replay":
        return
    yield from _vendors(inputs, reported)
    names_service = default_service or inputs.services or inputs.no_service
    # Without a vendor nothing is reported, and a warning says so.
    reports = inputs.event != CHECK and inputs.enabled.shared
    if reports and not names_service:
        rule = "must be set, because `GITHUB_REPOSITORY` is empty"
        yield Problem("service", rule, None, "Set it to the name of the deployed service.")


def _times(inputs: Inputs, raw: Mapping[str, str], now: int) -> Iterator[Problem]:
    for name, time in (("started-at", inputs.started_at), ("finished-at", inputs.finished_at)):
        if time is not None and time > now + _CLOCK_DRIFT:
            fix = _ZONE
            if has_offset(raw[name]):
                ahead = duration(time - now)
                fix = (
                    f"It is {ahead} ahead of the runner's clock: correct the clock of the machine "
                    "that wrote it. The time of a commit comes from its author's clock."
                )
            yield Problem(name, "must be in the past", iso(time), fix)
    if inputs.started_at and inputs.finished_at and inputs.started_at > inputs.finished_at:
        rule = f"must not be later than `finished-at` ({iso(inputs.finished_at)})"
        fix = "Swap or correct them."
        if not all(has_offset(raw[name]) for name in ("started-at", "finished-at")):
            fix = f"{fix} {_ZONE}"
        yield Problem("started-at", rule, iso(inputs.started_at), fix)


def _replay(inputs: Inputs) -> Iterator[Problem]:
    if (inputs.event == "replay") == bool(inputs.replay):
        return
    if inputs.replay:
        rule, fix = "must be empty unless `event` is `replay`", "Set both or neither."
    else:
        rule = "must be set with `event: replay`"
        fix = "Set it to the file of undelivered events, or to its lines."
    yield Problem("replay", rule, inputs.replay or None, fix)


def _update(inputs: Inputs, reported: Collection[str]) -> Iterator[Problem]:
    enabled = inputs.enabled.shared
    if inputs.event != Event.UPDATE or not enabled:
        return
    if any(settings.has_changes for settings in enabled.values()):
        return
    fields = [
        input_name(name, vendor.settings.update_field)
        for name, vendor in VENDORS.items()
        if vendor.settings.update_field
    ]
    # An invalid change is reported already.
    if any(field in reported for field in fields):
        return
    fix = f"Set {' or '.join(f'`{field}`' for field in fields)} for a vendor whose key is set."
    yield Problem("event", "must not be `update` without a change", None, fix)


def _ids(inputs: Inputs) -> Iterator[Problem]:
    """One ID cannot belong to several services."""
    if len(inputs.services) < 2:
        return
    for name, settings in inputs.settings.shared.items():
        if settings.deployment_id:
            id_input = input_name(name, "deployment_id")
            rule = f"applies to one deployment, but there are {len(inputs.services)} services"
            fix = f"Set it in the line of each service: `name,{id_input}=…`."
            yield Problem(id_input, rule, None, fix)


def _vendors(inputs: Inputs, reported: Collection[str]) -> Iterator[Problem]:
    """Yield the problems across the inputs of each vendor, for every service, without repeats."""
    seen: set[Problem] = set()
    for name, settings in inputs.settings.shared.items():
        if not settings.enabled and key_input(name) not in reported:
            continue
        for service in inputs.services or (Service(name="…"),):
            for problem in _of_service(inputs, name, service, reported):
                if problem not in seen:
                    seen.add(problem)
                    yield problem


def _of_service(
    inputs: Inputs, vendor: str, service: Service, reported: Collection[str]
) -> Iterator[Problem]:
    settings = inputs.settings.of(vendor, service.name)
    if input_name(vendor, "deployment_id") in reported:
        # The invalid ID is reported already, so it must not be reported as missing.
        settings = settings.model_copy(update={"deployment_id": "invalid"})
    keys = {"version", *VENDORS[vendor].settings.service_keys}
    found = settings.problems(
        environment=inputs.environment,
        version=service.overrides.get("version", inputs.version),
        tags=inputs.tags,
        update=inputs.event == Event.UPDATE,
    )
    for problem in found:
        if len(inputs.services) > 1 and problem.input in keys:
            yield problem._replace(rule=f"{problem.rule} (service {service.name})")
        else:
            yield problem
