"""LaunchDarkly's errors: the message is read, and each status has its advice."""

from typing import Any

import pytest
from support.deployments import response

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
        ({"errors": "x"}, "", ""),
        ({}, "", ""),
        ([], "", ""),
        (None, "", ""),
        ("<html>", "", ""),
    ],
)
def test_the_message_and_its_attribute_are_read(answer: Any, message: str, attribute: str) -> None:
    found = explain(response(400, answer))
    assert found.message == message
    assert found.advice == f"Correct the input {attribute or 'that the message names'}."


@pytest.mark.parametrize(
    ("status", "attribute", "advice"),
    [
        (400, "version", "Correct the input version."),
        (400, "environmentKey", "Correct the input launchdarkly-environment-key (or environment)."),
        (400, "else", "Correct the input that the message names."),
        (401, "", "SDK key"),
        (403, "", "Writer role"),
        (403, "", "LD-API-Version: beta"),
        (404, "", "launchdarkly-project-key"),
        (301, "", "launchdarkly-base-url"),
    ],
)
def test_a_rejection_comes_with_its_likely_cause_and_fix(
    status: int, attribute: str, advice: str
) -> None:
    errors = {"errors": [{"attribute": attribute, "reason": "x"}]}
    found = explain(response(status, errors)).advice
    assert advice in found
    assert found.endswith(".")
