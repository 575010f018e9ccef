"""One step of a job in this process: main, then post, with the environment that the runner gives."""

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from actions_toolkit import command, core

from deployment_events.github.runner import Runner
from deployment_events.http.deadline import Clock
from deployment_events.process import report_bug
from deployment_events.stages.main import main
from deployment_events.stages.post import post
from emulator import load_action, parse_pairs
from sandbox import Sandbox
from support import leaks

SHA = "0123456789abcdef0123456789abcdef01234567"
VENDORS = ("launchdarkly", "datadog")
COMMAND_FILES = ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")

ENVIRONMENT = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "octocat",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_JOB": "deploy",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REPOSITORY": "octo-org/shop",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_RUN_ID": "4217",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_SHA": SHA,
    "GITHUB_WORKFLOW": "Deploy",
    "RUNNER_NAME": "GitHub Actions 1",
}


@cache
def _defaults() -> dict[str, str]:
    return {name: text for name, text in load_action().inputs.items() if "${{" not in text}


def make_sandbox(**options: Any) -> Sandbox:
    """A sandbox that takes the awkward keys."""
    return Sandbox(
        launchdarkly_token=leaks.LAUNCHDARKLY_TOKEN,
        datadog_api_key=leaks.DATADOG_API_KEY,
        datadog_app_key=leaks.DATADOG_APP_KEY,
        github_token=leaks.GITHUB_TOKEN,
        **options,
    )


def vendor_inputs(sandbox: Sandbox) -> dict[str, str]:
    """The inputs that lead to a sandbox made by `make_sandbox`."""
    return {
        "launchdarkly-access-token": leaks.LAUNCHDARKLY_TOKEN,
        "launchdarkly-base-url": sandbox.launchdarkly_url,
        "datadog-api-key": leaks.DATADOG_API_KEY,
        "datadog-base-url": sandbox.datadog_url,
    }


@dataclass
class Ended:
    """What a stage left behind."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    """On the stage's own clock."""
    issued: list[tuple[str, str]]
    """The workflow commands that the code meant to give: name and message."""
    outputs: dict[str, str] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    raw: str = ""
    """The files of the runner's commands as written."""

    @property
    def results(self) -> list[dict[str, Any]]:
        return json.loads(self.outputs["results"])

    def result(self, vendor: str) -> dict[str, Any]:
        """The one result of a vendor."""
        [found] = [one for one in self.results if one["vendor"] == vendor]
        return found

    def annotations(self, level: str) -> list[str]:
        return [message for name, message in self.issued if name == level]


class Step:
    """A step, with folders of its own."""

    def __init__(
        self,
        root: Path,
        sandbox: Sandbox | None = None,
        *,
        clock: Clock | None = None,
        env: Mapping[str, str] | None = None,
        payload: Any = None,
        **inputs: str,
    ) -> None:
        """`inputs` by name, hyphens as underscores; `env` overrides the runner's variables."""
        self.temp = root / "temp"
        self.workspace = root / "workspace"
        self.temp.mkdir(parents=True, exist_ok=True)
        self.workspace.mkdir(exist_ok=True)
        self.clock = clock or Clock()
        self.env = dict(env or {})
        self.inputs = {**_defaults(), "environment": "production"}
        if sandbox:
            self.inputs |= vendor_inputs(sandbox)
            self.env.setdefault("GITHUB_API_URL", sandbox.github_url)
        self.inputs |= {name.replace("_", "-"): value for name, value in inputs.items()}
        self.state: dict[str, str] = {}
        self.payload = root / "event.json"
        self.payload.write_text(payload if isinstance(payload, str) else json.dumps(payload or {}))
        self._files = root / "file_commands"

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

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """What waits in the runner's temporary folder to be delivered."""
        files = sorted((self.temp / "deployment-events").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def leaks(self, *ended: Ended) -> list[str]:
        """The keys that got out, in whatever form."""
        told = [text for one in ended for text in (one.stdout, one.stderr, one.raw, one.summary)]
        return leaks.leaked([*told, *leaks.files_below(self.temp)])

    def environment(self, stage: str) -> dict[str, str]:
        """Every variable the runner would give to a stage; its command files are made anew."""
        files = self.environment_files(stage)
        for path in map(Path, files.values()):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        return {
            **ENVIRONMENT,
            **files,
            "GITHUB_EVENT_PATH": str(self.payload),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            **{
                f"INPUT_{name.replace(' ', '_').upper()}": text
                for name, text in self.inputs.items()
            },
            **{f"STATE_{name}": text for name, text in self.state.items()},
            **self.env,
        }

    def environment_files(self, stage: str) -> dict[str, str]:
        """The variables that name a stage's command files."""
        return {name: str(self._files / stage / name) for name in COMMAND_FILES}

    def _run(self, stage: Callable[[Runner, Clock], int], name: Literal["main", "post"]) -> Ended:
        environment = self.environment(name)
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


def read_files(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], str, str]:
    """Read a stage's outputs, state and summary, and all three as written."""
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
    """Note every command that the toolkit is asked to give, and let it give them."""
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
