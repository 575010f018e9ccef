"""Workflows under act: jobs and actions are containers of local images on the host's network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support.examples import ACTION, SECRETS

from emulator import REPOSITORY
from scripts.release.pin import find

PROGRAM = Path(sys.executable).with_name("act")
PASSED_ON = ("PATH", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
"""The variables that act and Docker's client need from this process."""
STEP_OUTPUT = re.compile(r"^\[[^\]]*\] {3}\| (.*)$", re.MULTILINE)
OPTIONS = (
    "--pull=false",
    "--bind",
    "--rm",
    "--no-cache-server",
    "--container-daemon-socket=-",
    *(f"--secret={name}" for name in SECRETS),
)
LIMIT = 60.0
"""Seconds of a run after which act is stuck."""


@dataclass(frozen=True)
class Run:
    """What a finished run shows."""

    succeeded: bool
    log: str

    @property
    def printed(self) -> list[str]:
        """The lines that steps printed, without workflow commands and act's lines."""
        return STEP_OUTPUT.findall(self.log)


class Act:
    """Runs workflows in a separate repository, with the action from an image."""

    def __init__(self, image: str, job_image: str, folder: Path) -> None:
        self.repository = folder / "repository"
        """The user's repository, which act mounts into the job."""
        self._job_image = job_image
        self._folder = folder
        self._action = folder / "action"
        self._make_repository()
        self._make_action(image)

    @property
    def commit(self) -> str:
        """The commit of every run: `GITHUB_SHA`."""
        return self._git("rev-parse", "HEAD").strip()

    def run(
        self,
        workflow: str,
        *,
        event_name: str = "push",
        event: Mapping[str, object] | None = None,
    ) -> Run:
        """Run the text of a workflow."""
        payload = self._folder / "event.json"
        payload.write_text(json.dumps(event or {}))
        # act names a job's container after the workflow and removes what has that name already:
        # with a unique name, a run cannot disturb another one on the same engine.
        file = self._folder / f"{uuid.uuid4().hex[:8]}.yml"
        file.write_text(re.sub(r"^name: .*\n", "", workflow, flags=re.MULTILINE))
        command = [
            str(PROGRAM),
            event_name,
            f"--workflows={file}",
            f"--eventpath={payload}",
            f"--platform=ubuntu-latest={self._job_image}",
            f"--local-repository=https://github.com/{ACTION}={self._action}",
            *OPTIONS,
        ]
        done = subprocess.run(
            command,
            cwd=self.repository,
            env={**self._environment(), **SECRETS, "ACT_DISABLE_VERSION_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
        )
        return Run(done.returncode == 0, done.stdout)

    def _make_repository(self) -> None:
        """Make a commit and a remote: act takes the commit and the repository's name from them."""
        self.repository.mkdir()
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("remote", "add", "origin", "https://github.com/octo-org/octo-repo")
        author = ("-c", "user.name=octocat", "-c", "user.email=octocat@example.com")
        self._git(*author, "commit", "--quiet", "--allow-empty", "--message=Deploy this")

    def _make_action(self, image: str) -> None:
        """Make the action as a release publishes it: with an action.yml that names the image."""
        manifest = (REPOSITORY / "action.yml").read_text()
        line = find(manifest)
        pinned = f"{manifest[: line.start()]}{line['key']}docker://{image}{manifest[line.end() :]}"
        self._action.mkdir()
        (self._action / "action.yml").write_text(pinned)

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ("git", *arguments),
            cwd=self.repository,
            env=self._environment(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**passed_on, "HOME": str(self._folder), "XDG_CACHE_HOME": str(self._folder)}
