"""The docker command, for tests."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest


def docker(*arguments: str, stdin: str | bytes = "") -> str:
    """Run docker and return what it prints. A failure fails the test, with docker's message."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(["docker", *arguments], input=data, capture_output=True)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr.decode()}"
    return done.stdout.decode().strip()


@contextlib.contextmanager
def built(*arguments: str) -> Iterator[str]:
    """Build an image with this machine's options; its name goes with the context.

    Only the name is removed: by its ID, the image would lose the names that others gave it.
    """
    name = f"deployment-events-test:{uuid.uuid4().hex}"
    options = shlex.split(os.environ.get("DOCKER_BUILD_ARGS", ""))
    docker("build", "--quiet", "--tag", name, *options, *arguments)
    try:
        yield name
    finally:
        docker("image", "rm", name)


@contextlib.contextmanager
def saved_archive(image: str) -> Iterator[Path]:
    """Save an image to a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "image.tar"
        docker("save", "--output", str(archive), image)
        yield archive


def image_under_test(target: str) -> str:
    """Return the image that IMAGE names. Without it, every test fails: none is skipped."""
    name = os.environ.get("IMAGE")
    if not name:
        pytest.fail(f"IMAGE is not set: run `make {target}`")
    docker("image", "inspect", name)
    return name
