"""Tests of the image that IMAGE names; they need a Docker engine (`make test-container`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from container.docker import image_under_test, saved_archive
from container.reports import MakeRunner
from container.saved import SavedImage
from support.sandboxes import make_sandbox

from emulator import ContainerRunner
from sandbox import Sandbox

SITECUSTOMIZE = Path(__file__).parent / "mounted" / "sitecustomize.py"


@pytest.fixture(scope="session")
def image() -> str:
    """The image under test."""
    return image_under_test("test-container")


@pytest.fixture(scope="session")
def saved(image: str) -> SavedImage:
    with saved_archive(image) as archive:
        return SavedImage(archive)


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which each process of the action records its imports."""
    return tmp_path_factory.mktemp("records")


@pytest.fixture(scope="session")
def recording(saved: SavedImage, records: Path) -> list[str]:
    """Docker's options for a container whose Python processes record their imports."""
    hook = f"{SITECUSTOMIZE}:{saved.site}/sitecustomize.py:ro"
    return ["--volume", hook, "--volume", f"{records}:/recorded"]


@pytest.fixture
def make_runner(image: str, recording: list[str]) -> MakeRunner:
    """Makes runners that start the image's containers, by default on the host's network."""

    def make(*arguments: str, network: str = "host") -> ContainerRunner:
        return ContainerRunner(image, "--network", network, *recording, *arguments)

    return make


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Both vendors on this machine's loopback: containers reach them on the host's network."""
    with make_sandbox() as running:
        yield running
