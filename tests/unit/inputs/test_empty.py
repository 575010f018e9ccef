"""Empty inputs: an expression evaluated to nothing, and the user learns what happens then."""

import pytest
from support.manifest import MANIFEST
from support.moments import NOW
from support.raw import RUN, inputs, problem, raw

from deployment_events.inputs.empty import AUTOMATIC
from deployment_events.inputs.model import input_names
from deployment_events.inputs.read import read_inputs

WARNED = {
    "started-at": "auto",
    "finished-at": "auto",
    "launchdarkly-project-key": "default",
    "launchdarkly-base-url": "https://app.launchdarkly.com",
    "datadog-site": "datadoghq.com",
}
NOTICED = {"version": "auto", "commit-sha": "auto"}


def expression(name: str, default: str) -> str:
    return f"`${{{{ inputs.{name} || '{default}' }}}}`"


def test_an_empty_event_is_an_error_that_asks_about_needs_and_step_ids() -> None:
    found = problem(event="")
    assert (found.input, found.rule, found.given) == ("event", "must not be empty", None)
    assert "`needs`" in found.fix
    assert "step ID" in found.fix
    assert expression("event", "auto") in found.fix


def test_an_empty_service_is_nothing_to_report() -> None:
    given = inputs(service="")
    assert given.services == ()
    assert given.no_service is not None
    assert not given.no_service.expected
    assert expression("service", "auto") in given.no_service.reason


@pytest.mark.parametrize("name", sorted(WARNED))
def test_the_default_of_an_empty_input_is_used_with_a_warning(name: str) -> None:
    [warning] = inputs(**{name: ""}).warnings()
    assert warning.startswith(f"`{name}` is empty, so its default `{WARNED[name]}` is used")
    assert "`needs`" in warning
    assert expression(name, WARNED[name]) in warning
    assert inputs(**{name: ""}).notices == ()


@pytest.mark.parametrize("name", sorted(NOTICED))
def test_the_default_of_an_empty_input_is_used_with_a_notice(name: str) -> None:
    [notice] = inputs(**{name: ""}).notices
    assert notice.startswith(f"`{name}` is empty, so its default `auto` is used")
    assert expression(name, "auto") in notice
    assert list(inputs(**{name: ""}).warnings()) == []


@pytest.mark.parametrize(
    "name", sorted(set(input_names()) - set(WARNED) - set(NOTICED) - {"event", "service"})
)
def test_every_other_empty_input_is_an_absent_one(name: str) -> None:
    given = {key: text for key, text in raw().items() if key != name}
    given["launchdarkly-environment-key"] = "production"
    assert read_inputs(
        {**given, name: ""} if name != "launchdarkly-environment-key" else given, NOW, RUN
    ) == (read_inputs(given, NOW, RUN))


@pytest.mark.parametrize("name", [*WARNED, *NOTICED, "event", "service"])
def test_an_absent_input_has_its_default_silently(name: str) -> None:
    given = read_inputs(raw(), NOW, RUN)
    assert name not in raw()
    assert (list(given.warnings()), given.notices, given.no_service) == ([], (), None)


def test_a_vendor_that_is_not_enabled_causes_no_warning() -> None:
    assert list(inputs(datadog_site="", datadog_api_key="").warnings()) == []


def test_a_replay_causes_no_warning_about_unused_inputs() -> None:
    given = inputs(event="replay", replay="x.jsonl", service="", version="", started_at="")
    assert list(given.warnings()) == []
    assert given.notices == ()


def test_all_empty_inputs_are_reported_together() -> None:
    given = inputs(**dict.fromkeys([*WARNED, *NOTICED], ""))
    assert len(list(given.warnings())) == len(WARNED)
    assert len(given.notices) == len(NOTICED)


def test_the_defaults_that_a_message_names_are_those_of_action_yml() -> None:
    shown = {name: declared.get("default", "") for name, declared in MANIFEST["inputs"].items()}
    assert {name for name, default in shown.items() if default == "auto"} == AUTOMATIC | {"event"}
    assert {name: shown[name] for name in WARNED | NOTICED} == WARNED | NOTICED
