"""One job, step by step, as GitHub's runner runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

from emulator.context import Composite, JobContext, Step
from emulator.expressions import condition, interpolate
from emulator.manifest import REPOSITORY, Action, ManifestError, load_action
from emulator.results import JobResult, StepResult
from emulator.running import RunningStep
from emulator.stages import Shell, conclude, start_action, start_shell, without_process


class _Post(NamedTuple):
    """A post stage to come."""

    step: Step
    action: Action
    main: RunningStep


class Job(JobContext):
    """A job on a new machine: `uses` and `run` execute steps, `finish` runs the posts."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._posts: list[_Post] = []
        self._running: list[tuple[Step, RunningStep]] = []
        self._result: JobResult | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Kill what still runs, and remove the job's directories."""
        for _, running in self._running:
            running.close()
        self._root.cleanup()

    def uses(self, action: str | Path | Action = REPOSITORY, **options: Any) -> StepResult:
        """Run an action's main stage; `finish` runs its post stage."""
        return self.start(action, **options).wait()

    def start(self, action: str | Path | Action = REPOSITORY, **options: Any) -> RunningStep:
        """Start an action's main stage in the background; `finish` waits for it."""
        step = Step(**options)
        manifest = action if isinstance(action, Action) else load_action(action)
        return self._begin(step, partial(self._start_action, step, manifest))

    def run(self, shell: Shell, **options: Any) -> StepResult:
        """Run a `run:` step; a cancel during it (`job.run(job.cancel)`) cancels step and job."""
        return self.start_shell(shell, **options).wait()

    def start_shell(self, shell: Shell, **options: Any) -> RunningStep:
        """Start a `run:` step in the background; a function runs when it is waited for."""
        step = Step(**options)
        return self._begin(step, partial(start_shell, self, step, shell))

    def start_declared(
        self, spec: Mapping[str, Any], composite: Composite | None = None
    ) -> RunningStep:
        """Start a step as a workflow or a composite action declares it."""
        options = {
            "id": spec.get("id", ""),
            "uses": spec.get("uses", ""),
            "with_": spec.get("with") or {},
            "env": spec.get("env") or {},
            "if_": spec.get("if", "success()"),
            "continue_on_error": spec.get("continue-on-error") == "true",
            "composite": composite,
        }
        if "run" in spec:
            return self.start_shell(_script(spec), **options)
        directory = self.actions.get(spec["uses"].partition("@")[0])
        if directory is None:
            raise ManifestError(f"'uses: {spec['uses']}' is not emulated; name it in `actions`")
        return self.start(directory, **options)

    def cancel(self) -> None:
        """Cancel the job, and every running step whose own `if` no longer holds."""
        self.status = "cancelled"
        for step, running in self._running:
            if not self._holds(step):
                running.cancel()

    def finish(self, outputs: Mapping[str, str] | None = None) -> JobResult:
        """End the job: wait for its steps, and run the post stages, the last step's first.

        `outputs` are the expressions of the job's `outputs:`.
        """
        if self._result is None:
            # Steps in the background may still run.
            steps = tuple(running.wait() for _, running in self._running)
            status = self.status
            values = {key: interpolate(text, self.scope()) for key, text in (outputs or {}).items()}
            posts = [result for post in reversed(self._posts) if (result := self._run_post(post))]
            shown = self._without_secrets(values)
            self._result = JobResult(self.name, status, self.status, steps, tuple(posts), shown)
        return self._result

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
        if action.steps and step.composite:
            raise ManifestError(f"'uses: {step.uses}' in a composite action is not emulated")
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
            self.start_declared(spec, composite).wait()
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


def _script(spec: Mapping[str, Any]) -> str:
    shell = spec.get("shell")
    if shell not in {None, "bash"}:
        raise ManifestError(f"'shell: {shell}' is not emulated")
    return f"set -o pipefail\n{spec['run']}" if shell else str(spec["run"])
