"""Runs a docker action as GitHub's runner does: for development, tests and the examples.

with Job(event_name="push", secrets={"TOKEN": "…"}) as job:
    step = job.uses(with_={"environment": "production", "token": "${{ secrets.TOKEN }}"})
    job.run("./deploy.sh")
    result = job.finish()
"""

from emulator.commands import find_commands
from emulator.files import parse_pairs
from emulator.job import Job
from emulator.manifest import REPOSITORY, Action, load_action
from emulator.results import Annotation, StepResult
from emulator.runners import ContainerRunner

__all__ = [
    "REPOSITORY",
    "Action",
    "Annotation",
    "ContainerRunner",
    "Job",
    "StepResult",
    "find_commands",
    "load_action",
    "parse_pairs",
]
