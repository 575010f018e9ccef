"""One stage of one step: starts its process, and makes the result from what it left behind."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import partial

from emulator.context import JobContext, Step, evaluate_inputs, with_contexts
from emulator.environment import action_context, context_variables
from emulator.expressions import Scope, interpolate
from emulator.files import FileCommandError, FileCommands
from emulator.log import StepLog
from emulator.manifest import Action
from emulator.results import Outcome, Stage, StepResult
from emulator.runners import Process
from emulator.running import RunningStep

Function = Callable[[], Mapping[str, str] | None]
Shell = str | Function
"""A script for `bash -e`, or a function in its place.

The function may return outputs, and an exception fails the step.
"""
_ALWAYS_ALLOWED = ("entryPoint", "args")


def start_action(
    job: JobContext, step: Step, action: Action, stage: Stage, state: Mapping[str, str]
) -> RunningStep:
    """Start main or post of a docker action; each evaluates inputs and defaults again."""

    def start(scope: Scope, log: StepLog) -> Process:
        _warn_of_unexpected(step, action, log)
        inputs = evaluate_inputs(step, action, scope)
        # Later groups win, so that a user cannot replace `GITHUB_SHA`.
        environment = {
            **scope.contexts["env"],
            **{f"INPUT_{name.replace(' ', '_').upper()}": text for name, text in inputs.items()},
            **{f"STATE_{name}": value for name, value in state.items()},
            "HOME": str(job.layout.home),
            **context_variables(scope.contexts),
        }
        entrypoint = action.entrypoint if stage == "main" else action.post_entrypoint
        return job.runner.start(action, entrypoint, environment, job.layout)

    return _start(job, step, stage, start)


def start_shell(job: JobContext, step: Step, shell: Shell) -> RunningStep:
    """Start a `run:` step."""
    if callable(shell):
        return without_process(job, partial(_call, job, step, shell))

    def start(scope: Scope, _log: StepLog) -> Process:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(job.layout.home),
            **scope.contexts["env"],
            **context_variables(scope.contexts),
        }
        command = ["bash", "-ec", interpolate(shell, scope)]
        return Process(command, environment, job.layout.workspace)

    return _start(job, step, "main", start)


def without_process(job: JobContext, make_result: Callable[[], StepResult]) -> RunningStep:
    """Return a step that has no process: waiting for it makes its result."""
    return RunningStep(None, StepLog(job.masker), lambda _running: make_result(), job.grace)


def _call(job: JobContext, step: Step, function: Function) -> StepResult:
    """Call a function in place of a step's process."""
    before, started = job.status, time.monotonic()
    log, outputs = "", {}
    outcome: Outcome = "success"
    try:
        outputs = dict(function() or {})
    except Exception as error:  # noqa: BLE001 - any exception stands for a failed step
        outcome, log = "failure", f"Error: {type(error).__name__}: {error}\n"
    if before != "cancelled" and job.status == "cancelled":
        outcome = "cancelled"
    return StepResult(
        id=step.id,
        stage="main",
        outcome=outcome,
        conclusion=conclude(step, outcome),
        exit_code=0 if outcome == "success" else 1,
        outputs=outputs,
        log=log,
        seconds=time.monotonic() - started,
    )


def conclude(step: Step, outcome: Outcome) -> Outcome:
    """Return what the job counts of an outcome."""
    return "success" if outcome == "failure" and step.continue_on_error else outcome


def _start(
    job: JobContext, step: Step, stage: Stage, start: Callable[[Scope, StepLog], Process]
) -> RunningStep:
    """Start a process; an error that prevents its start fails the step, as on the runner."""
    log, files = StepLog(job.masker), FileCommands(job.layout.file_commands)
    process = None
    try:
        scope = job.scope(step)
        paths = {name: str(path) for name, path in files.paths.items()}
        about = action_context(step.id, step.uses)
        github = {**scope.contexts["github"], **about, **paths}
        process = start(with_contexts(scope, github=github), log)
    except (OSError, ValueError) as error:
        # For example E2BIG, a NUL character in a value, or an ExpressionError.
        log.issue("error", str(error))
    return RunningStep(process, log, partial(_result, job, step, stage, files), job.grace)


def _result(
    job: JobContext, step: Step, stage: Stage, files: FileCommands, running: RunningStep
) -> StepResult:
    """Read what the process left behind."""
    log = running.log
    outputs = {**log.outputs, **_pairs(files, log, "output")}
    state = {**log.state, **_pairs(files, log, "state")}
    job.env = {**job.env, **_pairs(files, log, "env")}
    summary = ""
    try:
        summary = files.summary()
    except FileCommandError as error:
        log.issue("error", str(error))
    outcome: Outcome = "success"
    if running.cancelled:
        outcome = "cancelled"
    elif running.exit_code != 0 or log.failed:
        outcome = "failure"
    return StepResult(
        id=step.id,
        stage=stage,
        outcome=outcome,
        conclusion=conclude(step, outcome),
        exit_code=running.exit_code,
        outputs=outputs if stage == "main" else {},
        state=state,
        annotations=tuple(log.annotations),
        raw=log.raw,
        stdout="".join(running.streams["stdout"]),
        stderr="".join(running.streams["stderr"]),
        log=log.text,
        summary=job.masker.mask(summary),
        environment=running.process.environment if running.process else {},
        seconds=running.seconds,
    )


def _pairs(files: FileCommands, log: StepLog, name: str) -> dict[str, str]:
    """Read one file; one that cannot be read fails the step, and the others still count."""
    try:
        return files.pairs(name)
    except FileCommandError as error:
        log.issue("error", f"Unable to process file command '{name}' successfully.")
        log.issue("error", str(error))
        log.failed = True
        return {}


def _warn_of_unexpected(step: Step, action: Action, log: StepLog) -> None:
    known = (*_ALWAYS_ALLOWED, *action.inputs)
    names = {name.casefold() for name in known}
    if unexpected := [name for name in step.with_ if name.casefold() not in names]:
        wrong, valid = "', '".join(unexpected), "', '".join(known)
        log.issue("warning", f"Unexpected input(s) '{wrong}', valid inputs are ['{valid}']")
