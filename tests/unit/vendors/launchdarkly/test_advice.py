"""LaunchDarkly's errors: the message is read, and each status has its advice."""

from typing import Any

import pytest
from support.deployments import request, response, settings

from deployment_events.errors import Section
from deployment_events.vendors.base import Explanation
from deployment_events.vendors.launchdarkly.advice import explain

CHANGE = {"patch": '[{"op": "replace", "path": "/status", "value": "failed"}]'}
INVALID = {"code": "invalid_request", "message": "Bad"}


def explained(status: int, body: Any, method: str = "POST", **changes: Any) -> Explanation:
    """Return what a response with this JSON means."""
    sent = request("launchdarkly", method, **changes)
    return explain(settings("launchdarkly", **changes), sent, response(status, body))


def error(attribute: str = "") -> dict[str, Any]:
    return {**INVALID, "errors": [{"attribute": attribute, "reason": "x"}]}


@pytest.mark.parametrize(
    ("answer", "message", "attribute"),
    [
        ({"code": "forbidden", "message": "Access denied"}, "forbidden - Access denied", ""),
        (
            {**INVALID, "errors": [{"attribute": "version", "reason": "chars"}]},
            "invalid_request - Bad - version: chars",
            "version",
        ),
        (
            {**INVALID, "errors": [None, "y", {"reason": "z"}]},
            "invalid_request - Bad - : z",
            "",
        ),
        ({**INVALID, "errors": "y"}, "invalid_request - Bad", ""),
    ],
)
def test_the_message_and_its_attribute_are_read(answer: Any, message: str, attribute: str) -> None:
    found = explained(400, answer)
    assert found.message == message
    assert found.advice.fix == f"Correct the input {attribute or 'that the message names'}."


@pytest.mark.parametrize(
    ("status", "attribute", "advice", "section"),
    [
        (400, "version", "Correct the input version.", Section.REFUSED),
        (400, "environmentKey", "launchdarkly-environment-key (or environment)", Section.REFUSED),
        (400, "else", "Correct the input that the message names.", Section.REFUSED),
        (401, "", "SDK key", Section.UNAUTHORIZED),
        (403, "", "Writer role", Section.UNAUTHORIZED),
        (403, "", "LD-API-Version: beta", Section.UNAUTHORIZED),
        (403, "", "your plan does not include", Section.UNAUTHORIZED),
        (404, "", "launchdarkly-project-key", Section.NOT_FOUND),
        (405, "", "launchdarkly-base-url", Section.REFUSED),
    ],
)
def test_a_rejection_comes_with_its_likely_cause_and_fix(
    status: int, attribute: str, advice: str, section: Section
) -> None:
    found = explained(status, error(attribute)).advice
    assert advice in found.fix
    assert found.fix.endswith(".")
    assert found.section is section


def test_a_missing_deployment_is_not_a_missing_project() -> None:
    fix = explained(404, error(), method="PATCH", deployment_id="some-id", **CHANGE).advice.fix
    assert "compare `launchdarkly-deployment-id`" in fix
    assert "project" not in fix


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
@pytest.mark.parametrize(
    "body",
    [
        *(None, [], "<html>", {}, {"errors": ["Forbidden"]}, {"message": "Forbidden"}),
        *({"code": "x"}, {"code": 403, "message": "Forbidden"}, {"code": "x", "message": None}),
    ],
)
def test_a_response_that_is_not_launchdarklys_gets_advice_about_what_is_between(
    status: int, body: Any
) -> None:
    found = explained(status, body)
    assert found.advice.fix.startswith("The response is not in LaunchDarkly's format.")
    assert "`app.launchdarkly.com`" in found.advice.fix
    assert not found.by_vendor
    assert "token" not in found.advice.fix


def test_the_message_of_a_gateway_is_shown() -> None:
    assert explained(403, {"message": "Missing Authentication Token"}).message == (
        "Missing Authentication Token"
    )


@pytest.mark.parametrize(("status", "advice"), [(413, "too large"), (429, "rate limit")])
def test_a_size_or_rate_limit_means_the_same_from_a_gateway(status: int, advice: str) -> None:
    assert advice in explained(status, {}).advice.fix
