"""Sandboxes, and how many examples hypothesis tries: few while developing, many in CI.

A test whose examples are expensive has fewer of them: support/cost.py.
"""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from support.sandboxes import cleared, make_sandbox

from sandbox import Sandbox

set_hypothesis_home_dir(Path(__file__).parents[1] / ".cache" / "hypothesis")

settings.register_profile(
    "dev", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("dev"), max_examples=1000)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than processors, because many tests wait for a time limit."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Exclude imported modules from garbage collection: it would take a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One sandbox for all tests of a module; they use it as `sandbox`."""
    with make_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox, cleared for one test."""
    yield from cleared(running)
