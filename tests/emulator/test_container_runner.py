import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import ContainerRunner, Job, StepResult

Make = Callable[..., Path]

# Takes the docker client's place, and prints how it was called.
DOCKER = """#!/usr/bin/env python3
import json, os, signal, sys, time
arguments = sys.argv[1:]
if arguments[0] == "rm":
    with open(os.path.join(os.path.dirname(__file__), "removed"), "w") as file:
        file.write(" ".join(arguments))
    sys.exit()
print(json.dumps({"arguments": arguments, "environment": dict(os.environ)}), flush=True)
if "--wait" in arguments:
    signal.signal(signal.SIGINT, lambda *_: sys.exit(7))
    print("ready", flush=True)
    time.sleep(30)
"""


@pytest.fixture(autouse=True)
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return program


def seen(step: StepResult) -> tuple[list[str], dict[str, str]]:
    message = json.loads(step.stdout.splitlines()[0])
    return message["arguments"], message["environment"]


def test_a_container_gets_githubs_mounts_names_and_paths(action: Make) -> None:
    runner = ContainerRunner("image:tag", "--network", "host", "--read-only")
    with Job(runner=runner, env={"ELSEWHERE": "/etc/passwd"}) as job:
        inside = f"{job.temp}/x/y"
        step = job.uses(action(), with_={"name": inside, "plain": f"see {inside}"})
        layout = job.layout
    arguments, environment = seen(step)
    assert arguments[:2] == ["run", "--rm"]
    assert arguments[-4:] == ["--network", "host", "--read-only", "image:tag"]
    pairs = list(itertools.pairwise(arguments))
    assert ("--workdir", "/github/workspace") in pairs
    assert ("--entrypoint", "/entrypoint.py") in pairs
    assert {value for option, value in pairs if option == "-v"} == {
        f"{layout.workspace}:/github/workspace",
        f"{layout.home}:/github/home",
        f"{layout.event.parent}:/github/workflow",
        f"{layout.file_commands}:/github/file_commands",
        f"{layout.temp}:/github/runner_temp",
    }
    expected = {
        "HOME": "/github/home",
        "GITHUB_WORKSPACE": "/github/workspace",
        "GITHUB_EVENT_PATH": "/github/workflow/event.json",
        "RUNNER_TEMP": "/github/runner_temp",
        "INPUT_NAME": "/github/runner_temp/x/y",
        "INPUT_PLAIN": f"see {inside}",
        "INPUT_JOB-STATUS": "success",
        "ELSEWHERE": "/etc/passwd",
    }
    assert environment.items() >= expected.items()
    assert environment["GITHUB_OUTPUT"].startswith("/github/file_commands/set_output_")
    assert {value for option, value in pairs if option == "-e"} >= expected.keys()


def test_values_never_appear_on_the_command_line(action: Make) -> None:
    with Job(runner=ContainerRunner("i")) as job:
        arguments, _ = seen(job.uses(action(), with_={"name": "hush"}))
    assert "hush" not in " ".join(arguments)


def test_the_hosts_path_and_engine_reach_the_docker_client_but_not_the_container(
    action: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///elsewhere.sock")
    monkeypatch.setenv("SECRET_OF_THE_HOST", "x")
    with Job(runner=ContainerRunner("i")) as job:
        arguments, environment = seen(job.uses(action()))
    assert environment["DOCKER_HOST"] == "unix:///elsewhere.sock"
    assert "SECRET_OF_THE_HOST" not in environment
    assert not {"DOCKER_HOST", "PATH"} & set(arguments)


def test_post_runs_its_entrypoint_in_a_new_container(action: Make) -> None:
    with Job(runner=ContainerRunner("i")) as job:
        main, _ = seen(job.uses(action()))
        post, _ = seen(job.finish().posts[0])
    assert (main[main.index("--entrypoint") + 1], post[post.index("--entrypoint") + 1]) == (
        "/entrypoint.py",
        "/post.py",
    )
    assert main[main.index("--name") + 1] != post[post.index("--name") + 1]


def test_a_cancel_signals_the_client_and_a_kill_removes_the_container(
    action: Make, docker: Path
) -> None:
    runner = ContainerRunner("i", "--wait")
    with Job(runner=runner) as job:
        running = job.start(action(name="first"))
        running.wait_for(lambda step: "ready" in step.raw)
        running.cancel()
        assert running.wait().exit_code == 7
    with Job(runner=runner) as job:
        running = job.start(action(name="second"))
        running.wait_for(lambda step: "ready" in step.raw)
        running.kill()
        arguments, _ = seen(running.wait())
    removed = docker.with_name("removed").read_text()
    assert removed == f"rm --force {arguments[arguments.index('--name') + 1]}"


def test_a_missing_docker_client_is_a_failed_step(
    action: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nothing")
    with Job(runner=ContainerRunner("i")) as job:
        step = job.uses(action())
    assert (step.outcome, step.exit_code) == ("failure", 126)
