"""A container's complete run, with docker's work, against an empty container of the same image.

    IMAGE=deployment-events:local python benchmarks/container.py [rounds]

The image must exist (`make image`). The sandbox is reached over the host's network. Its CA is among
the image's CAs, because users of a released image rarely name a bundle.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Cost, machine, paired
from service import Service, sandbox
from step import environment

IMAGE = os.environ.get("IMAGE", "deployment-events:local")
_MAIN = "main: finished to both vendors"
_POST = "post: the result to both vendors"
_IDLE = "post with nothing to do"
_EMPTY = "empty: `sh -c :`"
_PYTHON = "empty: python -c pass"
_IMPORTS = "the three dependencies imported, one model defined"
_ONLY_IMPORTS = """
import gc, os
gc.disable()
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
import actions_toolkit.core, pydantic, requests
class Model(pydantic.BaseModel): text: str
os._exit(0)
"""


def available() -> bool:
    """Return whether the engine and the image are available."""
    docker = shutil.which("docker")
    if not docker:
        return False
    return (
        subprocess.run(
            [docker, "image", "inspect", IMAGE], capture_output=True, check=False
        ).returncode
        == 0
    )


def _command(mounts: dict[str, str], env: dict[str, str], *entrypoint: str) -> list[str]:
    program, *arguments = entrypoint
    names = [option for name in env for option in ("--env", name)]
    volumes = [
        option for source, target in mounts.items() for option in ("--volume", f"{source}:{target}")
    ]
    options = [
        "--rm",
        "--network",
        "host",
        *volumes,
        "--workdir",
        env.get("RUNNER_TEMP", "/"),
        *names,
    ]
    return [
        shutil.which("docker") or "docker",
        "run",
        *options,
        "--entrypoint",
        program,
        IMAGE,
        *arguments,
    ]


def _contestants(service: Service, folder: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    ours = environment(service, folder)
    state = _state(folder, {**ours, "INPUT_EVENT": "auto"})
    ours = {
        name: value for name, value in ours.items() if name not in {"REQUESTS_CA_BUNDLE", "PATH"}
    }
    mounts = {
        str(folder): str(folder),
        service.ca_alone: f"/etc/ssl/certs/{_hash(service.ca_alone)}.0",
    }
    ended = {**ours, "STATE_deployment": state, "INPUT_JOB-STATUS": "success"}
    done = {"STATE_done": "true"}
    docker = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "DOCKER_CONFIG", "DOCKER_HOST")
        if name in os.environ
    }
    plans = {
        _EMPTY: ({}, ("/bin/sh", "-c", ":")),
        _PYTHON: ({}, ("/usr/local/bin/python", "-I", "-c", "pass")),
        _IMPORTS: ({}, ("/usr/local/bin/python", "-IuB", "-c", _ONLY_IMPORTS)),
        _MAIN: (ours, ("/entrypoint.py",)),
        _POST: (ended, ("/post.py",)),
        _IDLE: (done, ("/post.py",)),
    }
    return {
        name: (_command(mounts, env, *entry), {**docker, **env})
        for name, (env, entry) in plans.items()
    }


def _hash(certificate: str) -> str:
    """The name under which OpenSSL looks for a CA."""
    command = ["openssl", "x509", "-hash", "-noout", "-in", certificate]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _state(folder: Path, env: dict[str, str]) -> str:
    """Return the state that a real main stage saves."""
    command = [sys.executable, "-IuB", str(Path(__file__).parent.parent / "entrypoint.py")]
    subprocess.run(command, env=env, cwd=folder, check=True, capture_output=True)
    return (folder / "GITHUB_STATE").read_text().splitlines()[1]


def measure(rounds: int) -> dict[str, Cost]:
    with sandbox(tls=True) as service, tempfile.TemporaryDirectory() as folder:
        return paired(lambda: _contestants(service, Path(folder)), rounds, folder)


def report(costs: dict[str, Cost], rounds: int) -> str:
    lines = [
        f"Medians of {rounds} rounds, {machine()}, docker's own work included.",
        "",
        "| container | wall, ms | of `sh -c :` | of bare Python |",
        "|---|---|---|---|",
    ]
    empty, python = costs[_EMPTY].wall, costs[_PYTHON].wall
    lines += [
        f"| {name} | {cost.wall * 1000:.0f} | {cost.wall / empty:.2f} | {cost.wall / python:.2f} |"
        for name, cost in costs.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(report(measure(count), count))
