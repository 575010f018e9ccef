"""Datadog's errors: both formats are read, and each status has its advice."""

from typing import Any

import pytest
from support.deployments import request, response, settings
from support.keys import DATADOG_APP_KEY

from deployment_events.errors import Section
from deployment_events.vendors.base import Explanation
from deployment_events.vendors.datadog.advice import explain

INPUTS = {"commit_sha": "commit-sha", "env": "environment"}
CHANGE = {"app_key": DATADOG_APP_KEY, "change_failure": "true"}
BY_ID = {**CHANGE, "deployment_id": "gh-1-1-0123456789"}
SITE = "us5.datadoghq.com"


def explained(status: int, body: Any = None, method: str = "POST", **changes: Any) -> Explanation:
    """Return what a response with this JSON means."""
    answer = response(status, {"errors": ["no"]} if body is None else body)
    return explain(settings("datadog", **changes), request("datadog", method, **changes), answer)


@pytest.mark.parametrize(
    ("answer", "message", "attribute"),
    [
        ({"errors": ["Forbidden"]}, "Forbidden", ""),
        ({"errors": ["a", "b"]}, "a - b", ""),
        (
            {
                "errors": [
                    {
                        "title": "Bad",
                        "detail": "short",
                        "source": {"pointer": "/data/attributes/git/commit_sha"},
                    }
                ]
            },
            "Bad: short: (/data/attributes/git/commit_sha)",
            "commit_sha",
        ),
        ({"errors": [{"title": "Bad", "source": {"parameter": "env"}}]}, "Bad: (env)", "env"),
        (
            {"errors": [{"detail": "x", "source": {"header": "DD-API-KEY"}}]},
            "x: (DD-API-KEY)",
            "DD-API-KEY",
        ),
        (
            {"errors": [{"detail": "x"}, {"title": "y", "source": {"pointer": "/a/env"}}]},
            "x - y: (/a/env)",
            "env",
        ),
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_both_formats_of_an_error_are_read(
    status: int, answer: Any, message: str, attribute: str
) -> None:
    found = explained(status, answer)
    assert found.message == message
    wanted = INPUTS.get(attribute, "that the message names")
    assert found.advice.fix == f"Correct the input {wanted}."
    assert found.by_vendor


@pytest.mark.parametrize("status", [401, 403])
def test_a_rejected_event_names_the_api_key_only(status: int) -> None:
    found = explained(status, site=SITE, app_key=DATADOG_APP_KEY).advice
    assert f"`datadog-api-key` is invalid, revoked, or for a different site than `{SITE}`" in (
        found.fix
    )
    assert "app-key" not in found.fix
    assert "application key" not in found.fix
    assert ("plan does not include DORA metrics" in found.fix) == (status == 403)
    assert found.section is Section.UNAUTHORIZED


def test_a_rejected_change_names_both_keys_and_the_scope() -> None:
    fix = explained(403, method="PATCH", **CHANGE).advice.fix
    assert "`datadog-api-key` or `datadog-app-key` is invalid" in fix
    assert "lacks the scope `dora_metrics_write`" in fix
    assert "plan" in fix


def test_a_change_without_an_application_key_asks_for_one() -> None:
    """A replay may contain a change, whatever the inputs of its run are."""
    fix = explained(403, method="PATCH", change_failure="true").advice.fix
    assert fix.startswith("Set `datadog-app-key`")
    assert "api-key" not in fix


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({}, "`datadog-api-key` is"),
        ({"app_key": DATADOG_APP_KEY}, "`datadog-api-key` or `datadog-app-key` is"),
    ],
)
def test_a_check_proves_neither_the_scope_nor_the_plan(changes: Any, keys: str) -> None:
    fix = explained(403, method="GET", **changes).advice.fix
    assert fix.startswith(keys)
    assert "scope" not in fix
    assert "plan" not in fix


@pytest.mark.parametrize(
    ("changes", "names"),
    [(CHANGE, "`service`, `environment` and `version`"), (BY_ID, "`datadog-deployment-id`")],
)
def test_a_missing_deployment_names_what_selects_it(changes: Any, names: str) -> None:
    found = explained(404, method="PATCH", site=SITE, **changes).advice
    assert f"`{SITE}` has no such deployment: compare {names} with" in found.fix
    assert "check `datadog-site`" in found.fix
    assert found.section is Section.NOT_FOUND


@pytest.mark.parametrize("status", [404, 405])
def test_an_unknown_address_of_an_event_is_not_a_missing_deployment(status: int) -> None:
    found = explained(status, site=SITE)
    assert f"Check that `{SITE}` (from `datadog-site`) is your Datadog site" in found.advice.fix
    assert found.advice.section is Section.SITE
    # With another site, a replay of the same event may succeed.
    assert not found.by_vendor


@pytest.mark.parametrize("status", [401, 403, 404, 405])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_with_a_base_url_advice_names_the_host_that_was_asked(status: int, method: str) -> None:
    given = {**CHANGE, "base_url": "https://datadog.proxy.example:8443/api"}
    fix = explained(status, method=method, **given).advice.fix
    assert "`datadog.proxy.example:8443`" in fix
    assert "datadoghq.com" not in fix
    assert "datadog-site" not in fix


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
@pytest.mark.parametrize(
    "body",
    [
        *([], "x", {}, {"errors": "x"}, {"errors": []}, {"message": "Forbidden"}),
        *({"errors": [None]}, {"errors": [1]}, {"errors": [{}]}, {"errors": ["no", None]}),
        {"errors": [{"code": 5, "message": "no"}]},
    ],
)
def test_a_response_that_is_not_datadogs_gets_advice_about_what_is_between(
    status: int, body: Any
) -> None:
    found = explained(status, body, site=SITE)
    assert found.advice.fix.startswith("The response is not in Datadog's format.")
    assert f"`api.{SITE}`" in found.advice.fix
    assert found.advice.section is Section.NETWORK
    assert not found.by_vendor
    assert "api-key" not in found.advice.fix


@pytest.mark.parametrize(("status", "advice"), [(413, "too large"), (429, "rate limit")])
def test_a_size_or_rate_limit_means_the_same_from_a_gateway(status: int, advice: str) -> None:
    assert advice in explained(status, {}).advice.fix
