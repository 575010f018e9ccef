"""One job, step by step, as GitHub's runner runs it."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self, TypedDict, Unpack

from emulator.context import Composite, JobContext, Step
from emulator.expressions import condition, interpolate
from emulator.manifest import REPOSITORY, Action, ManifestError, load_action
from emulator.results import JobResult, StepResult
from emulator.running import RunningStep
from emulator.stages import Shell, conclude, start_action, start_shell, without_process


class StepOptions(TypedDict, total=False):
    """What a step can have; see `Step`."""

    id: str
    uses: str
    with_: Mapping[str, str]
    env: Mapping[str, str]
    if_: str
    continue_on_error: bool
    composite: Composite


def step_options(spec: Mapping[str, Any]) -> StepOptions:
    """Read the options from a step of a workflow or of a composite action."""
    return StepOptions(
        id=spec.get("id", ""),
        uses=spec.get("uses", ""),
        with_=spec.get("with") or {},
        env=spec.get("env") or {},
        if_=spec.get("if", "success()"),
        continue_on_error=spec.get("continue-on-error") == "true",
    )


class _Post(NamedTuple):
    """A post stage to come."""

    step: Step
    action: Action
    main: RunningStep


class Job(JobContext):
    """A job on a new machine: `uses` and `run` execute steps, `finish` runs the posts."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._cleanup = weakref.finalize(self, shutil.rmtree, self.layout.root, ignore_errors=True)
        self._posts: list[_Post] = []
        self._running: list[tuple[Step, RunningStep]] = []
        self._result: JobResult | None = None

    @property
    def workspace(self) -> Path:
        """The directory in which steps run."""
        return self.layout.workspace

    @property
    def temp(self) -> Path:
        """`RUNNER_TEMP`, on the host."""
        return self.layout.temp

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Kill what still runs, and remove the job's directories."""
        for _, running in self._running:
            running.close()
        self._cleanup()

    def uses(
        self, action: str | Path | Action = REPOSITORY, **options: Unpack[StepOptions]
    ) -> StepResult:
        """Run an action's main stage; `finish` runs its post stage."""
        return self.start(action, **options).wait()

    def start(
        self, action: str | Path | Action = REPOSITORY, **options: Unpack[StepOptions]
    ) -> RunningStep:
        """Start an action's main stage in the background; `finish` waits for it."""
        step = Step(**options)
        manifest = action if isinstance(action, Action) else load_action(action)
        return self._begin(step, partial(self._start_action, step, manifest))

    def run(self, shell: Shell, **options: Unpack[StepOptions]) -> StepResult:
        """Run a `run:` step; a cancel during it (`job.run(job.cancel)`) cancels step and job."""
        return self.start_shell(shell, **options).wait()

    def start_shell(self, shell: Shell, **options: Unpack[StepOptions]) -> RunningStep:
        """Start a `run:` step in the background; a function runs when it is waited for."""
        step = Step(**options)
        return self._begin(step, partial(start_shell, self, step, shell))

    def find_action(self, uses: str) -> Path | None:
        """Return the directory of an action by what a step's `uses:` says, or None."""
        return self.actions.get(uses.partition("@")[0])

    def cancel(self) -> None:
        """Cancel the job, and every running step whose own `if` no longer holds."""
        self.status = "cancelled"
        for step, running in self._running:
            if not self._holds(step):
                running.cancel()

    def outputs(self) -> dict[str, object]:
        """Return this job as it appears in another job's `needs`, with the outputs of all steps."""
        values = {name: text for step in self._wait() for name, text in step.outputs.items()}
        return {"result": self.status, "outputs": self._without_secrets(values)}

    def finish(self, outputs: Mapping[str, str] | None = None) -> JobResult:
        """End the job: wait for its steps, and run the post stages, the last step's first.

        `outputs` are the expressions of the job's `outputs:`.
        """
        if self._result is None:
            steps, status = self._wait(), self.status
            values = {key: interpolate(text, self.scope()) for key, text in (outputs or {}).items()}
            posts = [result for post in reversed(self._posts) if (result := self._run_post(post))]
            shown = self._without_secrets(values)
            self._result = JobResult(self.name, status, self.status, steps, tuple(posts), shown)
        return self._result

    def _wait(self) -> tuple[StepResult, ...]:
        """Wait for all steps, those in the background too."""
        return tuple([running.wait() for _, running in self._running])

    def _without_secrets(self, outputs: Mapping[str, str]) -> dict[str, str]:
        """Leave out what holds a hidden value, as the runner does with a job's outputs."""
        mask = self.masker.mask
        return {name: value for name, value in outputs.items() if mask(value) == value}

    def _holds(self, step: Step) -> bool:
        return condition(step.if_, self.scope(step))

    def _begin(self, step: Step, start: Callable[[], RunningStep]) -> RunningStep:
        """Start a step, or skip it if its condition does not hold."""
        if self._holds(step):
            running = start()
        else:
            skipped = StepResult(step.id, "main", "skipped", "skipped")
            running = without_process(self, lambda: skipped)
        running.keep = partial(self._keep, step)
        self._running.append((step, running))
        return running

    def _start_action(self, step: Step, action: Action) -> RunningStep:
        if action.steps:
            return without_process(self, partial(self._run_composite, Composite(step, action)))
        running = start_action(self, step, action, "main", {})
        if action.post_entrypoint:
            self._posts.append(_Post(step, action, running))
        return running

    def _run_post(self, post: _Post) -> StepResult | None:
        if not condition(post.action.post_if, self.scope(post.step)):
            return None
        state = post.main.wait().state
        result = start_action(self, post.step, post.action, "post", state).wait()
        self._count(result)
        return result

    def _run_composite(self, composite: Composite) -> StepResult:
        """Run the steps of a composite action one after the other; their posts join the job's."""
        for spec in composite.action.steps:
            options = StepOptions(**step_options(spec), composite=composite)
            if "run" in spec:
                self.run(spec["run"], **options)
                continue
            directory = self.find_action(spec["uses"])
            action = load_action(directory) if directory else None
            if not action or action.steps:
                raise ManifestError(f"'uses: {spec['uses']}' in a composite action is not emulated")
            self.uses(action, **options)
        step, scope = composite.step, self.composite_scope(composite)
        outputs = composite.action.outputs.items()
        return StepResult(
            step.id,
            "main",
            composite.status,
            conclude(step, composite.status),
            outputs={name: interpolate(text, scope) for name, text in outputs},
        )

    def _keep(self, step: Step, result: StepResult) -> None:
        """Record the result of a main stage for the job, or for the composite action."""
        results = step.composite.results if step.composite else self.results
        if result.id:
            results[result.id] = result
        if not step.composite:
            self._count(result)
        elif result.conclusion in {"failure", "cancelled"}:
            step.composite.status = result.conclusion

    def _count(self, result: StepResult) -> None:
        """Let a stage's conclusion change the job's status."""
        if result.conclusion == "failure" and self.status == "success":
            self.status = "failure"
