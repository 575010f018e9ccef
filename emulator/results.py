"""What a step and a job leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from emulator.commands import Command

Outcome = Literal["success", "failure", "cancelled", "skipped"]
Stage = Literal["main", "post"]

NOT_STARTED = 126
"""Exit code of a step whose process could not be started."""


@dataclass(frozen=True)
class Annotation:
    """One message on the run's page."""

    level: Literal["error", "warning", "notice"]
    message: str
    title: str = ""
    file: str = ""
    line: str = ""


@dataclass(frozen=True)
class StepResult:
    """One stage of one step: what its process wrote, and what the runner made of it."""

    id: str
    stage: Stage
    outcome: Outcome
    """How the step ended."""
    conclusion: Outcome
    """What the job counts: a failure is a success under `continue-on-error`."""
    exit_code: int = 0
    """The process's own; 128 + number when a signal ended it, 126 when it could not be started."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Empty in post: the runner drops them."""
    state: Mapping[str, str] = field(default_factory=dict)
    """What this stage saved; main's reaches post."""
    annotations: tuple[Annotation, ...] = ()
    """The first ten of each level, masked, cut at 4,096 characters; the runner's own warnings included."""
    commands: tuple[Command, ...] = ()
    """Every command the runner obeyed, in order."""
    masks: tuple[str, ...] = ()
    """Values this stage asked to hide, in order."""
    raw: str = field(default="", repr=False)
    """Both streams exactly as written, interleaved by line as they arrived."""
    stdout: str = field(default="", repr=False)
    stderr: str = field(default="", repr=False)
    log: str = ""
    """The log as a user sees it: masked, commands rendered, groups indented."""
    summary: str = ""
    """The job summary's part of this stage, masked as the runner uploads it."""
    raw_summary: str = field(default="", repr=False)
    """The same before masking."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Every variable the process was given."""
    seconds: float = 0.0
    """Wall-clock time from start to end of the process."""


@dataclass(frozen=True)
class JobResult:
    """A finished job."""

    name: str
    status: Outcome
    """`job.status` when the steps had ended and the posts began."""
    conclusion: Outcome
    """The same after the posts: a failing post fails a job that had succeeded."""
    steps: tuple[StepResult, ...]
    """Main stages, in order."""
    posts: tuple[StepResult, ...] = ()
    """Post stages, in the order they ran: the last step's first."""
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The job summary: every stage's part, in order."""
        return "\n".join(step.summary for step in (*self.steps, *self.posts) if step.summary)

    @property
    def log(self) -> str:
        """Every stage's log, in order."""
        return "".join(step.log for step in (*self.steps, *self.posts))
