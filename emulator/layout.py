"""The directories of a job, where GitHub's runner has them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """A job's workspace and the runner's temporary directory, both on the host."""

    workspace: Path
    temp: Path

    @property
    def home(self) -> Path:
        """`HOME` of docker actions."""
        return self.temp / "_github_home"

    @property
    def event(self) -> Path:
        """The event's payload."""
        return self.temp / "_github_workflow" / "event.json"

    @property
    def file_commands(self) -> Path:
        """Where the files of `GITHUB_OUTPUT` and its kin are."""
        return self.temp / "_runner_file_commands"

    def create(self) -> None:
        """Make every directory that does not exist yet."""
        for directory in (self.workspace, self.home, self.event.parent, self.file_commands):
            directory.mkdir(parents=True, exist_ok=True)
