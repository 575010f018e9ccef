"""Steps whose waits take no time."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox import Sandbox
from support.clocks import SkippingClock
from support.step import Step

MakeStep = Callable[..., Step]

FINISHED = {"event": "finished", "started_at": "2026-05-04T09:30:00Z"}
"""The inputs that report a finished deployment."""


def quick_step(
    root: Path,
    sandbox: Sandbox | None = None,
    *,
    env: Mapping[str, str] | None = None,
    **options: Any,
) -> Step:
    """A step on a clock whose waits cost nothing; it trusts the sandbox's CA unless `env` says otherwise."""
    trust = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file)} if sandbox and sandbox.ca_file else {}
    return Step(root, sandbox, clock=SkippingClock(), env={**trust, **(env or {})}, **options)


def finished_steps(root: Path) -> MakeStep:
    """A function that makes quick steps which report a finished deployment, each in a folder of `root`."""
    return lambda sandbox, name="step", **options: quick_step(
        root / name, sandbox, **FINISHED | options
    )
