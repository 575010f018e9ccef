"""Tests under act: they need a Docker engine and an image's name in IMAGE (`make test-act`)."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

import pytest
from act.act import Act
from container.docker import docker, image_under_test
from support.sandboxes import make_sandbox

from sandbox import Sandbox

JOB_IMAGE = "deployment-events-act-job:local"
JOB_DOCKERFILE = """\
FROM python:3.13-slim
# act copies its files below /var/run, and the engine refuses to do so through a link.
RUN rm -f /var/run && mkdir /var/run
"""


@pytest.fixture(scope="session")
def job_image() -> str:
    """An image with bash for the jobs, made from a base that is already present."""
    special = shlex.split(os.environ.get("DOCKER_BUILD_ARGS", ""))
    docker("build", "--quiet", *special, "--tag", JOB_IMAGE, "-", stdin=JOB_DOCKERFILE)
    return JOB_IMAGE


@pytest.fixture(scope="session")
def image() -> str:
    """The image under test."""
    return image_under_test("test-act")


@pytest.fixture(scope="session")
def act(image: str, job_image: str, tmp_path_factory: pytest.TempPathFactory) -> Act:
    return Act(image, job_image, tmp_path_factory.mktemp("act"))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Both vendors on this machine's loopback: act puts every container on the host's network."""
    with make_sandbox() as running:
        yield running
