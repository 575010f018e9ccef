"""A complete release for this machine's architecture, with a local registry and git remote."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.release.command import ReleaseError, run
from scripts.release.pin import pinned
from scripts.release.reference import Reference
from scripts.release.registry import verify
from scripts.release.repository import Repository

VERSION = "0.0.0"
NAME = "owner/deployment-events"
REGISTRY_IMAGE = "registry:3"
SMOKE_TEST = "tests/container/test_stages.py::test_outputs_and_state_come_back"
START_TIMEOUT = 20.0
"""Seconds until the registry must answer."""


def dry_run(root: Path) -> None:
    """Build, push, commit, verify, pull and test, with the code of a real release."""
    with (
        tempfile.TemporaryDirectory() as folder,
        registry(Path(folder)) as host,
        build_and_push(root, host) as reference,
    ):
        print(f"pushed    {reference}", flush=True)
        clone = clone_with_remote(root, Path(folder))
        commit = clone.commit(reference)
        clone.tag(VERSION, commit)
        clone.move_major(VERSION, commit)
        print(clone.git("show", "--format=released  %h %s", "--unified=0", "v0"), flush=True)
        released = pinned(clone.git("show", f"v{VERSION}:action.yml"))
        verify(released)
        print("verified  the registry has the digest in action.yml", flush=True)
        smoke_test(root, released)


@contextlib.contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Start a registry on a free port of this machine; yield its host and port.

    Debian's docker-registry works without access to an image; without it, the image is used.
    """
    start = registry_program if shutil.which("docker-registry") else registry_container
    with start(folder) as host:
        wait_for(host)
        yield host


@contextlib.contextmanager
def registry_program(folder: Path) -> Iterator[str]:
    """Run docker-registry with its data in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    storage = {"filesystem": {"rootdirectory": str(folder / "registry")}}
    settings = {"version": 0.1, "storage": storage, "http": {"addr": host}}
    # The registry reads YAML, of which JSON is a part.
    config = folder / "registry.yml"
    config.write_text(json.dumps(settings))
    command = ["docker-registry", "serve", str(config)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
        try:
            yield host
        finally:
            server.terminate()


@contextlib.contextmanager
def registry_container(_: Path) -> Iterator[str]:
    """Run the official image of the same registry."""
    publish = ["--publish", "127.0.0.1::5000"]
    container = run(["docker", "run", "--detach", "--rm", *publish, REGISTRY_IMAGE])
    try:
        yield run(["docker", "port", container, "5000/tcp"])
    finally:
        run(["docker", "rm", "--force", "--volumes", container])


def wait_for(host: str) -> None:
    """Return when the registry answers."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, timeout=1)
        with (
            contextlib.closing(connection),
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            connection.request("GET", "/v2/")
            connection.getresponse()
            return
        time.sleep(0.05)
    raise ReleaseError(f"No registry answers at {host}.")


@contextlib.contextmanager
def build_and_push(root: Path, host: str) -> Iterator[Reference]:
    """Build the Dockerfile and push the image; yield the digest that docker reports."""
    image = f"{host}/{NAME}"
    tagged = f"{image}:v{VERSION}"
    options = shlex.split(os.environ.get("DOCKER_BUILD_ARGS", ""))
    try:
        run(["docker", "build", "--quiet", *options, "--tag", tagged, "."], root)
        run(["docker", "push", "--quiet", tagged], root)
        inspect = ["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", tagged]
        names = [name.partition("@") for name in json.loads(run(inspect, root))]
        [digest] = [digest for name, _, digest in names if name == image]
        yield Reference(image, VERSION, digest)
    finally:
        remove(root, tagged)


def remove(root: Path, name: str) -> None:
    """Remove one name of an image, if it exists. Removing by ID would also remove other names."""
    with contextlib.suppress(ReleaseError):
        run(["docker", "image", "rm", name], root)


def clone_with_remote(root: Path, folder: Path) -> Repository:
    """Clone what is committed, with a remote that accepts pushes."""
    run(["git", "clone", "--quiet", "--bare", str(root), "remote.git"], folder)
    run(["git", "clone", "--quiet", "remote.git", "clone"], folder)
    return Repository(folder / "clone")


def smoke_test(root: Path, reference: Reference) -> None:
    """Pull the reference that action.yml names, as a runner does, and run both stages in it."""
    remove(root, reference.tagged)
    tests = [sys.executable, "-m", "pytest", "-m", "container", SMOKE_TEST]
    environment = os.environ | {"IMAGE": str(reference)}
    try:
        run(["docker", "pull", "--quiet", str(reference)], root)
        if subprocess.run(tests, cwd=root, env=environment, check=False).returncode:
            raise ReleaseError(f"{reference} fails its tests.")
    finally:
        remove(root, str(reference))
