"""Which container engine .ci/run uses, in a copy of it whose other commands are stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTAINERS = '#!/bin/sh\necho "engine ${ENGINE:-running}, tool ${1:-none}"\n'
ENGINE = '#!/bin/sh\n[ "$1" = run ] && shift\nENGINE={name} exec "$@"\n'
TOOL = "../shared/tools/docker-engine"


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def run(
    tmp_path: Path, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the copy on a machine with the named engines."""
    monkeypatch.delenv("CONTAINER_ENGINE", raising=False)
    repository = tmp_path / "repository"
    executable(repository / ".ci" / "containers", CONTAINERS)
    shutil.copy(ROOT / ".ci" / "run", repository / ".ci" / "run")
    for name in ("make", "git"):
        program(name, "#!/bin/sh\n")

    def start(*engines: str) -> subprocess.CompletedProcess[str]:
        works = {"docker": "true", "docker without buildx": '[ "$1" = version ]'}
        status = next((works[engine] for engine in engines if engine in works), "false")
        program("docker", f"#!/bin/sh\n{status}\n")
        if "tool" in engines:
            executable(repository / TOOL, ENGINE.format(name="tool"))
        environment = dict(os.environ)
        if "variable" in engines:
            own = executable(tmp_path / "my-engine", ENGINE.format(name="variable"))
            environment["CONTAINER_ENGINE"] = f"{own} run"
        command = ["bash", str(repository / ".ci" / "run")]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return start


@pytest.mark.parametrize(
    ("engines", "used"),
    [
        (["variable"], "engine variable, tool none"),
        (["variable", "docker", "tool"], f"engine variable, tool {TOOL}"),
        (["docker"], "engine running, tool none"),
        (["docker", "tool"], f"engine running, tool {TOOL}"),
        (["tool"], f"engine tool, tool {TOOL}"),
        (["docker without buildx", "tool"], f"engine tool, tool {TOOL}"),
    ],
)
def test_the_first_engine_is_used(run: Callable, engines: list[str], used: str) -> None:
    done = run(*engines)
    assert done.returncode == 0, done.stderr
    assert used in done.stdout.splitlines()


@pytest.mark.parametrize("engines", [[], ["docker without buildx"]])
def test_without_an_engine_it_fails_before_the_tests(run: Callable, engines: list[str]) -> None:
    done = run(*engines)
    assert done.returncode == 1
    assert done.stderr.startswith("No container engine. Start Docker with its plugin buildx, or")
    assert done.stdout == ""


def test_an_engine_that_does_not_exist_is_an_error_before_the_tests(
    run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTAINER_ENGINE", "/nowhere/engine run")
    done = run()
    assert done.returncode == 1
    assert done.stderr.strip().endswith("a program that does not exist: /nowhere/engine")
    assert done.stdout == ""


def test_a_blank_engine_counts_as_unset(run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTAINER_ENGINE", " ")
    done = run("docker")
    assert done.returncode == 0, done.stderr
    assert "engine running, tool none" in done.stdout.splitlines()
