"""One job, step by step, as GitHub's runner runs it."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from emulator import stages
from emulator.context import JobContext, Setting, Step
from emulator.expressions import condition, interpolate
from emulator.layout import Layout
from emulator.manifest import REPOSITORY, Action, load_action
from emulator.results import JobResult, Outcome, StepResult
from emulator.runners import HostRunner, Runner
from emulator.running import RunningStep

Shell = Callable[[], Mapping[str, str] | None] | Sequence[str] | str
"""A pretended step (it may return outputs; an exception fails it), a command, or a bash script."""


@dataclass
class _Post:
    """A post stage to come; main's result is missing only while main runs."""

    step: Step
    action: Action
    main: StepResult | None = None


class Job:
    """A job on a machine of its own: `uses` and `run` execute steps now, `finish` runs the posts."""

    def __init__(
        self,
        *,
        event_name: str = "push",
        event: Mapping[str, object] | None = None,
        runner: Runner | None = None,
        env: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        workspace: Path | None = None,
        github: Mapping[str, object] | None = None,
        strategy: Mapping[str, object] | None = None,
        matrix: Mapping[str, object] | None = None,
        needs: Mapping[str, object] | None = None,
        inputs: Mapping[str, object] | None = None,
        variables: Mapping[str, str] | None = None,
        temp: Path | None = None,
        grace: float = 1.0,
        debug: bool = False,
        name: str = "deploy",
    ) -> None:
        """Set a job up.

        `env`, `secrets`, `strategy`, `matrix`, `needs`, `inputs` and `variables` (`vars`) are the contexts of
        these names; `github` replaces properties of that context. `workspace` and `temp` (`RUNNER_TEMP`)
        default to fresh directories that go with the job. `grace` scales the waits of a cancel: 1.0 is the
        runner's 7.5 and 2.5 s. `debug` is a re-run with debug logging.
        """
        root = Path(tempfile.mkdtemp(prefix="job-"))
        self._cleanup = weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)
        self.name = name
        setting = Setting(
            event_name=event_name,
            event=event or {},
            env=env or {},
            secrets=secrets or {},
            github=github or {},
            strategy=strategy or {},
            matrix=matrix,
            needs=needs or {},
            inputs=inputs or {},
            variables=variables or {},
        )
        layout = Layout(
            (workspace or root / "workspace").resolve(), (temp or root / "temp").resolve()
        )
        self.context = JobContext(
            name, setting, layout, runner or HostRunner(), grace=grace, debug=debug
        )
        self.steps: list[StepResult] = []
        self._posts: list[_Post] = []
        self._running: list[tuple[Step, RunningStep]] = []
        self._result: JobResult | None = None

    @property
    def status(self) -> Outcome:
        """`job.status` at this moment."""
        return self.context.status

    @property
    def workspace(self) -> Path:
        """The directory steps run in."""
        return self.context.layout.workspace

    @property
    def temp(self) -> Path:
        """`RUNNER_TEMP`, on the host."""
        return self.context.layout.temp

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill what still runs and remove the job's own directories."""
        for _, running in self._running:
            running.close()
        self._cleanup()

    def uses(
        self,
        action: str | Path | Action = REPOSITORY,
        *,
        with_: Mapping[str, str] | None = None,
        id: str = "",  # noqa: A002 - the workflow's own word
        env: Mapping[str, str] | None = None,
        if_: str = "success()",
        continue_on_error: bool = False,
    ) -> StepResult:
        """Run an action's main stage now; its post stage follows in `finish`."""
        running = self.start(
            action, with_=with_, id=id, env=env, if_=if_, continue_on_error=continue_on_error
        )
        return running.wait()

    def start(
        self,
        action: str | Path | Action = REPOSITORY,
        *,
        with_: Mapping[str, str] | None = None,
        id: str = "",  # noqa: A002 - the workflow's own word
        env: Mapping[str, str] | None = None,
        if_: str = "success()",
        continue_on_error: bool = False,
    ) -> RunningStep:
        """Start an action's main stage in the background."""
        manifest = action if isinstance(action, Action) else load_action(action)
        step = Step(id, with_ or {}, env or {}, if_, continue_on_error)
        if not self._holds(step.if_, step):
            return stages.skipped(self.context, step, self._keep)
        post = _Post(step, manifest)
        if manifest.post_entrypoint:
            self._posts.append(post)  # before main, so that a killed main has its post too

        def complete(result: StepResult) -> StepResult:
            post.main = self._keep(result)
            return result

        running = stages.start_action(self.context, step, manifest, "main", {}, complete)
        self._running.append((step, running))
        return running

    def run(
        self,
        shell: Shell,
        *,
        id: str = "",  # noqa: A002 - the workflow's own word
        env: Mapping[str, str] | None = None,
        if_: str = "success()",
        continue_on_error: bool = False,
        directory: Path | None = None,
    ) -> StepResult:
        """Run a `run:` step; a cancel during it (`job.run(job.cancel)`) makes it and the job cancelled."""
        step = Step(id, {}, env or {}, if_, continue_on_error)
        if not self._holds(if_, step):
            return stages.skipped(self.context, step, self._keep).wait()
        if callable(shell):
            return self._keep(self._pretend(step, shell))
        running = stages.start_shell(
            self.context, step, shell, directory or self.workspace, self._keep
        )
        self._running.append((step, running))
        return running.wait()

    def cancel(self) -> None:
        """Cancel the job: what runs is signalled, unless its own `if` still holds."""
        self.context.status = "cancelled"
        for step, running in self._running:
            if not self._holds(step.if_, step):
                running.cancel()

    def outputs(self, expressions: Mapping[str, str] | None = None) -> dict[str, object]:
        """Give this job as another's `needs` sees it: its result and its outputs.

        The expressions are the job's `outputs:`; without any it is every step's outputs together. A value
        that holds a masked text is left out (runner).
        """
        return {"result": self.status, "outputs": self._outputs(expressions)}

    def finish(self, outputs: Mapping[str, str] | None = None) -> JobResult:
        """End the job: run the posts, last in first out. `outputs` are the job's `outputs:`."""
        if self._result is None:
            for _, running in self._running:
                running.wait()
            status = self.status
            posts = [result for post in reversed(self._posts) if (result := self._run_post(post))]
            self._result = JobResult(
                self.name, status, self.status, tuple(self.steps), tuple(posts)
            )
        return (
            self._result
            if outputs is None
            else replace(self._result, outputs=self._outputs(outputs))
        )

    def _outputs(self, expressions: Mapping[str, str] | None) -> dict[str, str]:
        if expressions is None:
            values = {name: value for step in self.steps for name, value in step.outputs.items()}
        else:
            values = {
                name: interpolate(text, self.context.scope()) for name, text in expressions.items()
            }
        mask = self.context.masker.mask
        return {name: value for name, value in values.items() if mask(value) == value}

    def _holds(self, if_: str, step: Step) -> bool:
        return condition(if_, self.context.scope(self.context.step_env(step)))

    def _run_post(self, post: _Post) -> StepResult | None:
        if not self._holds(post.action.post_if, post.step):
            return None
        state = post.main.state if post.main else {}
        return stages.start_action(
            self.context, post.step, post.action, "post", state, self._count
        ).wait()

    def _pretend(self, step: Step, shell: Callable[[], Mapping[str, str] | None]) -> StepResult:
        before, started = self.status, time.monotonic()
        log, outputs = "", {}
        outcome: Outcome = "success"
        try:
            outputs = dict(shell() or {})
        except Exception as error:  # noqa: BLE001 - whatever it is, on GitHub it would be a failed step
            outcome, log = "failure", f"Error: {type(error).__name__}: {error}\n"
        if before != "cancelled" and self.status == "cancelled":
            outcome = "cancelled"
        conclusion: Outcome = (
            "success" if outcome == "failure" and step.continue_on_error else outcome
        )
        code = 0 if outcome == "success" else 1
        seconds = time.monotonic() - started
        return StepResult(
            step.id, "main", outcome, conclusion, code, outputs, log=log, seconds=seconds
        )

    def _keep(self, result: StepResult) -> StepResult:
        self.steps.append(result)
        if result.id:
            self.context.steps[result.id] = result
        return self._count(result)

    def _count(self, result: StepResult) -> StepResult:
        self.context.count(result)
        return result
