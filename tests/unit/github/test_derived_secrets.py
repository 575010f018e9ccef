"""Values of the run that contain a secret are left out, with a warning, and nothing fails."""

import pytest
from support.github import HEAD, context, deployment_status
from support.keys import JOB_TOKEN, LAUNCHDARKLY_TOKEN

from deployment_events.github.context import Context
from deployment_events.github.derived_secrets import without_secrets
from deployment_events.values.secrets import SecretMatcher

SECRETS = SecretMatcher([LAUNCHDARKLY_TOKEN])


def cleaned(given: Context, secrets: SecretMatcher = SECRETS) -> tuple[Context, str]:
    """Return the context without secrets, and its only warning."""
    clean = without_secrets(given, secrets)
    [warning] = clean.warnings
    assert LAUNCHDARKLY_TOKEN not in warning
    assert JOB_TOKEN not in warning
    return clean, warning


def test_a_context_without_secrets_is_not_changed() -> None:
    for given in (context(), context("deployment_status", deployment_status())):
        assert without_secrets(given, SECRETS) == given


@pytest.mark.parametrize("secret", [LAUNCHDARKLY_TOKEN, JOB_TOKEN])
@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("actor", "GITHUB_ACTOR"),
        ("workflow", "GITHUB_WORKFLOW"),
        ("job", "GITHUB_JOB"),
        ("ref", "GITHUB_REF"),
        ("repository", "GITHUB_REPOSITORY"),
        ("runner_name", "RUNNER_NAME"),
    ],
)
def test_a_variable_with_a_secret_is_left_out(field: str, name: str, secret: str) -> None:
    clean, warning = cleaned(context(**{field: f"x {secret}"}))
    assert getattr(clean, field) == ""
    assert warning.startswith(f"`{name}` contains a secret, so it is omitted")


def test_the_next_best_source_is_used() -> None:
    tag = f"refs/tags/{LAUNCHDARKLY_TOKEN}"
    assert cleaned(context(ref=tag))[0].version("abc").value == "abc"
    release = {"release": {"tag_name": LAUNCHDARKLY_TOKEN, "id": 1}}
    clean, warning = cleaned(context("release", release, ref="refs/tags/v2"))
    assert clean.version("abc").value == "v2"
    assert clean.payload == {"release": {"id": 1}}
    assert "release.tag_name" in warning


def test_an_environment_with_a_secret_is_unknown() -> None:
    payload = deployment_status(environment=JOB_TOKEN)
    clean, warning = cleaned(context("deployment_status", payload))
    assert clean.environment == ""
    assert clean.commit().value == HEAD
    assert "deployment.environment" in warning


def test_a_secret_that_spans_the_parts_of_a_url_is_not_in_it() -> None:
    secrets = SecretMatcher(["github.com/octo-org"])
    clean, _ = cleaned(context(), secrets)
    assert clean.repository_url == ""
    assert clean.repository_name == "octo-repo"
    assert not secrets.found_in(clean.metadata())
