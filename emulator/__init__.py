"""Runs a docker action as GitHub's runner does: for development, tests and the examples of the documentation.

with Job(event_name="push", secrets={"TOKEN": "…"}) as job:
    step = job.uses(with_={"environment": "production", "token": "${{ secrets.TOKEN }}"}, id="report")
    job.run("./deploy.sh")
    result = job.finish()
"""

from emulator.commands import COMMANDS, Command, find_commands, parse_command, split_lines
from emulator.files import FileCommandError, parse_pairs
from emulator.functions import ExpressionError
from emulator.job import Job
from emulator.manifest import REPOSITORY, Action, ManifestError, load_action
from emulator.results import Annotation, JobResult, StepResult
from emulator.runners import ContainerRunner, HostRunner, Runner
from emulator.running import RunningStep
from emulator.workflow import WorkflowResult, run_workflow

__all__ = [
    "COMMANDS",
    "REPOSITORY",
    "Action",
    "Annotation",
    "Command",
    "ContainerRunner",
    "ExpressionError",
    "FileCommandError",
    "HostRunner",
    "Job",
    "JobResult",
    "ManifestError",
    "Runner",
    "RunningStep",
    "StepResult",
    "WorkflowResult",
    "find_commands",
    "load_action",
    "parse_command",
    "parse_pairs",
    "run_workflow",
    "split_lines",
]
