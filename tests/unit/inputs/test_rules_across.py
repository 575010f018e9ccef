"""Rules that concern more than one input."""

import pytest
from support.keys import DATADOG_APP_KEY
from support.moments import EARLIER, HOUR, MINUTE, NOW
from support.raw import inputs, problem, problems, raw

from deployment_events.errors import InputError
from deployment_events.inputs.read import RunDefaults, read_inputs
from deployment_events.values.times import iso

UPDATE = {"event": "update", "datadog_change_failure": "true", "datadog_app_key": DATADOG_APP_KEY}
"""An update of both vendors' deployments, without the ID at Datadog."""
PATCH = '[{"op": "replace", "path": "/status", "value": "failed"}]'


def test_without_a_repository_the_service_must_be_set() -> None:
    with pytest.raises(InputError) as caught:
        read_inputs(raw(), NOW, RunDefaults())
    assert [(each.input, each.rule) for each in caught.value.problems] == [
        ("service", "must be set, because `GITHUB_REPOSITORY` is empty")
    ]
    assert read_inputs(raw(service="api"), NOW, RunDefaults())
    assert read_inputs(raw(service="[]"), NOW, RunDefaults())
    assert read_inputs(raw(event="replay", replay="x"), NOW, RunDefaults())
    assert read_inputs(raw(event="check"), NOW, RunDefaults())


def test_launchdarkly_needs_an_environment() -> None:
    found = problem(environment="")
    assert (found.input, found.rule) == ("environment", "is required by LaunchDarkly")
    assert "launchdarkly-environment-key" in found.fix
    assert inputs(environment="", launchdarkly_environment_key="prod").enabled.shared
    assert inputs(environment="", launchdarkly_access_token="").enabled.shared


def test_a_start_after_the_finish_is_an_error_if_the_user_set_both() -> None:
    found = problem(started_at=str(NOW), finished_at=str(EARLIER))
    assert found.input == "started-at"
    assert found.rule.startswith("must not be later than `finished-at`")
    assert "offset" not in found.fix
    assert "offset" in problem(started_at=iso(NOW).removesuffix("Z"), finished_at=str(EARLIER)).fix
    assert inputs(started_at=str(NOW), finished_at=str(NOW)).started_at == NOW


@pytest.mark.parametrize("name", ["started-at", "finished-at"])
def test_a_time_in_the_future_is_an_error_that_names_the_zone_or_the_clocks(name: str) -> None:
    later = iso(NOW + 2 * HOUR)
    for text in (later, later.replace("Z", "+00:00"), str(NOW + 2 * HOUR)):
        found = problem(**{name: text})
        assert (found.input, found.rule) == (name, "must be in the past")
        assert "2 h 0 min ahead of the runner's clock" in found.fix
        assert "offset" not in found.fix
    found = problem(**{name: later.removesuffix("Z")})
    assert (found.input, found.rule) == (name, "must be in the past")
    assert "A time without an offset is UTC" in found.fix
    assert problem(**{name: str(NOW + 11 * MINUTE)}).rule == "must be in the past"
    assert inputs(**{name: str(NOW + 9 * MINUTE)})


def test_a_deployment_id_belongs_to_one_service() -> None:
    reported = problems(
        service="api\nweb",
        datadog_deployment_id="d" * 16,
        launchdarkly_deployment_id="2f5a1c9e-aaaa-bbbb-cccc-000000000000",
    )
    assert {each.input for each in reported} == {
        "datadog-deployment-id",
        "launchdarkly-deployment-id",
    }
    assert all(
        "applies to one deployment, but there are 2 services" in each.rule for each in reported
    )
    assert inputs(service="api", datadog_deployment_id="d" * 16)


def test_replay_needs_events_and_events_need_replay() -> None:
    assert problem(event="replay").input == "replay"
    assert problem(replay="undelivered.jsonl").rule == "must be empty unless `event` is `replay`"
    assert inputs(event="replay", replay="undelivered.jsonl", environment="")


def test_an_update_without_a_change_is_an_error() -> None:
    found = problem(event="update")
    assert found.input == "event"
    assert found.rule == "must not be `update` without a change"
    assert "`launchdarkly-patch` or `datadog-change-failure`" in found.fix


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"datadog_app_key": ""}, "datadog-app-key"),
        ({"datadog_deployment_id": "", "environment": ""}, "environment"),
        ({"datadog_deployment_id": "", "version": ""}, "version"),
        ({"launchdarkly_patch": PATCH, "version": ""}, "version"),
        ({"datadog_remediation_type": "rollback"}, "datadog-remediation-id"),
        ({"datadog_remediation_id": "other"}, "datadog-remediation-type"),
        ({"datadog_remediation_version": "1.2.2"}, "datadog-remediation-type"),
        ({"launchdarkly_patch": PATCH, "environment": ""}, "environment"),
    ],
)
def test_an_update_without_what_the_vendor_needs_names_the_input(
    changes: dict[str, str], name: str
) -> None:
    complete = {**UPDATE, "datadog_deployment_id": "any-id-of-datadog", "version": "1.4.0"}
    assert inputs(**complete)
    found = problem(**{**complete, **changes})
    assert found.input == name
    assert found.given is None


@pytest.mark.parametrize("failure", ["", "false"])
def test_every_problem_of_a_remediation_is_reported(failure: str) -> None:
    found = problems(
        **{**UPDATE, "datadog_change_failure": failure, "datadog_app_key": ""},
        launchdarkly_patch=PATCH,
        version="1.4.0",
        datadog_remediation_type="rollback",
    )
    assert [(each.input, each.given) for each in found] == [
        ("datadog-change-failure", failure or None),
        ("datadog-app-key", None),
        ("datadog-remediation-id", None),
    ]


def test_an_input_with_an_invalid_value_is_reported_once() -> None:
    reported = problems(**UPDATE, datadog_deployment_id="..")
    assert [(each.input, each.rule[:30]) for each in reported] == [
        ("datadog-deployment-id", "must be the ID of a deployment")
    ]


def test_a_problem_of_all_services_is_reported_once() -> None:
    assert problem(service="api\nweb\njob", environment="").input == "environment"


def test_an_update_by_id_needs_no_environment() -> None:
    update = {
        "event": "update",
        "launchdarkly_patch": PATCH,
        "environment": "",
        "datadog_api_key": "",
    }
    assert inputs(**update, launchdarkly_deployment_id="2f5a1c9e")


def test_without_a_vendor_no_service_is_needed() -> None:
    """As in `docker run IMAGE`, which warns that nothing is reported."""
    given = raw(launchdarkly_access_token="", datadog_api_key="")
    assert read_inputs(given, NOW, RunDefaults()).enabled.shared == {}


def test_an_invalid_change_is_one_problem() -> None:
    found = problems(event="update", launchdarkly_patch="[1]", version="1")
    assert [each.input for each in found] == ["launchdarkly-patch"]
