"""What a step reports about: its inputs, the workflow run, and the start from GitHub's API."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from ..delivery.network import Network
from ..deployment import Event
from ..github.api import ApiStart, GitHubApi
from ..github.context import Context, read_context
from ..github.derived_secrets import without_secrets
from ..github.runner import Runner
from ..github.start import read_start
from ..http.deadline import Clock
from ..inputs.model import Inputs
from ..inputs.read import RunDefaults, read_inputs
from ..resolve import needs_api_start
from .two_stages import has_two_stages


class Step(NamedTuple):
    """One step of a job."""

    inputs: Inputs
    context: Context

    @property
    def has_two_stages(self) -> bool:
        """Whether main reports the start, and post the job's result."""
        return has_two_stages(self.inputs.event, self.context.event_name)


def read_step(runner: Runner, clock: Clock, raw: Mapping[str, str]) -> Step:
    """Return the step with these inputs, after its keys were masked. Raises `InputError`."""
    context = without_secrets(read_context(os.environ), runner.secrets)
    defaults = RunDefaults(
        environment=context.environment,
        environment_expected=context.should_name_environment,
        service=context.repository_name,
    )
    return Step(read_inputs(raw, clock.now(), defaults), context)


def read_api_start(runner: Runner, network: Network, step: Step, event: Event) -> ApiStart | None:
    """Return the start from GitHub's API, or None if this event does not need it."""
    inputs = step.inputs
    if inputs.github_token is None or not needs_api_start(inputs, event):
        return None
    token = inputs.github_token.get_secret_value()
    api = GitHubApi(step.context, token, network.transport, network.deadline)
    return read_start(api, inputs.job_id, runner.debug)
