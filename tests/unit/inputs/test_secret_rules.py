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
    reported = problems(**{"github-token": JOB_TOKEN, name: f"x:{secret}"})
    assert [(each.input, each.rule, each.given) for each in reported] == [
        (name, "must not contain a secret", None)
    ]
    assert secret[4:] not in str(reported[0])


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
    found = problem(launchdarkly_event_metadata=text)
    assert (found.input, found.given) == ("launchdarkly-event-metadata", None)
    assert "`github` context" in found.fix


def test_a_key_in_a_service_s_line_is_an_error() -> None:
    found = problem(service=f"web\napi,team={DATADOG_API_KEY}")
    assert (found.input, found.rule) == ("service", "must not contain a secret")


@pytest.mark.parametrize("event", ["auto", "replay", "update", "skipped"])
def test_it_is_an_error_whatever_the_event_is(event: str) -> None:
    reported = problems(
        event=event,
        dry_run="true",
        replay="x" if event == "replay" else "",
        tags=f"a:{DATADOG_API_KEY}",
    )
    assert "`tags` must not contain a secret" in " ".join(map(str, reported))


def test_all_inputs_with_a_secret_are_named_and_the_other_problems_too() -> None:
    reported = problems(environment=DATADOG_API_KEY, version=LAUNCHDARKLY_TOKEN, commit_sha="abc")
    assert [each.input for each in reported] == ["environment", "version", "commit-sha"]


def test_a_short_key_is_not_searched() -> None:
    assert inputs(datadog_api_key="production").environment == "production"


def test_a_github_token_is_rejected_as_a_vendor_key() -> None:
    for name in ("launchdarkly-access-token", "datadog-api-key", "datadog-app-key"):
        reported = {each.input: each for each in problems(**{name: JOB_TOKEN})}
        assert reported[name].rule == "must not be a GitHub token"
        assert JOB_TOKEN not in str(reported[name])


def test_a_key_goes_to_one_vendor_only() -> None:
    found = problem(datadog_api_key=LAUNCHDARKLY_TOKEN)
    assert found.input == "datadog-api-key"
    assert found.rule == "must not have the same value as `launchdarkly-access-token`"
    assert found.given is None


def test_a_secret_in_csv_quotation_marks_is_found() -> None:
    key = 'ddkey"0123456789abcdef'
    quoted = '"' + key.replace('"', '""') + '"'
    [found] = problems(datadog_api_key=key, service=quoted)
    assert (found.input, found.rule, found.given) == ("service", "must not contain a secret", None)
