"""The requests that verify Datadog's keys, and how their responses are read."""

from typing import Any

import pytest
from support.deployments import settings
from support.keys import DATADOG_APP_KEY

from deployment_events.vendors.datadog.checks import make_checks


def test_without_an_application_key_only_the_api_key_is_checked() -> None:
    [check] = make_checks(settings("datadog", site="datadoghq.eu"))
    assert check.request.method == "GET"
    assert check.request.url == "https://api.datadoghq.eu/api/v1/validate"
    assert set(check.request.credentials) == {"DD-API-KEY"}
    assert check.subject == "`datadog-api-key` at `datadoghq.eu`"
    assert "scope" not in check.not_verified


def test_the_application_key_is_checked_with_both_keys() -> None:
    [_, check] = make_checks(settings("datadog", app_key=DATADOG_APP_KEY))
    assert check.request.url == "https://api.datadoghq.com/api/v2/validate_keys"
    assert set(check.request.credentials) == {"DD-API-KEY", "DD-APPLICATION-KEY"}
    assert "scope `dora_metrics_write`" in check.not_verified


def test_a_check_names_the_host_of_a_base_url() -> None:
    [check] = make_checks(settings("datadog", base_url="https://datadog.proxy.example"))
    assert check.subject == "`datadog-api-key` at `datadog.proxy.example`"


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"valid": True}, True),
        ({"valid": False}, False),
        *((body, None) for body in ({}, {"valid": "yes"}, {"valid": 1}, None, [], "ok")),
    ],
)
def test_only_the_documented_response_says_whether_the_api_key_is_valid(
    body: Any, valid: bool | None
) -> None:
    assert make_checks(settings("datadog"))[0].read(body) is valid


@pytest.mark.parametrize(
    ("body", "valid"),
    [({"status": "ok"}, True), *((body, None) for body in ({"status": "no"}, {}, None, [], "ok"))],
)
def test_only_the_documented_response_says_that_both_keys_are_valid(
    body: Any, valid: bool | None
) -> None:
    assert make_checks(settings("datadog", app_key=DATADOG_APP_KEY))[1].read(body) is valid
