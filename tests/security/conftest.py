"""Sandboxes, and steps that send to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.quick import MakeStep, finished_steps
from support.sandboxes import cleared, make_sandbox

from sandbox import Sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with make_sandbox(strict=False, launchdarkly_projects=None) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def secured() -> Iterator[Sandbox]:
    with make_sandbox(tls=True) as sandbox:
        yield sandbox


@pytest.fixture
def tls_sandbox(secured: Sandbox) -> Iterator[Sandbox]:
    yield from cleared(secured)


@pytest.fixture
def make_step(tmp_path: Path) -> MakeStep:
    """Make a step that reports a finished deployment; its waits take no time."""
    return finished_steps(tmp_path)
