"""One step of a job, run in this process with the environment that the runner gives it.

`main()` and `post()` run a stage. After `enter()`, a test calls the code itself.
"""

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import pytest
from actions_toolkit import command, core

from deployment_events.github.runner import Runner
from deployment_events.http.deadline import Clock
from deployment_events.process import report_bug
from deployment_events.stages.main import main
from deployment_events.stages.post import post
from emulator import parse_pairs
from sandbox import Sandbox
from support import leaks
from support.github import environ
from support.manifest import EXPRESSIONS, defaults
from support.sandboxes import vendor_inputs

VENDORS = ("launchdarkly", "datadog")
COMMAND_FILES = {
    "GITHUB_OUTPUT": "output",
    "GITHUB_STATE": "state",
    "GITHUB_STEP_SUMMARY": "summary",
}
RUNNER_PREFIXES = ("GITHUB_", "RUNNER_", "INPUT_", "STATE_")


@dataclass
class Ended:
    """A stage's exit code, streams and files."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    """On the stage's own clock."""
    issued: list[tuple[str, str]]
    """The workflow commands that the code issued: name and message."""
    outputs: dict[str, str] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    raw: str = ""
    """The runner's command files as written."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that the stage wrote, by place."""
        return self.stdout, self.stderr, self.raw, self.summary

    @property
    def results(self) -> list[dict[str, Any]]:
        return json.loads(self.outputs["results"])

    def result(self, vendor: str) -> dict[str, Any]:
        """Return the single result of a vendor."""
        [found] = [result for result in self.results if result["vendor"] == vendor]
        return found

    def annotations(self, level: str) -> list[str]:
        return [message for name, message in self.issued if name == level]


class Step:
    """A step with its own folder, which holds the files that the runner makes for it."""

    monkeypatch: pytest.MonkeyPatch
    """Changes the environment; present after `enter()`."""

    def __init__(
        self,
        folder: Path,
        sandbox: Sandbox | None = None,
        *,
        clock: Clock | None = None,
        env: Mapping[str, str] | None = None,
        payload: Any = None,
        **inputs: str,
    ) -> None:
        """`inputs` by name, hyphens as underscores; `env` overrides the runner's variables."""
        self.folder = folder
        self.temp = folder / "temp"
        self.workspace = folder / "workspace"
        self.temp.mkdir(parents=True, exist_ok=True)
        self.workspace.mkdir(exist_ok=True)
        self.clock = clock or Clock()
        self.env = dict(env or {})
        given = {name: text for name, text in defaults().items() if name not in EXPRESSIONS}
        self.inputs = {**given, "environment": "production"}
        if sandbox:
            self.inputs |= vendor_inputs(sandbox)
            self.env.setdefault("GITHUB_API_URL", sandbox.github_url)
        self.inputs |= {name.replace("_", "-"): value for name, value in inputs.items()}
        self.state: dict[str, str] = {}
        self.payload = folder / "event.json"
        text = payload if isinstance(payload, str) else json.dumps(payload or {})
        # A test may pass half a character.
        self.payload.write_bytes(text.encode("utf-8", "surrogatepass"))
        self.command_files = {
            variable: str(folder / name) for variable, name in COMMAND_FILES.items()
        }

    def main(self) -> Ended:
        ended = self._run(main, "main")
        self.state = ended.state
        return ended

    def post(self, job_status: str = "success", **inputs: str) -> Ended:
        self.inputs |= {
            "job-status": job_status,
            **{name.replace("_", "-"): text for name, text in inputs.items()},
        }
        return self._run(post, "post")

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> Self:
        """Make the step's environment, without inputs, that of this process."""
        self.monkeypatch = monkeypatch
        for name in os.environ:
            if name.startswith(RUNNER_PREFIXES):
                monkeypatch.delenv(name)
        self.inputs = {}
        for name, value in self.environment().items():
            monkeypatch.setenv(name, value)
        self.give({})
        return self

    def give(self, inputs: Mapping[str, str]) -> None:
        """Set exactly these inputs, as the runner does: it adds the defaults of action.yml."""
        self.give_only(defaults() | inputs)

    def give_only(self, inputs: Mapping[str, str]) -> None:
        """Set exactly these inputs, without defaults, as act does in the post stage."""
        for name in _input_variables(self.inputs):
            self.monkeypatch.delenv(name, raising=False)
        self.inputs = dict(inputs)
        for name, value in _input_variables(self.inputs).items():
            self.monkeypatch.setenv(name, value)

    def hand_over(self) -> None:
        """Begin the post stage: what main saved arrives as STATE_…"""
        self.state = self.saved
        for name, value in self.state.items():
            self.monkeypatch.setenv(f"STATE_{name}", value)

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs that are set so far."""
        return read_files(self.command_files)[0]

    @property
    def saved(self) -> dict[str, str]:
        """The state that is saved so far."""
        return read_files(self.command_files)[1]

    @property
    def summary(self) -> str:
        """The job summary so far."""
        return read_files(self.command_files)[2]

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """The events in the runner's temporary folder that wait for delivery."""
        files = sorted((self.temp / "deployment-events").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def leaks(self, *stages: Ended) -> list[str]:
        """Return the keys that the stages or their files show, in any form."""
        texts = [text for ended in stages for text in ended.texts]
        return leaks.leaked([*texts, *leaks.files_below(self.temp)])

    def environment(self) -> dict[str, str]:
        """Return every variable that the runner gives to a stage; the command files are empty."""
        for path in self.command_files.values():
            Path(path).write_text("")
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            **environ(event_path=str(self.payload), workspace=str(self.workspace)),
            **self.command_files,
            "RUNNER_TEMP": str(self.temp),
            **_input_variables(self.inputs),
            **{f"STATE_{name}": text for name, text in self.state.items()},
            **self.env,
        }

    def _run(self, stage: Callable[[Runner, Clock], int], name: Literal["main", "post"]) -> Ended:
        environment = self.environment()
        out, err = io.StringIO(), io.StringIO()
        began = self.clock.monotonic()
        silence = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
        with _environ(environment), _recorded() as issued, silence[0], silence[1]:
            runner = Runner()
            try:
                code = stage(runner, self.clock)
            except Exception as bug:  # noqa: BLE001  as process.run does
                code = report_bug(runner, bug, name)
        seconds = self.clock.monotonic() - began
        return Ended(
            code, out.getvalue(), err.getvalue(), seconds, issued, *read_files(environment)
        )


def _input_variables(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the runner's variables for inputs."""
    return {f"INPUT_{name.replace(' ', '_').upper()}": text for name, text in inputs.items()}


def read_files(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], str, str]:
    """Return a stage's outputs, state and summary, and all three as written."""
    texts = []
    for name in COMMAND_FILES:
        path = environment[name]
        # `Path.is_file` raises an error if the name is too long.
        is_file = os.path.isfile(path)  # noqa: PTH113
        texts.append(Path(path).read_bytes().decode(errors="replace") if is_file else "")
    outputs, state, summary = texts
    return dict(parse_pairs(outputs)), dict(parse_pairs(state)), summary, "\n".join(texts)


@contextlib.contextmanager
def _environ(environment: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _recorded() -> Iterator[list[tuple[str, str]]]:
    """Record every workflow command that the toolkit issues."""
    issued: list[tuple[str, str]] = []
    real = command.issue_command

    def issue_command(name: str, properties: dict[str, Any], message: str) -> None:
        issued.append((name, message))
        real(name, properties, message)

    command.issue_command = core.issue_command = issue_command
    try:
        yield issued
    finally:
        command.issue_command = core.issue_command = real
