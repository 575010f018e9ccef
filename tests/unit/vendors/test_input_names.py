"""Which inputs contain keys."""

from support.github import SHA
from support.keys import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN, SECRETS
from support.raw import raw

from deployment_events.vendors.input_names import secret_names, secret_values


def test_every_key_is_masked_well_formed_or_not() -> None:
    given = raw(datadog_api_key="not well formed", github_token="ghs_1", commit_sha=SHA)
    assert sorted(secret_values(given)) == sorted([LAUNCHDARKLY_TOKEN, "not well formed", "ghs_1"])


def test_the_secrets_are_the_keys() -> None:
    assert set(secret_names()) == set(SECRETS)
    assert DATADOG_API_KEY in secret_values(raw())
