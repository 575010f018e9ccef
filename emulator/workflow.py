"""Runs workflow files, so that tests can execute the examples.

Jobs run one after the other, after those that they need. Ignored: `permissions`, `runs-on`,
`container`, `concurrency` and the filters of `on`. Everything else, such as a matrix or a reusable
workflow, is an error; tests/act executes the examples that use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any

from emulator.expressions import condition
from emulator.job import Job
from emulator.manifest import load_yaml
from emulator.results import JobResult, Outcome

_KEYS = {"name", "on", "permissions", "concurrency", "jobs"}
_JOB_KEYS = {
    *("permissions", "runs-on", "container"),
    *("needs", "if", "steps", "outputs", "continue-on-error"),
}


class WorkflowError(ValueError):
    """A workflow that GitHub would reject, or that uses what is not emulated."""


@dataclass(frozen=True)
class WorkflowResult:
    """A finished run."""

    jobs: Mapping[str, JobResult]

    @property
    def conclusion(self) -> Outcome:
        """The worst conclusion of a job."""
        conclusions = [job.conclusion for job in self.jobs.values()]
        return _first(("failure", "cancelled", "success", "skipped"), conclusions)

    @property
    def summary(self) -> str:
        """The summaries of all jobs, in the order in which they ran."""
        return "\n".join(job.summary for job in self.jobs.values() if job.summary)


def run_workflow(
    text: str,
    *,
    event_name: str = "push",
    github: Mapping[str, object] | None = None,
    **settings: Any,
) -> WorkflowResult:
    """Run the workflow in a text; `settings` are those of each `Job`."""
    document = load_yaml(text)
    _check_keys("the workflow", document, _KEYS)
    triggers = document["on"]
    if event_name not in ([triggers] if isinstance(triggers, str) else triggers):
        raise WorkflowError(f"the workflow does not run on {event_name!r}")
    github = {"workflow": document.get("name", "workflow"), **(github or {})}
    settings |= {"event_name": event_name, "github": github}
    jobs = document["jobs"]
    results: dict[str, JobResult] = {}
    order = TopologicalSorter({name: _needs(spec) for name, spec in jobs.items()})
    for name in order.static_order():
        needed = {needed: results[needed] for needed in _needs(jobs[name])}
        results[name] = _run_job(name, jobs[name], needed, settings)
    return WorkflowResult(results)


def _needs(spec: Mapping[str, Any]) -> list[str]:
    needs = spec.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def _run_job(
    name: str,
    spec: Mapping[str, Any],
    needed: Mapping[str, JobResult],
    settings: Mapping[str, Any],
) -> JobResult:
    """Run a job, or skip it if its condition does not hold."""
    _check_keys(f"the job {name!r}", spec, _JOB_KEYS)
    needs = {
        each: {"result": result.conclusion, "outputs": result.outputs}
        for each, result in needed.items()
    }
    conclusions = [result.conclusion for result in needed.values()]
    status = _first(("failure", "cancelled", "skipped", "success"), [*conclusions, "success"])
    with Job(name=name, needs=needs, **settings) as job:
        if not condition(spec.get("if", "success()"), replace(job.scope(), status=status)):
            return JobResult(name, "skipped", "skipped")
        for step in spec["steps"]:
            running = job.start_declared(step)
            if step.get("background") != "true":
                running.wait()
        result = job.finish(spec.get("outputs"))
    if spec.get("continue-on-error") == "true" and result.conclusion == "failure":
        return replace(result, conclusion="success")
    return result


def _first(ranking: Iterable[Outcome], conclusions: Iterable[Outcome]) -> Outcome:
    """Return the conclusion that comes first in a ranking."""
    return next(outcome for outcome in ranking if outcome in conclusions)


def _check_keys(owner: str, spec: Mapping[str, Any], emulated: set[str]) -> None:
    if others := spec.keys() - emulated:
        raise WorkflowError(f"{owner} has what is not emulated: {', '.join(sorted(others))}")
