"""Main and post in the image, started as the runner starts them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from container.docker import docker
from container.reports import MakeRunner, assert_reported, results
from container.saved import SavedImage
from support.steps import with_keys

from emulator import ContainerRunner, Job
from sandbox import Sandbox

pytestmark = pytest.mark.container

HOSTILE = "import os; os.write(2, b'hijacked'); os._exit(66)\n"
"""A module that the action must never import."""
SIGNALLED = 5.0
"""Seconds from a cancel to the container's end, well before the runner's SIGTERM at 7.5 s."""


def test_outputs_and_state_come_back(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    with Job(runner=make_runner()) as job:
        main = job.uses(with_=with_keys(sandbox), id="report")
        assert main.exit_code == 0, main.raw
        assert main.outputs["launchdarkly-deployment-id"]
        assert main.outputs["started-at"].endswith("Z")
        assert main.state, "post would have nothing to go on"
        [post] = job.finish().posts
        assert post.exit_code == 0, post.raw
        [received] = sandbox.deployments("datadog")
        assert received["id"] == main.outputs["datadog-deployment-id"]
        assert post.summary


def test_a_failed_job_is_reported_as_failed(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    with Job(runner=make_runner()) as job:
        job.uses(with_=with_keys(sandbox))
        job.run("exit 1")
        assert job.finish().posts[0].exit_code == 0
    assert [d["status"] for d in sandbox.deployments("launchdarkly")] == ["failed"]
    assert sandbox.deployments("datadog") == []


def test_the_workspace_is_left_alone(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    with Job(runner=make_runner()) as job:
        (job.workspace / "deploy.sh").write_text("true\n")
        assert_reported(job, sandbox)
        assert [path.name for path in job.workspace.rglob("*")] == ["deploy.sh"]


@pytest.mark.parametrize(
    "name",
    [
        "requests",
        "pydantic",
        "urllib3",
        "json",
        "deployment_events",
        "sitecustomize",
        "usercustomize",
    ],
)
def test_modules_of_the_workspace_are_not_imported(image: str, sandbox: Sandbox, name: str) -> None:
    env = {"PYTHONPATH": "/github/workspace", "PYTHONSTARTUP": f"/github/workspace/{name}.py"}
    with Job(runner=ContainerRunner(image, "--network", "host"), env=env) as job:
        (job.workspace / f"{name}.py").write_text(HOSTILE)
        assert_reported(job, sandbox)


def test_programs_of_the_workspace_are_not_run(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    env = {
        "PATH": "/github/workspace",
        "PYTHONHOME": "/github/workspace",
        "BASH_ENV": "/github/workspace/env",
    }
    with Job(runner=make_runner(), env=env) as job:
        for name in ("python", "python3", "env", "sh", "entrypoint.py"):
            program = job.workspace / name
            program.write_text("#!/bin/sh\necho hijacked >&2; exit 66\n")
            program.chmod(0o755)
        assert_reported(job, sandbox)


def test_without_a_network_events_are_kept_and_the_deploy_goes_on(
    make_runner: MakeRunner, sandbox: Sandbox
) -> None:
    with Job(runner=make_runner(network="none")) as job:
        main = job.uses(with_=with_keys(sandbox, event="finished", timeout_seconds="3"))
        assert main.exit_code == 0, main.raw
        assert results(main.outputs) == {"launchdarkly": "undelivered", "datadog": "undelivered"}
        kept = job.temp / main.outputs["undelivered-path"]
        assert kept.read_text().count("\n") == 2
        owners = {path.stat().st_uid for path in (kept, kept.parent, job.temp)}
        assert len(owners) == 1, "the runner must be able to remove the files"
        assert job.finish().conclusion == "success"
    assert sandbox.requests() == []


def test_a_read_only_root_file_system_is_enough(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    with Job(runner=make_runner("--read-only")) as job:
        assert_reported(job, sandbox)


@pytest.mark.parametrize("home", ["/nonexistent", "/github/workspace", ""])
def test_any_home_is_accepted(make_runner: MakeRunner, sandbox: Sandbox, home: str) -> None:
    with Job(runner=make_runner("--env", f"HOME={home}")) as job:
        (job.workspace / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
        assert_reported(job, sandbox)


@pytest.mark.parametrize("number", ["INT", "TERM"])
def test_a_signal_ends_main_immediately(
    make_runner: MakeRunner, sandbox: Sandbox, number: str
) -> None:
    """As PID 1, a process without a handler would ignore both."""
    sandbox.latency = 60.0
    with Job(runner=make_runner("--label", f"signalled={number}")) as job:
        running = job.start(with_=with_keys(sandbox, event="finished"))
        running.wait_for(lambda _: bool(sandbox.requests()))
        signalled = time.monotonic()
        container = docker("ps", "--quiet", "--filter", f"label=signalled={number}")
        docker("kill", "--signal", number, container)
        main = running.wait()
        assert time.monotonic() - signalled < SIGNALLED
        assert list((job.temp / "deployment-events").iterdir()), main.raw


def test_a_cancelled_job_ends_main_before_the_runner_terminates_it(
    make_runner: MakeRunner, sandbox: Sandbox
) -> None:
    """The runner signals its docker client, which passes the signal on."""
    sandbox.latency = 60.0
    with Job(runner=make_runner()) as job:
        running = job.start(with_=with_keys(sandbox))
        running.wait_for(lambda _: bool(sandbox.requests()))
        cancelled = time.monotonic()
        running.cancel()
        assert running.wait().outcome == "cancelled"
        assert time.monotonic() - cancelled < SIGNALLED


def test_post_reports_for_a_killed_main(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    sandbox.latency = 60.0
    with Job(runner=make_runner()) as job:
        running = job.start(with_=with_keys(sandbox))
        running.wait_for(lambda _: bool(sandbox.requests()))
        running.kill()
        running.wait()
        sandbox.latency = 0.0
        job.finish()
    assert [d["status"] for d in sandbox.deployments("launchdarkly")] == ["failed"]


NOTE_COMPILED = """
import importlib._bootstrap_external as loaders
import os

def note(name, text):
    with open(os.path.join(os.environ["RUNNER_TEMP"], name), "a") as file:
        file.write(f"{text}\\n")

def compile_and_note(loader, data, path, **options):
    note("compiled", path)
    return compile_(loader, data, path, **options)

compile_ = loaders.SourceLoader.source_to_code
loaders.SourceLoader.source_to_code = compile_and_note
note("noted", "main")
"""
"""Code at the beginning of an executable that notes which modules Python compiles."""


def test_nothing_is_compiled_at_run_time(
    image: str, saved: SavedImage, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each start would take longer: compiling what it loads takes a quarter of a second."""
    mounts = []
    for name in ("entrypoint.py", "post.py"):
        shebang, _, program = saved.text(f"/{name}").partition("\n")
        noting = tmp_path / name
        noting.write_text(f"{shebang}\n{NOTE_COMPILED}\n{program}")
        noting.chmod(0o755)
        mounts += ["--volume", f"{noting}:/{name}:ro"]
    with Job(runner=ContainerRunner(image, "--network", "host", *mounts)) as job:
        job.uses(with_=with_keys(sandbox))
        job.finish()
        assert (job.temp / "noted").read_text() == "main\nmain\n"
        assert not (job.temp / "compiled").exists()
    assert len(sandbox.deployments("datadog")) == 1
