"""Sandboxes with awkward keys, and one event for both vendors."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.clocks import SkippingClock
from support.inprocess import Step, make_sandbox

from sandbox import Sandbox

MakeStep = Callable[..., Step]


@pytest.fixture(scope="module")
def plain_sandbox() -> Iterator[Sandbox]:
    with make_sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def tls_sandbox() -> Iterator[Sandbox]:
    with make_sandbox(tls=True) as running:
        yield running


@pytest.fixture
def sandbox(plain_sandbox: Sandbox) -> Iterator[Sandbox]:
    plain_sandbox.reset()
    yield plain_sandbox
    plain_sandbox.heal()


@pytest.fixture
def make_step(tmp_path: Path) -> MakeStep:
    """Make a step that reports a finished deployment, on a clock whose waits cost nothing."""

    def make(sandbox: Sandbox, name: str = "step", **changes: Any) -> Step:
        env = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file)} if sandbox.ca_file else {}
        options = {"event": "finished", "started_at": "2026-05-04T09:30:00Z", "clock": SkippingClock(), "env": env}
        return Step(tmp_path / name, sandbox, **{**options, **changes})

    return make
