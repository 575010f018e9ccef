"""Runs workflow files, so that tests can execute every example.

Jobs run one after the other, after those that they need. Ignored: `permissions`, `runs-on`,
`container`, `fail-fast`, `concurrency` and the filters of `on`. This runner has only what the
examples use; it is not a reference for workflows.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from emulator.artifacts import download, upload
from emulator.expressions import condition, interpolate
from emulator.job import Job, step_options
from emulator.manifest import load_yaml
from emulator.results import JobResult, Outcome
from emulator.runners import HostRunner, Runner

_KnownAction = Callable[[Mapping[str, str], Path, Path], None]
"""Takes the inputs, the workspace and the directory of the artifacts."""
_KNOWN_ACTIONS: Mapping[str, _KnownAction] = {
    "actions/checkout": lambda *_: None,
    "actions/download-artifact": download,
    "actions/upload-artifact": upload,
}


class WorkflowError(ValueError):
    """A workflow that GitHub would reject, or that uses what is not emulated."""


@dataclass(frozen=True)
class WorkflowResult:
    """A finished run."""

    jobs: Mapping[str, JobResult]
    """By name; a job of a matrix is `name (value, value)`."""
    conclusion: Outcome

    @property
    def summary(self) -> str:
        """The summaries of all jobs, in the order in which they ran."""
        return "\n".join(job.summary for job in self.jobs.values() if job.summary)


@dataclass
class _Run:
    """What all jobs of one run share, and what has become of them so far."""

    settings: dict[str, Any]
    """Of every job."""
    defaults: Mapping[str, str]
    called: Mapping[str, str]
    artifacts: Path
    needs: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, JobResult] = field(default_factory=dict)


def run_workflow(
    text: str,
    *,
    event_name: str = "push",
    event: Mapping[str, object] | None = None,
    secrets: Mapping[str, str] | None = None,
    vars: Mapping[str, str] | None = None,  # noqa: A002 - the context's own name
    inputs: Mapping[str, object] | None = None,
    env: Mapping[str, str] | None = None,
    github: Mapping[str, object] | None = None,
    replace_uses: Mapping[str, Path] | None = None,
    defaults: Mapping[str, str] | None = None,
    called: Mapping[str, str] | None = None,
    runner: Runner | None = None,
    artifacts: Path | None = None,
) -> WorkflowResult:
    """Run the workflow in a text.

    `replace_uses` has the directory of an action by its name in `uses:`, without `@` and what
    follows. `defaults` are inputs for the steps that use one of them and do not set these inputs.
    `called` has the text of a reusable workflow by what a job's `uses:` says.
    `env` replaces variables of the workflow. Several runs may share a directory of `artifacts`.
    """
    document = load_yaml(text)
    triggers = document["on"]
    if event_name not in ([triggers] if isinstance(triggers, str) else triggers):
        raise WorkflowError(f"the workflow does not run on {event_name!r}")
    settings = {
        "event_name": event_name,
        "event": event or {},
        "secrets": secrets or {},
        "variables": vars or {},
        "inputs": inputs or {},
        "env": {**(document.get("env") or {}), **(env or {})},
        "github": {"workflow": document.get("name", "workflow"), **(github or {})},
        "runner": runner or HostRunner(),
        "actions": replace_uses or {},
    }
    jobs = document["jobs"]
    with tempfile.TemporaryDirectory(prefix="artifacts-") as own:
        run = _Run(settings, defaults or {}, called or {}, artifacts or Path(own))
        _run_jobs(run, jobs)
    return WorkflowResult(run.results, _combined(list(run.results.values())))


def _run_jobs(run: _Run, jobs: Mapping[str, Any]) -> None:
    order = TopologicalSorter({name: _needs(spec) for name, spec in jobs.items()})
    for name in order.static_order():
        if "uses" in jobs[name]:
            _call_workflow(run, name, jobs[name])
        else:
            _run_job(run, name, jobs[name])


def _call_workflow(run: _Run, name: str, spec: Mapping[str, Any]) -> None:
    """Run the jobs of a reusable workflow: with the caller's event, and no secret by default."""
    document = load_yaml(run.called[spec["uses"]])
    if "workflow_call" not in document["on"]:
        raise WorkflowError(f"{spec['uses']} has no 'on: workflow_call'")
    if spec.keys() - {"uses", "with", "secrets", "permissions"}:
        raise WorkflowError(f"the job {name!r} has what is not emulated for a reusable workflow")
    secrets = run.settings["secrets"] if spec.get("secrets") == "inherit" else {}
    inner = replace(
        run,
        settings={**run.settings, "env": {}, "inputs": spec.get("with") or {}, "secrets": secrets},
        needs={},
        results={},
    )
    _run_jobs(inner, document["jobs"])
    run.results.update({f"{name} / {job}": result for job, result in inner.results.items()})
    run.needs[name] = {"result": _combined(list(inner.results.values())), "outputs": {}}


def _needs(spec: Mapping[str, Any]) -> list[str]:
    needs = spec.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def _run_job(run: _Run, name: str, spec: Mapping[str, Any]) -> None:
    """Run a job, once for each combination of its matrix, or skip it."""
    needs = {needed: run.needs[needed] for needed in _needs(spec)}
    matrix = (spec.get("strategy") or {}).get("matrix") or {}
    combinations = [
        dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())
    ]
    finished = []
    for index, values in enumerate(combinations):
        strategy = {"job-index": index, "job-total": len(combinations)}
        shown = f"{name} ({', '.join(values.values())})" if values else name
        contexts = {"needs": needs, "matrix": values or None, "strategy": strategy}
        result = replace(_run_one(run, name, spec, contexts), name=shown)
        run.results[shown] = result
        finished.append(result)
    outputs = {key: value for result in finished for key, value in result.outputs.items()}
    run.needs[name] = {"result": _combined(finished), "outputs": outputs}


def _run_one(
    run: _Run, name: str, spec: Mapping[str, Any], contexts: Mapping[str, Any]
) -> JobResult:
    env = {**run.settings["env"], **(spec.get("env") or {})}
    with Job(**{**run.settings, **contexts, "env": env}, name=name) as job:
        results = {needed["result"] for needed in contexts["needs"].values()}
        status = next(
            (end for end in ("failure", "cancelled", "skipped") if end in results), "success"
        )
        if not condition(spec.get("if", "success()"), replace(job.scope(), status=status)):
            return JobResult(name, "skipped", "skipped")
        for step in spec["steps"]:
            _run_step(run, job, step)
        result = job.finish(spec.get("outputs"))
    if spec.get("continue-on-error") == "true" and result.conclusion == "failure":
        return replace(result, conclusion="success")
    return result


def _run_step(run: _Run, job: Job, spec: Mapping[str, Any]) -> None:
    """Run one step, or start it if it has `background: true`."""
    options = step_options(spec)
    if "run" in spec:
        running = job.start_shell(_script(spec), **options)
    elif directory := job.find_action(spec["uses"]):
        options["with_"] = {**run.defaults, **options.get("with_", {})}
        running = job.start(directory, **options)
    elif known := _KNOWN_ACTIONS.get(spec["uses"].partition("@")[0]):
        running = job.start_shell(partial(_run_known, known, run, job, spec), **options)
    else:
        raise WorkflowError(f"'uses: {spec['uses']}' is not emulated; name it in `replace_uses`")
    if spec.get("background") != "true":
        running.wait()


def _script(spec: Mapping[str, Any]) -> str:
    shell = spec.get("shell")
    if shell not in {None, "bash"}:
        raise WorkflowError(f"'shell: {shell}' is not emulated")
    return f"set -o pipefail\n{spec['run']}" if shell else str(spec["run"])


def _run_known(known: _KnownAction, run: _Run, job: Job, spec: Mapping[str, Any]) -> None:
    given = spec.get("with") or {}
    inputs = {key: interpolate(value, job.scope()) for key, value in given.items()}
    known(inputs, job.workspace, run.artifacts)


def _combined(jobs: list[JobResult]) -> Outcome:
    """Return the worst of several conclusions."""
    ranking: tuple[Outcome, ...] = ("failure", "cancelled", "success", "skipped")
    conclusions = {job.conclusion for job in jobs}
    return next(outcome for outcome in ranking if outcome in conclusions)
