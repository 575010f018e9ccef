"""Two ways to run a docker action's executable: on the host, and in its container."""

from __future__ import annotations

import contextlib
import os
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
        self, command: Sequence[str], environment: Mapping[str, str], directory: Path
    ) -> None:
        self.popen = subprocess.Popen(  # noqa: S603 - running the given command is the purpose
            list(command),
            env=dict(environment),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def send(self, number: signal.Signals) -> None:
        """Deliver a signal to the process; too late is no error."""
        self.popen.send_signal(number)

    def kill(self) -> None:
        """End the process and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)


class Runner(Protocol):
    """How an action's executable is started."""

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        """Start it; raises `OSError` when it cannot be started."""
        ...


class HostRunner:
    """Runs `/name.py` of the manifest as `python -IuB <action directory>/name.py` on this machine.

    The process gets the environment a container would have and nothing of the host's.
    """

    def __init__(self, python: str | Path = sys.executable, *, path: str = IMAGE_PATH) -> None:
        self._python = str(python)
        self._path = path

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        """Start the executable with the workspace as its working directory."""
        program = action.directory / PurePosixPath(entrypoint).name
        command = [self._python, "-IuB", str(program)]
        return Process(command, {"PATH": self._path, **environment}, layout.workspace)


class ContainerRunner:
    """Runs the manifest's executables in containers of an image, with GitHub's mounts and names."""

    def __init__(
        self,
        image: str,
        *,
        network: str | None = None,
        read_only: bool = False,
        arguments: Sequence[str] = (),
        docker: str = "docker",
    ) -> None:
        self._image = image
        self._options = [
            *(["--network", network] if network else []),
            *(["--read-only"] if read_only else []),
            *arguments,
        ]
        self._docker = docker

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        """Start a fresh container; the docker client hands signals on to it, as under the runner."""
        del action  # its files are in the image
        name = f"emulator_{uuid.uuid4().hex[:12]}"
        mounts = _mounts(layout)
        translated = {key: _translate(value, mounts) for key, value in environment.items()}
        command = [
            self._docker,
            *(
                "run",
                "--rm",
                "--name",
                name,
                "--workdir",
                "/github/workspace",
                "--entrypoint",
                entrypoint,
            ),
            *(argument for key in translated for argument in ("-e", key)),
            *(argument for host, inside in mounts for argument in ("-v", f"{host}:{inside}")),
            *self._options,
            self._image,
        ]
        client = {key: os.environ[key] for key in _CLIENT_VARIABLES if key in os.environ}
        return _ContainerProcess(
            self._docker, name, command, {**client, **translated}, layout.workspace
        )


class _ContainerProcess(Process):
    """A `docker run`; killing its client would leave the container alive."""

    def __init__(
        self,
        docker: str,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
    ) -> None:
        super().__init__(command, environment, directory)
        self._remove = [docker, "rm", "--force", name]

    def kill(self) -> None:
        if self.popen.poll() is None:
            subprocess.run(self._remove, capture_output=True, check=False)  # noqa: S603 - our own container
        super().kill()


# What the docker client itself needs to find its engine; never passed on to the container.
_CLIENT_VARIABLES = (
    "PATH",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
)


def _mounts(layout: Layout) -> list[tuple[str, str]]:
    """Host and container directories; a directory inside another comes before it."""
    return [
        (str(layout.workspace), "/github/workspace"),
        (str(layout.file_commands), "/github/file_commands"),
        (str(layout.event.parent), "/github/workflow"),
        (str(layout.home), "/github/home"),
        (str(layout.temp), "/github/runner_temp"),
    ]


def _translate(value: str, mounts: Sequence[tuple[str, str]]) -> str:
    """Translate a value that is or begins with a mounted host path into the container's path."""
    for host, inside in mounts:
        if value == host or value.startswith(f"{host}/"):
            return inside + value.removeprefix(host)
    return value
