"""What a step and a job leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["success", "failure", "cancelled", "skipped"]
Stage = Literal["main", "post"]

NOT_STARTED = 126
"""Exit code of a step whose process could not be started."""


@dataclass(frozen=True)
class Annotation:
    """One annotation of a run; the level is error, warning or notice."""

    level: str
    message: str
    title: str = ""


@dataclass(frozen=True)
class StepResult:
    """One stage of one step: what its process wrote, and what the runner made of it."""

    id: str
    stage: Stage
    outcome: Outcome
    """How the step ended."""
    conclusion: Outcome
    """What the job counts: with `continue-on-error`, a failure counts as a success."""
    exit_code: int = 0
    """Of the process; 128 plus the number of the signal that ended it."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Empty in post: the runner drops them."""
    state: Mapping[str, str] = field(default_factory=dict)
    """What this stage saved; main's reaches post."""
    annotations: tuple[Annotation, ...] = ()
    """The first ten of each level, masked and cut to 4,096 characters."""
    raw: str = field(default="", repr=False)
    """Both streams as written, line by line as they arrived."""
    stdout: str = field(default="", repr=False)
    stderr: str = field(default="", repr=False)
    log: str = ""
    """The log as a user sees it: masked, with commands obeyed and groups indented."""
    summary: str = ""
    """This stage's part of the job summary, masked as the runner uploads it."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Every variable of the process."""
    seconds: float = 0.0
    """Wall-clock time from the start to the end of the process."""


@dataclass(frozen=True)
class JobResult:
    """A finished job."""

    name: str
    status: Outcome
    """`job.status` when the steps had ended and the post stages began."""
    conclusion: Outcome
    """The same after the post stages; a failed post stage fails the job."""
    steps: tuple[StepResult, ...] = ()
    """Main stages, in order."""
    posts: tuple[StepResult, ...] = ()
    """Post stages, in the order in which they ran: the last step's first."""
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The job summary: every stage's part, in order."""
        return "\n".join(step.summary for step in (*self.steps, *self.posts) if step.summary)

    @property
    def log(self) -> str:
        """Every stage's log, in order."""
        return "".join(step.log for step in (*self.steps, *self.posts))
