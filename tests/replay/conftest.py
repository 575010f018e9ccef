"""A file of undelivered events, as an earlier run left it."""

from pathlib import Path

import pytest
from support.quick import MakeStep, quick_step, quick_steps
from support.sandboxes import make_sandbox

from sandbox import Sandbox


@pytest.fixture
def make_step(tmp_path: Path, sandbox: Sandbox) -> MakeStep:
    """Make a step whose waits take no time."""
    return quick_steps(tmp_path, sandbox)


@pytest.fixture(scope="session")
def undelivered(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the events of `lost`, which contain no address of a sandbox."""
    options = {
        "event": "finished",
        "service": "one\ntwo\nthree",
        "started_at": "2026-05-04T09:30:00Z",
        "finished_at": "2026-05-04T09:31:00Z",
        "version": "1.2.3",
    }
    with make_sandbox() as sandbox:
        for vendor in ("launchdarkly", "datadog"):
            sandbox.fail(vendor, 503)
        step = quick_step(tmp_path_factory.mktemp("earlier"), sandbox, **options)
        ended = step.main()
    assert len(step.outbox) == 6
    return (step.temp / ended.outputs["undelivered-path"]).read_bytes()


@pytest.fixture
def lost(undelivered: bytes, tmp_path: Path) -> Path:
    """Return a file of undelivered `finished` events of three services for both vendors."""
    file = tmp_path / "lost.jsonl"
    file.write_bytes(undelivered)
    return file
