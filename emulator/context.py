"""What all steps of one job share, and what expressions can see of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.environment import github_context, runner_context
from emulator.expressions import interpolate
from emulator.layout import Layout
from emulator.masks import Masker
from emulator.parser import Scope
from emulator.results import Outcome, StepResult
from emulator.runners import Runner

_STRATEGY: Mapping[str, object] = {
    "fail-fast": True,
    "job-index": 0,
    "job-total": 1,
    "max-parallel": 1,
}


@dataclass(frozen=True)
class Setting:
    """What a run brings into a job: the event, and the contexts given from outside."""

    event_name: str = "push"
    event: Mapping[str, object] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    github: Mapping[str, object] = field(default_factory=dict)
    strategy: Mapping[str, object] = field(default_factory=dict)
    matrix: Mapping[str, object] | None = None
    needs: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, object] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A step as the workflow wrote it."""

    id: str
    with_: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    if_: str = "success()"
    continue_on_error: bool = False


class JobContext:
    """The state of a job between its steps."""

    def __init__(
        self,
        name: str,
        setting: Setting,
        layout: Layout,
        runner: Runner,
        *,
        grace: float,
        debug: bool,
    ) -> None:
        self.layout = layout
        self.runner = runner
        self.grace = grace
        self.debug = debug
        self.status: Outcome = "success"
        self.masker = Masker(setting.secrets.values())
        self.steps: dict[str, StepResult] = {}
        """Results of the steps that have an id."""
        self.paths: list[str] = []
        """What `GITHUB_PATH` added; shell steps see it, docker actions do not (runner)."""
        self.github = github_context(
            setting.event_name, setting.event, name, layout, setting.github
        )
        token = str(self.github["token"])
        self.masker.add(token)
        self._fixed: dict[str, object] = {
            "strategy": {**_STRATEGY, **setting.strategy},
            "matrix": setting.matrix,
            "needs": setting.needs,
            "secrets": {"GITHUB_TOKEN": token, **setting.secrets},
            "inputs": setting.inputs,
            "vars": setting.variables,
        }
        layout.create()
        layout.event.write_text(json.dumps(setting.event), encoding="utf-8")
        self.env: dict[str, str] = {}
        """The job's own variables, and what `GITHUB_ENV` added."""
        self.env.update(
            {key: interpolate(value, self.scope()) for key, value in setting.env.items()}
        )

    def scope(self, env: Mapping[str, str] | None = None) -> Scope:
        """Show what an expression in a step's `with:`, `env:` or `if:` sees at this moment."""
        steps = {
            name: {"outputs": step.outputs, "outcome": step.outcome, "conclusion": step.conclusion}
            for name, step in self.steps.items()
        }
        contexts = {
            "github": self.github,
            "runner": runner_context(self.layout, debug=self.debug),
            "job": {"status": self.status},
            "steps": steps,
            "env": {**self.env, **(env or {})},
            **self._fixed,
        }
        return Scope(contexts, self.status)

    def step_env(self, step: Step) -> dict[str, str]:
        """Evaluate a step's own variables."""
        return {key: interpolate(value, self.scope()) for key, value in step.env.items()}

    def count(self, result: StepResult) -> None:
        """Let a stage's conclusion move the job's status."""
        if result.conclusion == "failure" and self.status == "success":
            self.status = "failure"
