"""Two ways to run a docker action's executable: on the host, and in its container."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from emulator.layout import Layout
from emulator.manifest import Action

IMAGE_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
"""`PATH` as Docker's Python images set it."""


class Process:
    """A started stage, alone in its process group."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        *,
        cleanup: Sequence[str] = (),
    ) -> None:
        """Start a command; `cleanup` is a command that `kill` runs while the process is alive."""
        self.environment = dict(environment)
        self._cleanup = list(cleanup)
        self.popen = subprocess.Popen(  # noqa: S603 - running the given command is the purpose
            list(command),
            env=self.environment,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End the process and everything it started."""
        if self._cleanup and self.popen.poll() is None:
            subprocess.run(self._cleanup, capture_output=True, check=False)  # noqa: S603 - our own
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)


class Runner(Protocol):
    """How an action's executable is started."""

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        """Start it; raises `OSError` if it cannot be started."""
        ...


class HostRunner:
    """Runs `/name.py` of the manifest as `python -IuB <action directory>/name.py` on this machine.

    The process gets the environment that a container would have, and nothing of the host's.
    """

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        """Start the executable in the workspace."""
        program = action.directory / PurePosixPath(entrypoint).name
        command = [sys.executable, "-IuB", str(program)]
        return Process(command, {"PATH": IMAGE_PATH, **environment}, layout.workspace)


class ContainerRunner:
    """Runs the manifest's executables in containers of an image, with GitHub's mounts and names."""

    def __init__(self, image: str, *arguments: str) -> None:
        """Take an image, and more arguments for `docker run`."""
        self._image = image
        self._arguments = arguments

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        """Start a new container; the docker client passes signals on, as under the runner."""
        # The image has the action's files.
        del action
        name = f"emulator_{uuid.uuid4().hex[:12]}"
        mounts = _mounts(layout)
        inside = {key: _translate(value, mounts) for key, value in environment.items()}
        # The job's PATH is also that of the client.
        docker = shutil.which("docker") or "docker"
        command = [docker, "run", "--rm", "--name", name, "--entrypoint", entrypoint]
        command += ["--workdir", "/github/workspace"]
        for key in inside:
            command += ["-e", key]
        for host, directory in mounts.items():
            command += ["-v", f"{host}:{directory}"]
        # The docker client finds its engine with these; a container never receives them.
        client = {key: os.environ[key] for key in os.environ if re.match("PATH$|DOCKER_", key)}
        return Process(
            [*command, *self._arguments, self._image],
            {**client, **inside},
            layout.workspace,
            # Killing the docker client would leave the container running.
            cleanup=[docker, "rm", "--force", name],
        )


def _mounts(layout: Layout) -> dict[str, str]:
    """Return container directories by host directory; a directory comes before its parent."""
    return {
        str(layout.workspace): "/github/workspace",
        str(layout.file_commands): "/github/file_commands",
        str(layout.event.parent): "/github/workflow",
        str(layout.home): "/github/home",
        str(layout.temp): "/github/runner_temp",
    }


def _translate(value: str, mounts: Mapping[str, str]) -> str:
    """Replace a mounted host path at the start of a value by the container's path."""
    for host, directory in mounts.items():
        if value == host or value.startswith(f"{host}/"):
            return directory + value.removeprefix(host)
    return value
