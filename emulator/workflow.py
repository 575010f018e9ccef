"""Runs whole workflow files, so that every example of the documentation can be executed.

Jobs run one after the other in the order of their `needs`. Ignored: `permissions`, `timeout-minutes`,
`concurrency`, `services`, `container`, `fail-fast` and the filters of `on`. Not emulated, and refused:
reusable workflows, other people's actions (but for a few that need do nothing), shells other than bash.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from emulator.environment import github_context
from emulator.expressions import condition, evaluate_tree
from emulator.job import Job
from emulator.layout import Layout
from emulator.manifest import load_yaml
from emulator.parser import Scope
from emulator.plan import WorkflowError, combined, expand_matrix, leg_name, needs_of, ordered
from emulator.results import JobResult, Outcome
from emulator.runners import Runner
from emulator.values import to_text
from emulator.workflow_steps import StepOptions, run_step, texts


@dataclass(frozen=True)
class WorkflowResult:
    """A finished run."""

    jobs: Mapping[str, JobResult]
    """By name; a leg of a matrix is `name (value, value)`."""
    conclusion: Outcome

    @property
    def summary(self) -> str:
        """The summaries of all jobs, in the order they ran."""
        return "\n".join(job.summary for job in self.jobs.values() if job.summary)


@dataclass
class _Run:
    """What all jobs of one run share, and what they have left so far."""

    document: Mapping[str, Any]
    settings: dict[str, Any]
    steps: StepOptions
    needs: dict[str, dict[str, object]] = field(default_factory=dict)
    results: dict[str, JobResult] = field(default_factory=dict)


def run_workflow(
    source: str | Path,
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
    shell_steps: Literal["run", "pretend"] = "run",
    runner: Runner | None = None,
    artifacts: Path | None = None,
) -> WorkflowResult:
    """Run a workflow, given as its file or its text.

    `replace_uses` names the directory of an action by what stands in `uses:` (with or without its `@ref`);
    `defaults` are inputs for its steps that set none of that name. `env` wins over the workflow's. With
    `shell_steps="pretend"` every `run:` succeeds unseen. `artifacts` is a directory several runs may share.
    """
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    document = load_yaml(text)
    if not isinstance(document, Mapping) or not isinstance(document.get("jobs"), Mapping):
        raise WorkflowError("a workflow is a mapping with 'jobs'")
    given = {**_default_inputs(document, event_name), **(inputs or {})}
    settings = {
        "event_name": event_name,
        "event": {**({"inputs": given} if given else {}), **(event or {})},
        "secrets": secrets or {},
        "variables": vars or {},
        "inputs": given,
        "env": {**texts(document.get("env")), **(env or {})},
        "github": {"workflow": to_text(document.get("name")) or "workflow", **(github or {})},
        "runner": runner,
    }
    with tempfile.TemporaryDirectory(prefix="artifacts-") as own:
        options = StepOptions(
            replace_uses or {}, defaults or {}, shell_steps, artifacts or Path(own)
        )
        run = _Run(document, settings, options)
        for name in ordered(document["jobs"]):
            _run_job(run, name, document["jobs"][name])
    return WorkflowResult(run.results, combined([job.conclusion for job in run.results.values()]))


def _default_inputs(document: Mapping[str, Any], event_name: str) -> dict[str, object]:
    """Check that the event triggers the workflow, and read the defaults of its inputs."""
    triggers = document.get("on")
    names = [triggers] if isinstance(triggers, str) else list(triggers or [])
    if event_name not in names:
        raise WorkflowError(f"the workflow runs on {names}, not on {event_name!r}")
    trigger = triggers.get(event_name) if isinstance(triggers, Mapping) else None
    declared = trigger.get("inputs") if isinstance(trigger, Mapping) else None
    return {name: (spec or {}).get("default", "") for name, spec in (declared or {}).items()}


def _run_job(run: _Run, name: str, spec: Mapping[str, Any]) -> None:
    """Run every leg of one job, or skip it."""
    if "uses" in spec:
        raise WorkflowError(f"job {name!r}: reusable workflows are not emulated")
    needs = {needed: run.needs[needed] for needed in needs_of(spec)}
    scope = _job_scope(run, name, needs)
    if not condition(to_text(spec.get("if", "success()")), scope):
        run.results[name] = JobResult(name, "skipped", "skipped", ())
        run.needs[name] = {"result": "skipped", "outputs": {}}
        return
    strategy = spec.get("strategy") or {}
    legs = _legs(strategy.get("matrix"), scope)
    finished = []
    for index, leg in enumerate(legs):
        position = {
            "job-index": index,
            "job-total": len(legs),
            "fail-fast": strategy.get("fail-fast", True),
        }
        finished.append(
            _run_leg(run, name, spec, {"needs": needs, "matrix": leg, "strategy": position})
        )
    outputs = {key: value for result in finished for key, value in result.outputs.items()}
    conclusion = combined([result.conclusion for result in finished])
    run.needs[name] = {"result": conclusion, "outputs": outputs}


def _legs(matrix: object, scope: Scope) -> list[dict[str, object] | None]:
    if matrix is None:
        return [None]
    return [*expand_matrix(evaluate_tree(matrix, scope))]


def _job_scope(run: _Run, name: str, needs: Mapping[str, Mapping[str, object]]) -> Scope:
    """Show what a job's `if` and `strategy` see; its status is that of the jobs it needs."""
    outcomes = {to_text(need["result"]) for need in needs.values()}
    ranking = ("failure", "cancelled", "skipped")
    status = next((outcome for outcome in ranking if outcome in outcomes), "success")
    settings = run.settings
    nowhere = Layout(Path("workspace"), Path("temp"))
    github = github_context(
        settings["event_name"], settings["event"], name, nowhere, settings["github"]
    )
    contexts = {
        "github": github,
        "needs": needs,
        "vars": settings["variables"],
        "inputs": settings["inputs"],
    }
    return Scope(contexts, status)


def _run_leg(
    run: _Run, name: str, spec: Mapping[str, Any], contexts: Mapping[str, Any]
) -> JobResult:
    settings = {**run.settings, "env": {**run.settings["env"], **texts(spec.get("env"))}}
    options = replace(run.steps, job_defaults=_run_defaults(run.document, spec))
    with Job(**settings, **contexts, name=name) as job:
        for step in spec.get("steps") or []:
            run_step(job, step, options)
        result = job.finish(texts(spec.get("outputs")))
    shown = leg_name(name, contexts["matrix"])
    result = replace(result, name=shown)
    if spec.get("continue-on-error") is True and result.conclusion == "failure":
        result = replace(result, conclusion="success")
    run.results[shown] = result
    return result


def _run_defaults(*levels: Mapping[str, Any]) -> dict[str, Any]:
    """Merge `defaults.run` of the workflow and the job."""
    return {
        name: value
        for level in levels
        for name, value in ((level.get("defaults") or {}).get("run") or {}).items()
    }
