"""Raw inputs: what the runner hands over, by the names in action.yml."""

import pytest

from deployment_events.errors import InputError, Problem
from deployment_events.inputs.model import Inputs
from deployment_events.inputs.read import read_inputs
from support.moments import NOW

LAUNCHDARKLY_TOKEN = "api-00000000-1111-2222-3333-444444444444"
DATADOG_API_KEY = "dd5eed00" * 4
DATADOG_APP_KEY = "dd5eed99" * 5
GITHUB_TOKEN = "ghs_000000000000000000000000000000000000"
SECRETS = {
    "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
    "datadog-api-key": DATADOG_API_KEY,
    "datadog-app-key": DATADOG_APP_KEY,
    "github-token": GITHUB_TOKEN,
}


def raw(**changes: str) -> dict[str, str]:
    """Return inputs that turn on both vendors, changed: `raw(commit_sha="…")`."""
    base = {
        "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
        "datadog-api-key": DATADOG_API_KEY,
        "environment": "production",
    }
    return base | {name.replace("_", "-"): value for name, value in changes.items()}


def inputs(**changes: str) -> Inputs:
    """Return the checked inputs."""
    return read_inputs(raw(**changes), NOW)


def problems(**changes: str) -> list[Problem]:
    """Return everything that is wrong with the inputs: something must be."""
    with pytest.raises(InputError) as caught:
        read_inputs(raw(**changes), NOW)
    return list(caught.value.problems)


def problem(**changes: str) -> Problem:
    """Return the one thing that is wrong with the inputs."""
    [only] = problems(**changes)
    return only
