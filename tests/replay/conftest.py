"""A file of undelivered events, as an earlier run left it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from support.quick import MakeStep, quick_step

from sandbox import Sandbox


@pytest.fixture
def make_step(tmp_path: Path, sandbox: Sandbox) -> MakeStep:
    """Make a step on a clock whose waits cost nothing; steps of one name share their folders."""
    return lambda name="later", **options: quick_step(tmp_path / name, sandbox, **options)


@pytest.fixture
def lost(make_step: Any, sandbox: Sandbox, tmp_path: Path) -> Path:
    """Return a file of undelivered `finished` events of three services for both vendors."""
    for vendor in ("launchdarkly", "datadog"):
        sandbox.fail(vendor, 503)
    step = make_step(
        "earlier",
        event="finished",
        service="one\ntwo\nthree",
        started_at="2026-05-04T09:30:00Z",
        finished_at="2026-05-04T09:31:00Z",
        version="1.2.3",
    )
    ended = step.main()
    assert len(step.outbox) == 6
    file = tmp_path / "lost.jsonl"
    shutil.copy(step.temp / ended.outputs["undelivered-path"], file)
    sandbox.reset()
    return file
