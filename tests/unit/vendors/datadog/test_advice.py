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
        ({"errors": []}, "", ""),
    ],
)
def test_both_shapes_of_an_error_are_read(answer: Any, message: str, attribute: str) -> None:
    found = explain(settings("datadog"), response(400, answer))
    assert found.message == message
    assert (
        found.advice.fix == f"Correct the input {INPUTS.get(attribute, 'that the message names')}."
    )


@pytest.mark.parametrize(
    ("status", "attribute", "advice"),
    [
        (400, "commit_sha", "Correct the input commit-sha."),
        (400, "custom_tags", "Correct the input tags."),
        (400, "anything", "Correct the input that the message names."),
        (401, "", "datadog-api-key"),
        (403, "", "a different site than `us5.datadoghq.com`"),
        (403, "", "dora_metrics_write"),
        (404, "", "datadog-deployment-id"),
        (404, "", "`us5.datadoghq.com` has no such deployment"),
        (413, "", "too large"),
        (405, "", "Check that `us5.datadoghq.com` is your Datadog site"),
    ],
)
def test_a_rejection_comes_with_its_likely_cause_and_fix(
    status: int, attribute: str, advice: str
) -> None:
    errors = {"errors": [{"detail": "x", "source": {"pointer": f"/data/{attribute}"}}]}
    given = settings("datadog", site="us5.datadoghq.com")
    found = explain(given, response(status, errors)).advice.fix
    assert advice in found
    assert found.endswith(".")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_advice_about_a_site_names_the_host_that_was_asked(status: int) -> None:
    given = settings("datadog", base_url="https://datadog.proxy.example:8443/api")
    found = explain(given, response(status, {"errors": ["no"]})).advice.fix
    assert "`datadog.proxy.example:8443`" in found
    assert "datadoghq.com" not in found


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
@pytest.mark.parametrize("body", [None, [], "x", {}, {"errors": "x"}, {"message": "Forbidden"}])
def test_a_response_that_is_not_datadogs_gets_advice_about_what_is_between(
    status: int, body: Any
) -> None:
    found = explain(settings("datadog", site="us5.datadoghq.com"), response(status, body))
    assert found.advice.fix.startswith("The response is not in Datadog's format.")
    assert "`api.us5.datadoghq.com`" in found.advice.fix
    assert not found.by_vendor
    assert "api-key" not in found.advice.fix


@pytest.mark.parametrize(("status", "advice"), [(413, "too large"), (429, "rate limit")])
def test_a_size_or_rate_limit_means_the_same_from_a_gateway(status: int, advice: str) -> None:
    assert advice in explain(settings("datadog"), response(status)).advice.fix
