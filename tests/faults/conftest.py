"""A sandbox with TLS, and a step with one event for both vendors."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.quick import MakeStep, finished_steps
from support.sandboxes import make_sandbox

from sandbox import Sandbox


@pytest.fixture(scope="module")
def tls_sandbox() -> Iterator[Sandbox]:
    with make_sandbox(tls=True) as running:
        yield running


@pytest.fixture
def make_step(tmp_path: Path) -> MakeStep:
    """Make a step that reports a finished deployment; its waits take no time."""
    return finished_steps(tmp_path)
