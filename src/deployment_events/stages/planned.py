"""The deployments of a step and their messages: planned and sent."""

from collections.abc import Sequence
from typing import NamedTuple

from ..delivery.network import Network
from ..delivery.outbox import Outbox
from ..deployment import Deployment, Event
from ..github.api import ApiStart
from ..github.runner import Runner
from ..http.deadline import Clock
from ..inputs.model import Inputs
from ..report.outputs import set_deployment_outputs
from ..resolve import resolve
from ..vendors.plan import Plan, make_plan
from .send import Sent, send
from .step import Step


class Planned(NamedTuple):
    """What a step reports."""

    deployments: Sequence[Deployment]
    plan: Plan

    @property
    def first_service(self) -> str:
        """The service whose deployment IDs are outputs."""
        return self.deployments[0].service.name


def plan_step(
    runner: Runner, clock: Clock, step: Step, event: Event, api_start: ApiStart | None = None
) -> Planned:
    """Return the deployments and their messages, after writing about them."""
    inputs, now = step.inputs, clock.now()
    resolution = resolve(
        inputs, step.context, event, now=now, hide=runner.hide, api_start=api_start
    )
    plan = make_plan(resolution.deployments, inputs.enabled, event, now)
    runner.log(f"{event}: {', '.join(resolution.sources)}")
    for warning in (*resolution.warnings, *plan.warnings):
        runner.warning(warning)
    for note in plan.notes:
        runner.notice(note)
    set_deployment_outputs(runner, resolution.deployments, event)
    return Planned(resolution.deployments, plan)


def send_plan(runner: Runner, inputs: Inputs, plan: Plan, outbox: Outbox, network: Network) -> Sent:
    """Send the messages; what is not accepted stays in the outbox."""
    return send(
        runner,
        plan.messages,
        inputs.enabled.shared,
        outbox,
        network,
        dry_run=inputs.dry_run,
        skipped=plan.skipped,
    )
