"""The steps of a workflow's job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from emulator import artifacts
from emulator.expressions import evaluate_template, interpolate
from emulator.job import Job
from emulator.plan import WorkflowError
from emulator.results import StepResult
from emulator.values import is_truthy, to_text

_NOTHING_TO_DO = (
    "actions/cache",
    "actions/checkout",
    "actions/setup-",
    "aws-actions/",
    "azure/",
    "docker/",
    "google-github-actions/",
)
"""Beginnings of other people's actions that succeed without doing anything."""


@dataclass(frozen=True)
class StepOptions:
    """How the steps of a workflow are run."""

    replace_uses: Mapping[str, Path]
    defaults: Mapping[str, str]
    shell_steps: Literal["run", "pretend"]
    artifacts: Path
    job_defaults: Mapping[str, Any] = field(default_factory=dict)
    """The job's (or workflow's) `defaults.run`."""


def run_step(job: Job, spec: Mapping[str, Any], options: StepOptions) -> StepResult:
    """Run one step of a workflow."""
    common: dict[str, Any] = {
        "id": to_text(spec.get("id")),
        "env": texts(spec.get("env")),
        "if_": to_text(spec.get("if", "success()")),
        "continue_on_error": is_truthy(
            evaluate_template(to_text(spec.get("continue-on-error")), job.context.scope())
        ),
    }
    if "run" in spec:
        return _run_shell(job, spec, options, common)
    uses = to_text(spec.get("uses"))
    if not uses:
        raise WorkflowError(f"a step needs 'uses' or 'run': {dict(spec)}")
    directory = options.replace_uses.get(uses) or options.replace_uses.get(uses.partition("@")[0])
    if directory:
        return job.uses(directory, with_={**options.defaults, **texts(spec.get("with"))}, **common)
    return _run_known(job, uses, texts(spec.get("with")), options, common)


def texts(values: object) -> dict[str, str]:
    """Turn the values of an `env:` or `with:` into text."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise WorkflowError(f"expected a mapping, not {values!r}")
    return {str(name): to_text(value) for name, value in values.items()}


def _run_shell(
    job: Job, spec: Mapping[str, Any], options: StepOptions, common: dict[str, Any]
) -> StepResult:
    if options.shell_steps == "pretend":
        return job.run(lambda: None, **common)
    settings = {**options.job_defaults, **spec}
    shell = settings.get("shell")
    if shell not in {None, "bash", "sh"}:
        raise WorkflowError(f"shell {shell!r} is not emulated")
    script = f"set -o pipefail\n{spec['run']}" if shell == "bash" else to_text(spec["run"])
    place = interpolate(to_text(settings.get("working-directory")), job.context.scope())
    return job.run(script, directory=job.workspace / place, **common)


def _run_known(
    job: Job, uses: str, inputs: Mapping[str, str], options: StepOptions, common: dict[str, Any]
) -> StepResult:
    def given() -> dict[str, str]:
        scope = job.context.scope()
        return {name: interpolate(value, scope) for name, value in inputs.items()}

    if uses.startswith("actions/upload-artifact@"):
        return job.run(
            lambda: artifacts.upload(given(), job.workspace, options.artifacts), **common
        )
    if uses.startswith("actions/download-artifact@"):
        return job.run(
            lambda: artifacts.download(given(), job.workspace, options.artifacts), **common
        )
    if uses.startswith(_NOTHING_TO_DO):
        return job.run(lambda: None, **common)
    raise WorkflowError(f"'uses: {uses}' is not emulated; name its directory in replace_uses")
