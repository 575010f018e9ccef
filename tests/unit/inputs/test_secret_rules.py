"""A secret in the wrong input: an error that names the input and never the value."""

import json
from urllib.parse import quote

import pytest
from support.keys import DATADOG_API_KEY, JOB_TOKEN, LAUNCHDARKLY_TOKEN, SECRETS
from support.raw import inputs, problem, problems

from deployment_events.inputs.model import input_names

OPEN = sorted(set(input_names()) - set(SECRETS))


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("secret", [LAUNCHDARKLY_TOKEN, DATADOG_API_KEY, JOB_TOKEN])
def test_a_key_in_any_other_input_is_an_error_without_the_key(name: str, secret: str) -> None:
    told = problems(**{"github-token": JOB_TOKEN, name: f"x:{secret}"})
    assert [(one.input, one.rule, one.given) for one in told] == [
        (name, "must not contain a secret", None)
    ]
    assert secret[4:] not in str(told[0])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"token": JOB_TOKEN}),
        json.dumps({JOB_TOKEN: 1}),
        json.dumps({"github": json.dumps({"token": JOB_TOKEN})}),
        json.dumps({"url": f"https://x.example/?t={quote(JOB_TOKEN)}"}),
        json.dumps({"token": "github_pat_" + "x1" * 20}),
        '{"token": "\\u0067hs_' + JOB_TOKEN.removeprefix("ghs_") + '"}',
    ],
)
def test_the_job_s_token_in_metadata_is_an_error(text: str) -> None:
    only = problem(launchdarkly_event_metadata=text)
    assert (only.input, only.given) == ("launchdarkly-event-metadata", None)
    assert "`github` context" in only.fix


def test_a_key_in_a_service_s_line_is_an_error() -> None:
    only = problem(service=f"web\napi,team={DATADOG_API_KEY}")
    assert (only.input, only.rule) == ("service", "must not contain a secret")


@pytest.mark.parametrize("event", ["auto", "replay", "update", "skipped"])
def test_it_is_an_error_whatever_the_event_is(event: str) -> None:
    told = problems(
        event=event,
        dry_run="true",
        replay="x" if event == "replay" else "",
        tags=f"a:{DATADOG_API_KEY}",
    )
    assert "tags must not contain a secret" in " ".join(map(str, told))


def test_all_inputs_with_a_secret_are_named_and_the_other_problems_too() -> None:
    told = problems(environment=DATADOG_API_KEY, version=LAUNCHDARKLY_TOKEN, commit_sha="abc")
    assert [one.input for one in told] == ["environment", "version", "commit-sha"]


def test_a_short_key_is_not_searched() -> None:
    assert inputs(datadog_api_key="production").environment == "production"


def test_a_github_token_is_no_vendor_s_key() -> None:
    for name in ("launchdarkly-access-token", "datadog-api-key", "datadog-app-key"):
        told = {one.input: one for one in problems(**{name: JOB_TOKEN})}
        assert told[name].rule == "must not be a GitHub token"
        assert JOB_TOKEN not in str(told[name])


def test_a_key_goes_to_one_vendor_only() -> None:
    only = problem(datadog_api_key=LAUNCHDARKLY_TOKEN)
    assert only.input == "datadog-api-key"
    assert only.rule == "must not have the same value as launchdarkly-access-token"
    assert only.given is None


def test_a_secret_in_csv_quotation_marks_is_found() -> None:
    key = 'ddkey"0123456789abcdef'
    quoted = '"' + key.replace('"', '""') + '"'
    [found] = problems(datadog_api_key=key, service=quoted)
    assert (found.input, found.rule, found.given) == ("service", "must not contain a secret", None)
