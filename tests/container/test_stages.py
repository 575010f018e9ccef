"""Main and post in the image, started as the runner starts them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from container.docker import docker
from support.cas import hashed
from support.steps import with_keys

from emulator import ContainerRunner, Job
from sandbox import Sandbox

pytestmark = pytest.mark.container

HOSTILE = "import os; os.write(2, b'hijacked'); os._exit(66)\n"
"""A module that the action must never import."""
SYSTEM_CAS = "/etc/ssl/certs"
"""Where the image's base keeps the public CAs, each under its hash."""
SIGNALLED = 5.0
"""Seconds from a cancel to the container's end, well before the runner's SIGTERM at 7.5 s."""


def results(outputs: Mapping[str, str]) -> dict[str, str]:
    """Status by vendor."""
    return {result["vendor"]: result["status"] for result in json.loads(outputs["results"])}


def assert_reported(job: Job, sandbox: Sandbox, **more: str) -> None:
    """One whole deployment: started in main, finished in post, heard by both vendors."""
    main = job.uses(with_=with_keys(sandbox, **more), id="report")
    assert main.exit_code == 0, main.raw
    result = job.finish()
    assert result.conclusion == "success", result.log
    assert [d["status"] for d in sandbox.deployments("launchdarkly")] == ["finished"], result.log
    assert len(sandbox.deployments("datadog")) == 1, result.log


def test_outputs_and_state_come_back(image: str, sandbox: Sandbox) -> None:
    with Job(runner=ContainerRunner(image, network="host")) as job:
        main = job.uses(with_=with_keys(sandbox), id="report")
        assert main.exit_code == 0, main.raw
        assert main.outputs["launchdarkly-deployment-id"]
        assert main.outputs["started-at"].endswith("Z")
        assert main.state, "post would know nothing"
        [post] = job.finish().posts
        assert post.exit_code == 0, post.raw
        [heard] = sandbox.deployments("datadog")
        assert heard["id"] == main.outputs["datadog-deployment-id"]
        assert post.summary


def test_a_failed_job_is_reported_as_failed(image: str, sandbox: Sandbox) -> None:
    with Job(runner=ContainerRunner(image, network="host")) as job:
        job.uses(with_=with_keys(sandbox))
        job.run("exit 1")
        assert job.finish().posts[0].exit_code == 0
    assert [d["status"] for d in sandbox.deployments("launchdarkly")] == ["failed"]
    assert sandbox.deployments("datadog") == []


def test_the_workspace_stays_untouched(image: str, sandbox: Sandbox) -> None:
    with Job(runner=ContainerRunner(image, network="host")) as job:
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
    with Job(runner=ContainerRunner(image, network="host"), env=env) as job:
        (job.workspace / f"{name}.py").write_text(HOSTILE)
        assert_reported(job, sandbox)


def test_programs_of_the_workspace_are_not_run(image: str, sandbox: Sandbox) -> None:
    env = {
        "PATH": "/github/workspace",
        "PYTHONHOME": "/github/workspace",
        "BASH_ENV": "/github/workspace/env",
    }
    client = shutil.which("docker") or "docker"  # its PATH is the job's too
    with Job(runner=ContainerRunner(image, network="host", docker=client), env=env) as job:
        for name in ("python", "python3", "env", "sh", "entrypoint.py"):
            program = job.workspace / name
            program.write_text("#!/bin/sh\necho hijacked >&2; exit 66\n")
            program.chmod(0o755)
        assert_reported(job, sandbox)


def test_without_a_network_events_are_kept_and_the_deploy_goes_on(
    image: str, sandbox: Sandbox
) -> None:
    with Job(runner=ContainerRunner(image, network="none")) as job:
        main = job.uses(with_=with_keys(sandbox, event="finished", timeout_seconds="3"))
        assert main.exit_code == 0, main.raw
        assert results(main.outputs) == {"launchdarkly": "undelivered", "datadog": "undelivered"}
        kept = job.temp / main.outputs["undelivered-path"]
        assert kept.read_text().count("\n") == 2
        assert kept.stat().st_uid == kept.parent.stat().st_uid == job.temp.stat().st_uid, (
            "the runner must clean up"
        )
        assert job.finish().conclusion == "success"
    assert sandbox.requests() == []


def test_the_cas_of_the_image_are_trusted(image: str, tmp_path: Path) -> None:
    with Sandbox(tls=tmp_path) as sandbox:
        assert sandbox.ca_file
        known = hashed(sandbox.ca_file, tmp_path / "cas")
        runner = ContainerRunner(
            image, network="host", arguments=["--volume", f"{known}:{SYSTEM_CAS}:ro"]
        )
        with Job(runner=runner) as job:
            assert_reported(job, sandbox)
        with Job(runner=ContainerRunner(image, network="host")) as job:
            main = job.uses(with_=with_keys(sandbox, event="finished"))
            assert results(main.outputs) == {"launchdarkly": "refused", "datadog": "refused"}


def test_a_read_only_root_filesystem_is_enough(image: str, sandbox: Sandbox) -> None:
    with Job(runner=ContainerRunner(image, network="host", read_only=True)) as job:
        assert_reported(job, sandbox)


@pytest.mark.parametrize("home", ["/nonexistent", "/github/workspace", ""])
def test_any_home_will_do(image: str, sandbox: Sandbox, home: str) -> None:
    runner = ContainerRunner(image, network="host", arguments=["--env", f"HOME={home}"])
    with Job(runner=runner) as job:
        (job.workspace / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
        assert_reported(job, sandbox)


@pytest.mark.parametrize("number", ["INT", "TERM"])
def test_a_signal_ends_main_at_once(image: str, sandbox: Sandbox, number: str) -> None:
    """As PID 1, a process without a handler would ignore both."""
    sandbox.latency = 60.0
    with Job(
        runner=ContainerRunner(image, network="host", arguments=["--label", f"signalled={number}"])
    ) as job:
        running = job.start(with_=with_keys(sandbox, event="finished"))
        running.wait_for(lambda _: bool(sandbox.requests()))
        signalled = time.monotonic()
        docker(
            "kill",
            "--signal",
            number,
            docker("ps", "--quiet", "--filter", f"label=signalled={number}"),
        )
        main = running.wait()
        assert time.monotonic() - signalled < SIGNALLED
        assert list((job.temp / "deployment-events").iterdir()), main.raw


def test_a_cancelled_job_ends_main_before_the_runner_loses_patience(
    image: str, sandbox: Sandbox
) -> None:
    """The runner signals its docker client, which passes it on."""
    sandbox.latency = 60.0
    with Job(runner=ContainerRunner(image, network="host")) as job:
        running = job.start(with_=with_keys(sandbox))
        running.wait_for(lambda _: bool(sandbox.requests()))
        cancelled = time.monotonic()
        running.cancel()
        assert running.wait().outcome == "cancelled"
        assert time.monotonic() - cancelled < SIGNALLED


def test_post_takes_over_from_a_killed_main(image: str, sandbox: Sandbox) -> None:
    sandbox.latency = 60.0
    with Job(runner=ContainerRunner(image, network="host")) as job:
        running = job.start(with_=with_keys(sandbox))
        running.wait_for(lambda _: bool(sandbox.requests()))
        running.kill()
        running.wait()
        sandbox.latency = 0.0
        job.finish()
    assert [d["status"] for d in sandbox.deployments("launchdarkly")] == ["failed"]


@pytest.fixture
def verbose(image: str) -> Iterator[str]:
    """The image, whose interpreter tells where each module comes from."""
    talkative = "RUN sed -i 1s/-IuB/-IuBv/ /entrypoint.py /post.py"
    built = docker("build", "--quiet", "-", stdin=f"FROM {image}\n{talkative}\n")
    yield built
    docker("image", "rm", built)


def test_nothing_is_compiled_at_run_time(verbose: str, sandbox: Sandbox) -> None:
    """The official base has no bytecode of the standard library, and every start would pay for making it."""
    with Job(runner=ContainerRunner(verbose, network="host")) as job:
        main = job.uses(with_=with_keys(sandbox))
        [post] = job.finish().posts
    for stage in (main, post):
        assert "import 'requests'" in stage.stderr
        code = [
            line for line in stage.stderr.splitlines() if line.startswith("# code object from ")
        ]
        assert [line for line in code if ".pyc" not in line] == []
