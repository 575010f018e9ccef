"""The directories of a job, where GitHub's runner has them."""

from __future__ import annotations

from pathlib import Path


class Layout:
    """Creates a job's directories on the host, below one root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.workspace = root / "workspace"
        """The directory in which steps run."""
        self.temp = root / "temp"
        """`RUNNER_TEMP`."""
        self.home = self.temp / "_github_home"
        """`HOME` of docker actions."""
        self.event = self.temp / "_github_workflow" / "event.json"
        """The event's payload."""
        self.file_commands = self.temp / "_runner_file_commands"
        """The directory of the files that `GITHUB_OUTPUT` and the like name."""
        for directory in (self.workspace, self.home, self.event.parent, self.file_commands):
            directory.mkdir(parents=True)
