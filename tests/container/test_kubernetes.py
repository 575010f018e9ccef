"""The image in Kubernetes mode: what runner-container-hooks 0.8.1 does, played with plain docker.

The pod of a step waits in `tail`. The hook copies the runner's folders into it, checks the copy and
executes a script, which moves the folders to their places and starts the action. Nothing is copied
back, so post has no state. Source: packages/k8s/src of actions/runner-container-hooks.
"""

from __future__ import annotations

import io
import os
import shlex
import tarfile
import uuid
from collections.abc import Iterator, Mapping

import pytest
from container.docker import docker
from support.steps import with_keys

from emulator import Action, Job
from emulator.layout import Layout
from emulator.runners import Process
from sandbox import Sandbox

pytestmark = pytest.mark.container

PLACES = {
    "/__w/_temp/_github_home": "/github/home",
    "/__w/_temp/_github_workflow": "/github/workflow",
    "/__w/_temp/_runner_file_commands": "/github/file_commands",
    "/__w/repo/repo/": "/github/workspace",
}
"""Where the copy of a folder is, and where the action expects it."""


class KubernetesRunner:
    """Starts each executable in a container that waits, as the hook does in a pod."""

    def __init__(self, image: str, options: list[str]) -> None:
        self._image = image
        self._options = options
        self.containers: list[str] = []

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        del action
        self._wait_in_tail()
        script = f"/__w/_temp/{uuid.uuid4()}.sh"
        self._copy(layout, script, container_script(entrypoint, environment, layout))
        command = ["docker", "exec", "--interactive", self.containers[-1], "sh", "-e", script]
        return Process(command, dict(os.environ), layout.workspace)

    def _wait_in_tail(self) -> None:
        # The hook mounts an empty volume at /github; the working directory creates /__w.
        pod = ("--volume", "/github", "--workdir", "/__w", "--entrypoint", "tail")
        command = ("run", "--detach", *self._options, *pod, self._image, "-f", "/dev/null")
        self.containers.append(docker(*command))

    def _copy(self, layout: Layout, script: str, text: str) -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add(layout.temp, "_temp")
            tar.add(layout.workspace, "repo/repo")
            member = tarfile.TarInfo(script.removeprefix("/__w/"))
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        unpack = (
            "tar xf - --no-same-owner -C /__w 2>/dev/null; "
            r"find /__w -type f -exec chmod u+rw {} \; 2>/dev/null; "
            r"find /__w -type d -exec chmod u+rwx {} \; 2>/dev/null"
        )
        self._shell(unpack, archive.getvalue())
        listing = self._shell(r"cd /__w && find . -type f -exec stat -c '%s %n' {} \;")
        archive.seek(0)
        with tarfile.open(fileobj=archive) as sent:
            files = {f"{member.size} ./{member.name}" for member in sent if member.isfile()}
        assert set(listing.splitlines()) == files

    def _shell(self, command: str, stdin: bytes = b"") -> str:
        pod = self.containers[-1]
        return docker("exec", "--interactive", pod, "sh", "-c", command, stdin=stdin)


def container_script(entrypoint: str, environment: Mapping[str, str], layout: Layout) -> str:
    """What the pod executes; RUNNER_TEMP names a folder that the pod does not have."""
    folders = {
        str(layout.home): "/github/home",
        str(layout.event.parent): "/github/workflow",
        str(layout.file_commands): "/github/file_commands",
        str(layout.workspace): "/github/workspace",
        str(layout.temp): "/github/runner_temp",
    }
    variables = []
    for name, value in environment.items():
        [*found] = [folder for folder in folders if value.startswith(folder)]
        inside = folders[found[0]] + value.removeprefix(found[0]) if found else value
        variables.append(shlex.quote(f"{name}={inside}"))
    moves = " && \\\n".join(f"mv {source} {target}" for source, target in PLACES.items())
    start = f"exec env {' '.join(variables)} {entrypoint}"
    return f'#!/bin/sh -l\nrm "$0"\n{moves} && \\\ncd /github/workspace && \\\n{start}\n'


@pytest.fixture
def runner(image: str, recording: list[str]) -> Iterator[KubernetesRunner]:
    made = KubernetesRunner(image, ["--network", "host", *recording])
    yield made
    docker("rm", "--force", "--volumes", *made.containers)


def test_main_and_post_run(runner: KubernetesRunner, sandbox: Sandbox) -> None:
    with Job(runner=runner) as job:
        (job.workspace / "file with spaces").write_text("")
        main = job.uses(with_=with_keys(sandbox, service="\"name with spaces and 'quotes'\""))
        assert main.exit_code == 0, main.raw
        [deployment] = sandbox.deployments("launchdarkly")
        assert deployment["status"] == "started"
        [post] = job.finish().posts
    assert post.exit_code == 0, post.raw
    assert "The inputs were evaluated again" in post.raw
    for vendor in ("launchdarkly", "datadog"):
        [deployment] = sandbox.deployments(vendor)
    assert sandbox.deployments("launchdarkly")[0]["status"] == "finished"


def test_the_shell_can_find_what_the_hook_executes(runner: KubernetesRunner) -> None:
    """Other versions of the hook use other options of the same programs."""
    with Job(runner=runner) as job:
        job.uses(with_={})
    for program in ("sh", "tail", "tar", "find", "chmod", "stat", "rm", "mv", "env"):
        found = docker("exec", runner.containers[0], "sh", "-c", f"command -v {program}")
        assert found == f"/usr/bin/{program}"
