"""What all steps of a job share, and what expressions can read of it."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from emulator.environment import github_context, runner_context
from emulator.expressions import Scope, interpolate
from emulator.layout import Layout
from emulator.manifest import Action
from emulator.masks import Masker
from emulator.results import Outcome, StepResult
from emulator.runners import HostRunner, Runner

_JOB_IDS = itertools.count(48_000_000_001)
_STRATEGY = {"fail-fast": True, "job-index": 0, "job-total": 1, "max-parallel": 1}
_DEFAULT_CONTEXTS = ("github", "strategy", "matrix", "job", "runner")
"""What the default of an input can read."""
_COMPOSITE_CONTEXTS = (*_DEFAULT_CONTEXTS, "env")
"""What the steps of a composite action can read of the job, beside `inputs` and `steps`."""


@dataclass(frozen=True)
class Step:
    """A step as the workflow declares it."""

    id: str = ""
    uses: str = ""
    with_: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    if_: str = "success()"
    continue_on_error: bool = False
    composite: Composite | None = None
    """The composite action that the step belongs to, if any."""


@dataclass
class Composite:
    """A composite action, the job's step that uses it, and the results of its steps."""

    step: Step
    action: Action
    status: Outcome = "success"
    results: dict[str, StepResult] = field(default_factory=dict)


@dataclass(kw_only=True)
class JobContext:
    """A job: what it is given, and its state between two steps.

    `env`, `secrets`, `strategy`, `matrix`, `needs`, `inputs` and `variables` (`vars`) are contexts;
    `github` replaces properties of that context.
    """

    name: str = "deploy"
    event_name: str = "push"
    event: Mapping[str, object] = field(default_factory=dict)
    runner: Runner = field(default_factory=HostRunner)
    env: Mapping[str, str] = field(default_factory=dict)
    """`GITHUB_ENV` adds to it."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    github: Mapping[str, object] = field(default_factory=dict)
    strategy: Mapping[str, object] = field(default_factory=dict)
    matrix: Mapping[str, object] | None = None
    needs: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, object] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, Path] = field(default_factory=dict)
    """The directory of an action by its name in `uses:`, without `@` and what follows."""
    check_run_id: str = field(default_factory=lambda: str(next(_JOB_IDS)))
    """The ID of this job in GitHub's API; empty on Enterprise Server."""
    grace: float = 1.0
    """Scales the waits of a cancel; 1.0 is the runner's 7.5 s and 2.5 s."""
    status: Outcome = field(default="success", init=False)
    results: dict[str, StepResult] = field(default_factory=dict, init=False)
    """Of the steps that have an ID."""

    def __post_init__(self) -> None:
        self._root = tempfile.TemporaryDirectory(prefix="job-", ignore_cleanup_errors=True)
        self.layout = Layout(Path(self._root.name).resolve())
        self.workspace, self.temp = self.layout.workspace, self.layout.temp
        self.layout.event.write_text(json.dumps(self.event), encoding="utf-8")
        self._github = github_context(
            self.event_name, self.event, self.name, self.layout, self.github
        )
        token = str(self._github["token"])
        self.masker = Masker([token, *self.secrets.values()])
        self.env = {key: interpolate(value, self.scope()) for key, value in self.env.items()}

    def scope(self, step: Step | None = None) -> Scope:
        """Return what an expression of the job, or of one of its steps, can read now."""
        contexts: dict[str, Any] = {
            "github": self._github,
            "runner": runner_context(self.layout),
            "job": {"status": self.status, "check_run_id": self.check_run_id},
            "strategy": {**_STRATEGY, **self.strategy},
            "matrix": self.matrix,
            "needs": self.needs,
            "secrets": {"GITHUB_TOKEN": self._github["token"], **self.secrets},
            "inputs": self.inputs,
            "vars": self.variables,
            "steps": _steps(self.results),
            "env": self.env,
        }
        scope = Scope(contexts, self.status)
        if step is None:
            return scope
        if step.composite:
            scope = self.composite_scope(step.composite)
        env = {key: interpolate(value, scope) for key, value in step.env.items()}
        return with_contexts(scope, env={**scope.contexts["env"], **env})

    def composite_scope(self, composite: Composite) -> Scope:
        """Return what the steps of a composite action can read: no secret but through an input."""
        outer = self.scope(composite.step)
        contexts = {name: outer.contexts[name] for name in _COMPOSITE_CONTEXTS}
        contexts["inputs"] = evaluate_inputs(composite.step, composite.action, outer)
        contexts["steps"] = _steps(composite.results)
        # A step of the job that has failed does not skip the steps of the action.
        cancelled = self.status == "cancelled"
        return Scope(contexts, "cancelled" if cancelled else composite.status)


def with_contexts(scope: Scope, **contexts: Any) -> Scope:
    """Return the scope with some contexts replaced."""
    return replace(scope, contexts={**scope.contexts, **contexts})


def evaluate_inputs(step: Step, action: Action, scope: Scope) -> dict[str, str]:
    """Return the user's values, and the defaults of the inputs that the user left out.

    Names ignore case.
    """
    given = {name.casefold() for name in step.with_}
    visible = Scope({name: scope.contexts[name] for name in _DEFAULT_CONTEXTS})
    values = {name: interpolate(text, scope) for name, text in step.with_.items()}
    for name, default in action.inputs.items():
        if name.casefold() not in given:
            values[name] = interpolate(default, visible)
    return values


def _steps(results: Mapping[str, StepResult]) -> dict[str, dict[str, object]]:
    return {
        name: {"outputs": step.outputs, "outcome": step.outcome, "conclusion": step.conclusion}
        for name, step in results.items()
    }
