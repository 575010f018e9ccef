"""A stage in this process that sends nothing, and what it wrote."""

import json

import pytest

from deployment_events.github.runner import Runner
from deployment_events.http.deadline import Clock
from deployment_events.stages.main import main
from emulator import find_commands
from support.raw import raw
from support.step import Step

Capture = pytest.CaptureFixture[str]


def dry_run(step: Step, **inputs: str) -> int:
    """Run main with `dry-run`, and return the exit code."""
    step.give(raw(dry_run="true", **inputs))
    return main(Runner(), Clock())


def results(step: Step) -> list[tuple[str, str, str, str]]:
    """Return service, vendor, event and status of each result."""
    rows = json.loads(step.outputs["results"])
    return [(row["service"], row["vendor"], row["event"], row["status"]) for row in rows]


def annotations(capsys: Capture, level: str) -> list[str]:
    """Return the text of the annotations since the last call."""
    found = find_commands(capsys.readouterr().out)
    return [command.data for command in found if command.name == level]
