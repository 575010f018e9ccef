"""Sandboxes with awkward keys, and steps that lead to them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.clocks import SkippingClock
from support.inprocess import Step, make_sandbox

from sandbox import Sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with make_sandbox(strict=False, launchdarkly_projects=None) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.reset()
    yield running
    running.reset()


@pytest.fixture(scope="module")
def secured() -> Iterator[Sandbox]:
    with make_sandbox(tls=True) as sandbox:
        yield sandbox


@pytest.fixture
def tls_sandbox(secured: Sandbox) -> Iterator[Sandbox]:
    secured.reset()
    yield secured
    secured.reset()


@pytest.fixture
def make_step(tmp_path: Path) -> Callable[..., Step]:
    """Make a step that reports a finished deployment; waits cost nothing."""

    def make(sandbox: Sandbox | None, name: str = "step", **options: Any) -> Step:
        env = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file)} if sandbox and sandbox.ca_file else {}
        options = {"event": "finished", "started_at": "2026-05-04T09:30:00Z", "clock": SkippingClock(), **options}
        return Step(tmp_path / name, sandbox, **{**options, "env": {**env, **options.get("env", {})}})

    return make
