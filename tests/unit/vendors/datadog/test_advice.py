"""Datadog's errors: both shapes are read, and each status has its advice."""

from typing import Any

import pytest
from support.deployments import response, settings

from deployment_events.vendors.datadog.advice import explain

INPUTS = {"commit_sha": "commit-sha", "env": "environment"}


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
            {"errors": [{"detail": "x", "source": None}, {"source": {"pointer": "/a/env"}}]},
            "x - (/a/env)",
            "env",
        ),
        ({"errors": [None, 1]}, "None - 1", ""),
        ({"errors": "x"}, "", ""),
        ({"errors": {}}, "", ""),
        ([], "", ""),
        (None, "", ""),
        ("oops", "", ""),
    ],
)
def test_both_shapes_of_an_error_are_read(answer: Any, message: str, attribute: str) -> None:
    found = explain(settings("datadog"), response(400, answer))
    assert found.message == message
    assert found.advice == f"Correct the input {INPUTS.get(attribute, 'that the message names')}."


@pytest.mark.parametrize(
    ("status", "attribute", "advice"),
    [
        (400, "commit_sha", "Correct the input commit-sha."),
        (400, "custom_tags", "Correct the input tags."),
        (400, "anything", "Correct the input that the message names."),
        (401, "", "datadog-api-key"),
        (403, "", "another site than us5.datadoghq.com"),
        (403, "", "dora_metrics_write"),
        (404, "", "datadog-deployment-id"),
        (413, "", "too large"),
        (302, "", "datadog-base-url"),
    ],
)
def test_a_rejection_comes_with_its_likely_cause_and_fix(
    status: int, attribute: str, advice: str
) -> None:
    errors = {"errors": [{"detail": "x", "source": {"pointer": f"/data/{attribute}"}}]}
    given = settings("datadog", site="us5.datadoghq.com")
    found = explain(given, response(status, errors)).advice
    assert advice in found
    assert found.endswith(".")
