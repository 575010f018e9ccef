"""A stage as a process, with the interpreter, flags and environment of the runner."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator import REPOSITORY
from support.step import Ended, Step, read_files

PROGRAMS = {"main": "entrypoint.py", "post": "post.py"}


@dataclass
class Running:
    """A running stage."""

    popen: subprocess.Popen[str]
    environment: dict[str, str]
    began: float

    def wait_for(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Block until the condition is true; fail if the process ends before."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.popen.poll() is not None:
                raise AssertionError(f"it ended before: {self.popen.communicate()}")
            assert time.monotonic() < deadline, "it never happened"
            time.sleep(0.001)

    def saved_state(self) -> bool:
        return "ghadelimiter" in Path(self.environment["GITHUB_STATE"]).read_text()

    def handles_sigterm(self) -> bool:
        """Return whether a handler is installed, as the kernel sees it; False after the end."""
        try:
            status = Path(f"/proc/{self.popen.pid}/status").read_text(encoding="ascii")
            [caught] = [
                line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")
            ]
        except (OSError, ValueError):
            return False
        return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)

    def send(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def end(self, seconds: float = 20) -> Ended:
        """Wait for the end, and return the exit code, streams and files."""
        try:
            out, err = self.popen.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            raise
        took = time.monotonic() - self.began
        return Ended(self.popen.returncode, out, err, took, [], *read_files(self.environment))


@contextlib.contextmanager
def running(
    step: Step, stage: str = "main", *, program: Path | None = None, stdout: Any = subprocess.PIPE
) -> Iterator[Running]:
    """Start a stage, and kill it when the context ends."""
    environment = {"PATH": os.defpath, "HOME": str(step.temp), **step.environment()}
    popen = subprocess.Popen(
        [sys.executable, "-IuB", str(program or REPOSITORY / PROGRAMS[stage])],
        env=environment,
        cwd=step.workspace,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        yield Running(popen, environment, time.monotonic())
    finally:
        popen.kill()
        popen.communicate()


def run(step: Step, stage: str = "main") -> Ended:
    """Run a stage to its end and keep main's state for post; the job status defaults to success."""
    step.inputs["job-status"] = step.inputs.get("job-status") or "success"
    with running(step, stage) as process:
        ended = process.end()
    if stage == "main":
        step.state = ended.state
    return ended
