"""The step's outputs."""

import json
from collections.abc import Mapping, Sequence

from ..deployment import Deployment, Event
from ..github.runner import Runner
from ..messages import CheckResult, DeliveryResult
from ..values.times import iso
from ..vendors.registry import VENDORS


def set_deployment_outputs(runner: Runner, deployments: Sequence[Deployment], event: Event) -> None:
    """Set the outputs that describe the deployments of this step."""
    first, facts = deployments[0], deployments[0].facts
    # The times of an update are not the deployment's.
    if event is not Event.UPDATE:
        finished_at = "" if facts.finished_at is None else iso(facts.finished_at)
        runner.set_output("started-at", iso(facts.started_at))
        runner.set_output("finished-at", finished_at)
    version = first.version if len(deployments) == 1 else facts.version
    runner.set_output("version", version)
    runner.set_output("commit-sha", facts.commit_sha)


def set_result_outputs(
    runner: Runner,
    results: Sequence[DeliveryResult],
    *,
    service: str,
    ids: Mapping[str, str],
    outbox: str,
) -> None:
    """Set `results`, `undelivered-path`, and the IDs of one service at each vendor.

    `ids` are its IDs if no result has one. `outbox` is the file that kept what was not delivered,
    relative to the runner's temporary folder, or empty.
    """
    lost = any(result.status.is_lost for result in results)
    runner.set_output("results", json.dumps([result.as_output() for result in results]))
    runner.set_output("undelivered-path", outbox if lost else "")
    for name in VENDORS:
        found = [
            result.id
            for result in results
            if result.vendor == name and result.service == service and result.id
        ]
        runner.set_output(f"{name}-deployment-id", found[0] if found else ids.get(name, ""))


def set_check_results(runner: Runner, results: Sequence[CheckResult]) -> None:
    """Set `results` of `event: check`."""
    runner.set_output("results", json.dumps([result.as_output() for result in results]))


def set_no_results(runner: Runner) -> None:
    """Set `results` for a step that sends nothing: `fromJSON` rejects an empty text."""
    runner.set_output("results", "[]")
