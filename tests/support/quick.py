"""Steps whose waits take no time."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox import Sandbox
from support.clocks import SkippingClock
from support.step import Step

MakeStep = Callable[..., Step]

FINISHED = {"event": "finished", "started_at": "2026-05-04T09:30:00Z"}
"""The inputs that report a finished deployment."""

LARGE = dict.fromkeys(
    ("launchdarkly_event_metadata", "launchdarkly_deployment_metadata"),
    json.dumps({"text": "x" * 60_000}),
)
"""Inputs whose state does not fit into a variable, so that main saves it in a file."""


def quick_step(
    root: Path,
    sandbox: Sandbox | None = None,
    *,
    env: Mapping[str, str] | None = None,
    **options: Any,
) -> Step:
    """Return a step whose waits take no time, and which trusts the sandbox's CA by default."""
    trust = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file)} if sandbox and sandbox.ca_file else {}
    return Step(root, sandbox, clock=SkippingClock(), env={**trust, **(env or {})}, **options)


def quick_steps(root: Path, sandbox: Sandbox) -> MakeStep:
    """Return a function that makes quick steps in folders of `root`.

    Steps of one name share their folders, as the steps of a job do.
    """
    return lambda name="step", **options: quick_step(root / name, sandbox, **options)


def finished_steps(root: Path) -> MakeStep:
    """Return a function that makes quick steps with a finished deployment, in folders of `root`."""
    return lambda sandbox, name="step", **options: quick_step(
        root / name, sandbox, **FINISHED | options
    )
