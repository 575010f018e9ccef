"""One stage of one step: from inputs and environment to a process, and from its traces to a result."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emulator.context import JobContext, Step
from emulator.environment import action_environment, context_variables
from emulator.expressions import interpolate
from emulator.files import FileCommandError, FileCommands
from emulator.log import StepLog
from emulator.manifest import Action
from emulator.parser import Scope
from emulator.results import Outcome, Stage, StepResult
from emulator.runners import Process
from emulator.running import RunningStep

Keep = Callable[[StepResult], StepResult]
_DEFAULT_CONTEXTS = ("github", "strategy", "matrix", "job", "runner")
_ALWAYS_ALLOWED = ("entryPoint", "args")
_BLOCKED_VARIABLE = "NODE_OPTIONS"


@dataclass
class _Attempt:
    """What one stage was started with, kept for its result."""

    job: JobContext
    step: Step
    stage: Stage
    log: StepLog
    files: FileCommands
    keep: Keep
    environment: dict[str, str] = field(default_factory=dict)

    def launch(self, start: Callable[[], Process]) -> RunningStep:
        """Start it; what prevents the start is the step's failure, as on the runner."""
        process = None
        try:
            process = start()
        except (
            OSError,
            ValueError,
        ) as error:  # such as E2BIG, a NUL in a value, or an ExpressionError
            self.log.issue("error", str(error))
        return RunningStep(process, self.log, self.files, self.complete, self.job.grace)

    def complete(self, running: RunningStep) -> StepResult:
        """Read what the process left, and judge it."""
        read = _Reader(self.job, self.log, self.files)
        outputs = {**self.log.outputs, **read.pairs("output")}
        state = {**self.log.state, **read.pairs("state")}
        raw_summary, summary = read.summary()
        read.apply_environment()
        failed = running.exit_code != 0 or self.log.failed
        outcome: Outcome = "cancelled" if running.cancelled else "failure" if failed else "success"
        forgiven = outcome == "failure" and self.step.continue_on_error
        return self.keep(
            StepResult(
                id=self.step.id,
                stage=self.stage,
                outcome=outcome,
                conclusion="success" if forgiven else outcome,
                exit_code=running.exit_code,
                outputs=outputs if self.stage == "main" else {},
                state=state,
                annotations=tuple(self.log.annotations),
                commands=tuple(self.log.commands),
                masks=tuple(self.log.masks),
                raw=self.log.raw_text,
                stdout="".join(running.streams["stdout"]),
                stderr="".join(running.streams["stderr"]),
                log=self.log.text,
                summary=summary,
                raw_summary=raw_summary,
                environment=self.environment,
                seconds=running.seconds,
            )
        )


def start_action(
    job: JobContext, step: Step, action: Action, stage: Stage, state: Mapping[str, str], keep: Keep
) -> RunningStep:
    """Start main or post of a docker action; inputs and defaults are evaluated anew for each."""
    attempt = _attempt(job, step, stage, keep)

    def start() -> Process:
        env = job.step_env(step)
        scope = _with_files(job.scope(env), attempt.files, step.id or "__self")
        inputs = _inputs(step, action, scope, attempt.log)
        user = {**action.env, **job.env, **env}
        attempt.environment = action_environment(user, inputs, state, _contexts(scope), job.layout)
        entrypoint = action.entrypoint if stage == "main" else action.post_entrypoint or ""
        return job.runner.start(action, entrypoint, attempt.environment, job.layout)

    return attempt.launch(start)


def start_shell(
    job: JobContext, step: Step, shell: Sequence[str] | str, directory: Path, keep: Keep
) -> RunningStep:
    """Start a `run:` step: a command, or a script for `bash -e`."""
    attempt = _attempt(job, step, "main", keep)

    def start() -> Process:
        env = job.step_env(step)
        scope = _with_files(job.scope(env), attempt.files, step.id or "__run")
        path = os.pathsep.join([*reversed(job.paths), os.environ.get("PATH", os.defpath)])
        variables = context_variables(_contexts(scope))
        attempt.environment = {
            "PATH": path,
            "HOME": str(job.layout.home),
            **job.env,
            **env,
            **variables,
        }
        command = (
            ["bash", "-ec", interpolate(shell, scope)] if isinstance(shell, str) else list(shell)
        )
        return Process(command, attempt.environment, directory)

    return attempt.launch(start)


def skipped(job: JobContext, step: Step, keep: Keep) -> RunningStep:
    """Skip a step whose condition did not hold: it has no process and no post."""
    log = StepLog(job.masker)
    files = FileCommands({})
    result = StepResult(step.id, "main", "skipped", "skipped")
    return RunningStep(None, log, files, lambda _running: keep(result), job.grace)


def _attempt(job: JobContext, step: Step, stage: Stage, keep: Keep) -> _Attempt:
    log = StepLog(job.masker, debug=job.debug)
    return _Attempt(job, step, stage, log, FileCommands.create(job.layout.file_commands), keep)


def _with_files(scope: Scope, files: FileCommands, name: str) -> Scope:
    """Narrow the scope to one stage: `github` names the step and the stage's own files."""
    github = scope.contexts["github"]
    assert isinstance(github, Mapping)  # noqa: S101 - the job made it
    own = {**github, "action": name, **{key: str(path) for key, path in files.paths.items()}}
    return Scope({**scope.contexts, "github": own}, scope.status)


def _contexts(scope: Scope) -> dict[str, Mapping[str, object]]:
    return {
        name: value
        for name in ("github", "runner")
        if isinstance(value := scope.contexts[name], Mapping)
    }


def _inputs(step: Step, action: Action, scope: Scope, log: StepLog) -> dict[str, str]:
    """Evaluate the user's values, and the defaults of the inputs the user left out; names ignore case."""
    given = {name: interpolate(value, scope) for name, value in step.with_.items()}
    names = {name.casefold() for name in given}
    known = {name.casefold() for name in (*action.inputs, *_ALWAYS_ALLOWED)}
    if unexpected := [name for name in given if name.casefold() not in known]:
        valid = "', '".join((*_ALWAYS_ALLOWED, *action.inputs))
        wrong = "', '".join(unexpected)
        log.issue("warning", f"Unexpected input(s) '{wrong}', valid inputs are ['{valid}']")
    visible = Scope({name: scope.contexts[name] for name in _DEFAULT_CONTEXTS}, scope.status)
    defaults = {
        name: interpolate(text, visible)
        for name, text in action.inputs.items()
        if name.casefold() not in names
    }
    return {**given, **defaults}


class _Reader:
    """Reads a stage's file commands; one that cannot be read fails the step, and the others still count."""

    def __init__(self, job: JobContext, log: StepLog, files: FileCommands) -> None:
        self._job = job
        self._log = log
        self._files = files

    def pairs(self, name: str) -> dict[str, str]:
        try:
            return self._files.pairs(name)
        except FileCommandError as error:
            self._log.issue("error", f"Unable to process file command '{name}' successfully.")
            self._log.issue("error", str(error))
            self._log.failed = True
            return {}

    def summary(self) -> tuple[str, str]:
        """As written, and as uploaded; one that is too large is an error that does not fail the step."""
        try:
            text = self._files.summary()
        except FileCommandError as error:
            self._log.issue("error", str(error))
            return "", ""
        return text, "\n".join(self._job.masker.mask(line) for line in text.split("\n"))

    def apply_environment(self) -> None:
        """Hand on what later steps of the job inherit."""
        for name, value in self.pairs("env").items():
            if name.upper() == _BLOCKED_VARIABLE:
                self._log.issue(
                    "error", f"Can't store {name} output parameter using '$GITHUB_ENV' command."
                )
            else:
                self._job.env[name] = value
        added = self._files.directories()
        self._job.paths = [*(path for path in self._job.paths if path not in added), *added]
