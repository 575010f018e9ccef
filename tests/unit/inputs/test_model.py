"""The validated inputs: names, secrets, and warnings."""

import pytest
from support.keys import DATADOG_APP_KEY, SECRETS
from support.moments import NOW
from support.raw import RUN, inputs

from deployment_events.inputs.model import Options, input_names
from deployment_events.inputs.read import read_inputs
from deployment_events.vendors.input_names import input_name, secret_names, vendor_of_secret

PATCH = '[{"op": "replace", "path": "/status", "value": "failed"}]'


def test_the_secrets_of_no_vendor_are_the_secret_options() -> None:
    """`secret_names` cannot read the model, because it belongs to a lower layer."""
    fields = Options.model_fields.items()
    secrets = [name for name, field in fields if "SecretStr" in str(field.annotation)]
    assert [input_name("", name) for name in secrets] == [
        name for name in secret_names() if not vendor_of_secret(name)
    ]


def test_every_input_has_one_name() -> None:
    assert len(set(input_names())) == len(input_names())
    assert set(secret_names()) <= set(input_names())


@pytest.mark.parametrize(
    ("text", "id_"),
    [("48000000001", "48000000001"), ("", ""), ("x", ""), ("1" * 21, ""), ("²", "")],
)
def test_a_job_id_is_digits_or_empty(text: str, id_: str) -> None:
    assert inputs(job_id=text).job_id == id_


def test_a_vendor_is_enabled_if_its_key_is_set() -> None:
    assert list(inputs().enabled.shared) == ["launchdarkly", "datadog"]
    assert list(inputs(datadog_api_key="").enabled.shared) == ["launchdarkly"]
    assert list(inputs(launchdarkly_access_token="").enabled.shared) == ["datadog"]


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        (
            {"launchdarkly_access_token": "", "launchdarkly_project_key": "shop"},
            "because `launchdarkly-access-token` is not set",
        ),
        (
            {"datadog_api_key": "", "datadog_team": "web"},
            "Nothing is sent to Datadog, because `datadog-api-key` is not set",
        ),
        ({"launchdarkly_base_url": "https://app.launchdarkly.us"}, "federal"),
        ({"launchdarkly_base_url": "https://app.eu.launchdarkly.com"}, "EU"),
        ({"datadog_site": "ddog-gov.com"}, "government"),
        ({"datadog_site": "us2.ddog-gov.com"}, "government"),
        (
            {"datadog_change_failure": "true"},
            "Only `event: update` uses `datadog-change-failure`. This event is `auto`.",
        ),
        ({"launchdarkly_patch": PATCH}, "Only `event: update` uses `launchdarkly-patch`"),
        (
            {"launchdarkly_deployment_id": "4c0f"},
            "Only `event: update` uses `launchdarkly-deployment-id`",
        ),
    ],
)
def test_probable_mistakes_cause_a_warning(changes: dict[str, str], warning: str) -> None:
    [found] = inputs(**changes).warnings()
    assert warning in found
    assert found.endswith(".")


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({}, True),
        ({"event": "success"}, True),
        ({"event": "cancelled", "on_cancelled": "finished"}, True),
        ({"event": "cancelled"}, False),
        ({"event": "started"}, False),
        ({"event": "failure"}, False),
        ({"event": "skipped"}, False),
        ({"event": "custom"}, False),
        ({"environment": "production"}, False),
    ],
)
def test_datadog_alone_without_an_environment_causes_a_warning(
    changes: dict[str, str], warned: bool
) -> None:
    given = inputs(**{"environment": "", "launchdarkly_access_token": "", **changes})
    assert [text.startswith("`environment` is empty") for text in given.warnings()] == (
        [True] if warned else []
    )


def test_defaults_from_the_runner_cause_no_warning() -> None:
    given = read_inputs(
        {
            "launchdarkly-project-key": "default",
            "launchdarkly-base-url": "https://app.launchdarkly.com",
            "datadog-site": "datadoghq.com",
        },
        NOW,
        RUN,
    )
    assert list(given.warnings()) == []
    assert list(inputs().warnings()) == []


def test_no_secret_is_shown_by_the_model() -> None:
    shown = repr(inputs(datadog_app_key=DATADOG_APP_KEY, github_token=SECRETS["github-token"]))
    assert not [secret for secret in SECRETS.values() if secret in shown]
