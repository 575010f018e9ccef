"""The directories of a job, where GitHub's runner has them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """A job's directories on the host, below one root."""

    root: Path

    @property
    def workspace(self) -> Path:
        """The directory in which steps run."""
        return self.root / "workspace"

    @property
    def temp(self) -> Path:
        """`RUNNER_TEMP`."""
        return self.root / "temp"

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
        """The directory of the files that `GITHUB_OUTPUT` and the like name."""
        return self.temp / "_runner_file_commands"

    def create(self) -> None:
        """Create the directories."""
        for directory in (self.workspace, self.home, self.event.parent, self.file_commands):
            directory.mkdir(parents=True)
