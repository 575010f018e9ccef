"""LaunchDarkly's errors: the message is read, and each status has its advice."""

from typing import Any

import pytest
from support.deployments import response, settings

from deployment_events.vendors.launchdarkly.advice import explain


@pytest.mark.parametrize(
    ("answer", "message", "attribute"),
    [
        ({"code": "forbidden", "message": "Access denied"}, "forbidden - Access denied", ""),
        (
            {
                "code": "invalid_request",
                "message": "Bad",
                "errors": [{"attribute": "version", "reason": "chars"}],
            },
            "invalid_request - Bad - version: chars",
            "version",
        ),
        ({"message": "x", "errors": [None, "y", {"reason": "z"}]}, "x - : z", ""),
        ({"code": "x", "errors": "y"}, "x", ""),
    ],
)
def test_the_message_and_its_attribute_are_read(answer: Any, message: str, attribute: str) -> None:
    found = explain(settings("launchdarkly"), response(400, answer))
    assert found.message == message
    assert found.advice.fix == f"Correct the input {attribute or 'that the message names'}."


@pytest.mark.parametrize(
    ("status", "attribute", "advice"),
    [
        (400, "version", "Correct the input version."),
        (400, "environmentKey", "Correct the input launchdarkly-environment-key (or environment)."),
        (400, "else", "Correct the input that the message names."),
        (401, "", "SDK key"),
        (403, "", "Writer role"),
        (403, "", "LD-API-Version: beta"),
        (403, "", "your plan does not include"),
        (404, "", "launchdarkly-project-key"),
        (405, "", "launchdarkly-base-url"),
    ],
)
def test_a_rejection_comes_with_its_likely_cause_and_fix(
    status: int, attribute: str, advice: str
) -> None:
    errors = {"code": "x", "errors": [{"attribute": attribute, "reason": "x"}]}
    found = explain(settings("launchdarkly"), response(status, errors)).advice.fix
    assert advice in found
    assert found.endswith(".")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
@pytest.mark.parametrize("body", [None, [], "<html>", {}, {"errors": ["Forbidden"]}])
def test_a_response_that_is_not_launchdarklys_gets_advice_about_what_is_between(
    status: int, body: Any
) -> None:
    found = explain(settings("launchdarkly"), response(status, body))
    assert found.advice.fix.startswith("The response is not in LaunchDarkly's format.")
    assert "`app.launchdarkly.com`" in found.advice.fix
    assert not found.by_vendor
    assert "token" not in found.advice.fix


@pytest.mark.parametrize(("status", "advice"), [(413, "too large"), (429, "rate limit")])
def test_a_size_or_rate_limit_means_the_same_from_a_gateway(status: int, advice: str) -> None:
    assert advice in explain(settings("launchdarkly"), response(status)).advice.fix
