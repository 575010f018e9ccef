"""`event: check` verifies the setup of both vendors, and reports no deployment."""

from pathlib import Path
from typing import Any

import pytest
from support import datadog_client, keys
from support.github import deployment_status
from support.quick import MakeStep, quick_step
from support.step import Ended

from sandbox import Sandbox
from sandbox.faults.bodies import body

VALID = [("launchdarkly", "valid"), ("datadog", "valid")]


@pytest.fixture
def make_step(tmp_path: Path, sandbox: Sandbox) -> MakeStep:
    """Make a step that checks both vendors; inputs may be overridden."""
    return lambda **options: quick_step(tmp_path, sandbox, **({"event": "check"} | options))


def statuses(ended: Ended) -> list[tuple[str, str]]:
    return [(row["vendor"], row["status"]) for row in ended.results]


def requests(sandbox: Sandbox) -> list[tuple[str, str, dict[str, str]]]:
    return [(request.method, request.path, request.query) for request in sandbox.requests()]


def test_each_vendor_is_checked_once_and_nothing_is_reported(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step(service="one\ntwo\nthree")
    main = step.main()
    assert (main.code, statuses(main)) == (0, VALID)
    assert sorted(requests(sandbox)) == [
        ("GET", "/api/v1/validate", {}),
        (
            "GET",
            "/api/v2/engineering-insights/deployments",
            {"projectKey": "default", "environmentKey": "production", "limit": "1"},
        ),
    ]
    assert not sandbox.deployments("launchdarkly") + sandbox.deployments("datadog")
    assert main.state == {"done": "true"}
    assert step.outbox == []
    assert not main.annotations("warning") + main.annotations("error")


def test_a_row_of_results_has_no_service_and_the_event_check(make_step: MakeStep) -> None:
    for row in make_step().main().results:
        assert (row["service"], row["event"], row["id"]) == ("", "check", "")
        assert (row["attempts"], row["error"]) == (1, "")


def test_an_application_key_is_one_more_check(make_step: MakeStep, sandbox: Sandbox) -> None:
    ended = make_step(datadog_app_key=keys.DATADOG_APP_KEY).main()
    assert (ended.code, statuses(ended)) == (0, [*VALID, ("datadog", "valid")])
    assert ("GET", "/api/v2/validate_keys", {}) in requests(sandbox)


def test_every_valid_line_ends_with_what_was_not_verified(make_step: MakeStep) -> None:
    ended = make_step(datadog_app_key=keys.DATADOG_APP_KEY).main()
    lines = [line for line in ended.stdout.splitlines() if ": valid: " in line]
    endings = [line.partition("Not verified: ")[2] for line in lines]
    assert endings[0] == "the permission to write."
    assert all("source of deployments" in ending and "plan" in ending for ending in endings[1:])
    assert "scope `dora_metrics_write`" in endings[2]
    assert [row["note"].partition("Not verified: ")[2] for row in ended.results] == endings
    assert ended.summary.count("Not verified") == 3


@pytest.mark.parametrize(
    ("changes", "vendor", "words"),
    [
        (
            {"launchdarkly_access_token": "api-of-another-account"},
            "launchdarkly",
            "`launchdarkly-access-token` is invalid",
        ),
        ({"launchdarkly_project_key": "other"}, "launchdarkly", "`launchdarkly-project-key`"),
        ({"datadog_api_key": "0" * 32}, "datadog", "`datadog-api-key` is invalid"),
    ],
)
@pytest.mark.parametrize("fail_on_error", ["true", "false"])
def test_what_a_vendor_rejects_fails_the_step_with_the_advice_of_a_real_failure(
    make_step: MakeStep, changes: dict[str, str], vendor: str, words: str, fail_on_error: str
) -> None:
    ended = make_step(**changes, fail_on_error=fail_on_error).main()
    assert ended.code == 1
    assert (ended.result(vendor)["status"], ended.result(vendor)["attempts"]) == ("refused", 1)
    [error] = ended.annotations("error")
    assert ": refused: " in error
    assert words in error
    assert [row["status"] for row in ended.results if row["vendor"] != vendor] == ["valid"]
    assert "not everything is valid" in ended.summary


def test_an_invalid_application_key_is_distinguished_from_an_invalid_api_key(
    make_step: MakeStep,
) -> None:
    ended = make_step(datadog_app_key="0" * 40).main()
    assert [status for _, status in statuses(ended)] == ["valid", "valid", "refused"]
    [error] = ended.annotations("error")
    assert error.startswith("Datadog: refused: `datadog-app-key` at ")


@pytest.mark.parametrize(
    "fault",
    [
        *("status-503", "status-429", "status-408", "gateway-401", "gateway-403", "gateway-404"),
        *("redirect-302-foreign", "html-body", "null-body", "empty-body", "deep-json"),
    ],
)
@pytest.mark.parametrize("vendor", ["launchdarkly", "datadog"])
def test_a_vendor_that_was_not_reached_is_not_checked_and_never_invalid(
    make_step: MakeStep, sandbox: Sandbox, vendor: str, fault: str
) -> None:
    sandbox.fail(vendor, fault)
    ended = make_step(timeout_seconds="3").main()
    assert ended.code == 1
    assert ended.result(vendor)["status"] == "undelivered"
    [error] = ended.annotations("error")
    assert "not checked" in error
    assert not [word for word in ("invalid", "revoked", "refused: ") if word in error]
    assert [row["status"] for row in ended.results if row["vendor"] != vendor] == ["valid"]


def test_an_unreachable_vendor_does_not_use_up_the_time_of_the_other(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.unplug("launchdarkly")
    ended = make_step(timeout_seconds="2").main()
    assert statuses(ended) == [("launchdarkly", "undelivered"), ("datadog", "valid")]


def test_a_key_that_datadog_reports_as_invalid_is_refused(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.fail("datadog", body("invalid-key", "says no", b'{"valid": false}'))
    ended = make_step().main()
    assert (ended.code, ended.result("datadog")["status"]) == (1, "refused")


@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_without_any_key_the_step_fails(make_step: MakeStep, dry_run: str) -> None:
    ended = make_step(launchdarkly_access_token="", datadog_api_key="", dry_run=dry_run).main()
    assert (ended.code, ended.results) == (1, [])
    [error] = ended.annotations("error")
    assert "neither `launchdarkly-access-token` nor `datadog-api-key` is set" in error


def test_a_vendor_without_its_key_is_not_checked(make_step: MakeStep, sandbox: Sandbox) -> None:
    ended = make_step(launchdarkly_access_token="").main()
    assert (ended.code, statuses(ended)) == (0, [("datadog", "valid")])
    assert not sandbox.requests("launchdarkly")


def test_a_dry_run_only_prints_the_requests_without_their_keys(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step(dry_run="true", datadog_app_key=keys.DATADOG_APP_KEY)
    ended = step.main()
    assert (ended.code, {status for _, status in statuses(ended)}) == (0, {"dry-run"})
    assert not sandbox.requests()
    assert f"GET {sandbox.datadog_url}/api/v1/validate" in ended.stdout
    assert f"GET {sandbox.datadog_url}/api/v2/validate_keys" in ended.stdout
    assert "limit=1" in ended.stdout
    assert "DD-APPLICATION-KEY: ***" in ended.stdout
    assert step.leaks(ended) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"datadog_site": "datadohq.com", "datadog_base_url": ""}, "datadog-site"),
        ({"launchdarkly_access_token": "sdk-0123"}, "launchdarkly-access-token"),
        ({"environment": ""}, "environment"),
    ],
)
def test_an_invalid_input_fails_the_step_before_anything_is_sent(
    make_step: MakeStep, sandbox: Sandbox, changes: dict[str, str], name: str
) -> None:
    ended = make_step(**changes).main()
    assert ended.code == 1
    [error] = ended.annotations("error")
    assert error.startswith(f"`{name}` ")
    assert not sandbox.requests()


def test_on_a_deployment_status_event_its_environment_is_checked(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    env = {"GITHUB_EVENT_NAME": "deployment_status"}
    ended = make_step(environment="", env=env, payload=deployment_status()).main()
    assert (ended.code, statuses(ended)) == (0, VALID)
    assert sandbox.requests("launchdarkly")[0].query["environmentKey"] == "staging"


def test_an_event_without_its_environment_is_an_error_of_the_check(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    env = {"GITHUB_EVENT_NAME": "deployment_status"}
    ended = make_step(environment="", env=env, payload=deployment_status(environment="")).main()
    assert ended.code == 1
    [error] = ended.annotations("error")
    assert error.startswith("`environment` is required by LaunchDarkly")
    assert not sandbox.requests()


def test_a_bug_fails_the_step(make_step: MakeStep, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("deployment_events.stages.check.run_checks", broken)
    ended = make_step().main()
    assert ended.code == 1
    assert "bug" in ended.annotations("warning")[0]


def test_no_key_is_shown(make_step: MakeStep, sandbox: Sandbox) -> None:
    sandbox.fail("datadog", "echo-key-everywhere")
    sandbox.fail("launchdarkly", "echo-key")
    step = make_step(datadog_app_key=keys.DATADOG_APP_KEY)
    ended = step.main()
    assert ended.code == 1
    assert step.leaks(ended) == []


def test_a_key_in_the_path_of_the_ca_bundle_is_not_in_the_results(make_step: MakeStep) -> None:
    key = "0123456789abcdef-key"
    ended = make_step(
        datadog_api_key=key,
        datadog_base_url="https://127.0.0.1:1",
        env={"REQUESTS_CA_BUNDLE": f"/{key}/ca.pem"},
    ).main()
    assert "'/***/ca.pem'" in ended.result("datadog")["error"]
    assert key not in ended.raw


def shape(request: Any) -> tuple[str, str, dict[str, str], set[str]]:
    """Return what a vendor reads of a request."""
    credentials = {"authorization", "dd-api-key", "dd-application-key"} & request.headers.keys()
    return request.method, request.path, request.query, credentials


def test_datadogs_client_makes_the_same_requests(make_step: MakeStep, sandbox: Sandbox) -> None:
    make_step(datadog_app_key=keys.DATADOG_APP_KEY).main()
    ours = {request.path: request for request in sandbox.requests("datadog")}
    sandbox.reset()
    both = {"apiKeyAuth": keys.DATADOG_API_KEY, "appKeyAuth": keys.DATADOG_APP_KEY}
    configuration = datadog_client.Configuration(host=sandbox.datadog_url, api_key=both)
    with datadog_client.ApiClient(configuration) as client:
        datadog_client.AuthenticationApi(client).validate()
        datadog_client.KeyManagementApi(client).validate_api_key()
    theirs = {request.path: request for request in sandbox.requests("datadog")}
    assert ours.keys() == theirs.keys()
    for path, request in theirs.items():
        assert shape(ours[path])[:3] == shape(request)[:3]
    assert shape(ours["/api/v1/validate"])[3] == {"dd-api-key"}
    assert shape(ours["/api/v2/validate_keys"])[3] == {"dd-api-key", "dd-application-key"}
