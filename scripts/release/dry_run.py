"""A whole release for this machine's architecture, against a registry and a git remote of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path

from scripts.release.pin import pinned
from scripts.release.reference import Reference, ReleaseError
from scripts.release.registry import fetch, verify
from scripts.release.repository import Repository, run

VERSION = "0.0.0"
NAME = "owner/deployment-events"
START_TIMEOUT = 20.0  # seconds until the registry must answer


def dry_run(root: Path) -> None:
    """Build, push, commit, verify, pull and try out; every step is the release's own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        registry(Path(folder)) as host,
        build_and_push(root, host) as reference,
    ):
        print(f"pushed       {reference}", flush=True)
        clone = clone_with_remote(root, Path(folder))
        commit = clone.commit(reference)
        clone.tag(VERSION, commit)
        clone.move_major(VERSION, commit)
        print(clone.git("show", "--format=released     %h %s", "--unified=0", "v0"), flush=True)
        released = pinned(clone.git("show", f"v{VERSION}:action.yml"))
        found = verify(released)
        print(f"registry has {found.digest}: the digest in action.yml", flush=True)
        smoke_test(root, released)


@contextlib.contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Debian's docker-registry on a free port of this machine; yields its host and port."""
    program = shutil.which("docker-registry")
    if not program:
        raise ReleaseError("the dry run needs a registry: apt-get install docker-registry")
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config = folder / "registry.yml"  # JSON is YAML
    storage = {"filesystem": {"rootdirectory": str(folder / "registry")}}
    config.write_text(
        json.dumps(
            {"version": 0.1, "log": {"level": "error"}, "storage": storage, "http": {"addr": host}}
        )
    )
    with subprocess.Popen(
        [program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(f"http://{host}/v2/", server)
            yield host
        finally:
            server.terminate()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the registry answers."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError):
            fetch(url, {})
            return
        time.sleep(0.05)
    raise ReleaseError(f"no registry answers at {url}")


@contextlib.contextmanager
def build_and_push(root: Path, host: str) -> Iterator[Reference]:
    """Build the Dockerfile as it is and push the image; the digest is what docker says it pushed."""
    tagged = f"{host}/{NAME}:v{VERSION}"
    special = shlex.split(os.environ.get("DOCKER_BUILD_ARGS", ""))
    try:
        run(["docker", "build", "--quiet", *special, "--tag", tagged, "."], root)
        run(["docker", "push", "--quiet", tagged], root)
        digests = json.loads(
            run(["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", tagged], root)
        )
        [digest] = [entry.partition("@")[2] for entry in digests if entry.startswith(f"{host}/")]
        yield Reference(host, NAME, VERSION, digest)
    finally:
        remove(root, tagged)


def remove(root: Path, name: str) -> None:
    """Take a name of ours off an image, if it is there. Never by id: the image may have other people's names too."""
    with contextlib.suppress(ReleaseError):
        run(["docker", "image", "rm", name], root)


def clone_with_remote(root: Path, folder: Path) -> Repository:
    """A clone of what is committed, whose remote can be pushed to."""
    run(["git", "clone", "--quiet", "--bare", str(root), "remote.git"], folder)
    run(["git", "clone", "--quiet", "remote.git", "clone"], folder)
    return Repository(folder / "clone")


def smoke_test(root: Path, reference: Reference) -> None:
    """Pull the very reference that action.yml names, as a runner would, and run both stages in it."""
    remove(root, f"{reference.registry}/{reference.name}:{reference.tag}")
    tests = [sys.executable, "-m", "pytest", "-m", "container", "tests/container/test_stages.py"]
    environment = os.environ | {"IMAGE": str(reference)}
    try:
        run(["docker", "pull", "--quiet", str(reference)], root)
        if subprocess.run(tests, cwd=root, env=environment, check=False).returncode:
            raise ReleaseError(f"{reference} does not do what it must")
    finally:
        remove(root, str(reference))
