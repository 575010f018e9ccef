"""Raw inputs by the names in action.yml, as the runner passes them."""

import pytest

from deployment_events.errors import InputError, Problem
from deployment_events.inputs.model import Inputs
from deployment_events.inputs.read import RunDefaults, read_inputs
from support.keys import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN
from support.moments import NOW

RUN = RunDefaults(service="octo-repo")
"""What a workflow run without a deployment event provides."""


def raw(**changes: str) -> dict[str, str]:
    """Return inputs that enable both vendors, changed: `raw(commit_sha="…")`."""
    base = {
        "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
        "datadog-api-key": DATADOG_API_KEY,
        "environment": "production",
    }
    return base | {name.replace("_", "-"): value for name, value in changes.items()}


def inputs(**changes: str) -> Inputs:
    """Return the checked inputs."""
    return read_inputs(raw(**changes), NOW, RUN)


def problems(**changes: str) -> list[Problem]:
    """Return all problems of invalid inputs."""
    with pytest.raises(InputError) as caught:
        read_inputs(raw(**changes), NOW, RUN)
    return list(caught.value.problems)


def problem(**changes: str) -> Problem:
    """Return the single problem of invalid inputs."""
    [only] = problems(**changes)
    return only
