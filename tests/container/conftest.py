"""Tests of the image: they need a Docker engine and the name of an image in IMAGE (`make test-container`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from container.docker import docker
from container.saved import SavedImage

from sandbox import Sandbox


@pytest.fixture(scope="session")
def image() -> str:
    """The image under test. Without an engine that has it every test here fails: none is skipped."""
    name = os.environ.get("IMAGE")
    if not name:
        pytest.fail("no IMAGE in the environment: run `make test-container`")
    docker("image", "inspect", name)
    return name


@pytest.fixture(scope="session")
def saved(image: str, tmp_path_factory: pytest.TempPathFactory) -> SavedImage:
    """What the image adds to its base."""
    archive: Path = tmp_path_factory.mktemp("saved") / "image.tar"
    docker("save", "--output", str(archive), image)
    return SavedImage(archive)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Both vendors on this machine's loopback: containers reach them on the host's network."""
    with Sandbox() as running:
        yield running
