"""Other programs: git, docker and gh."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class ReleaseError(Exception):
    """The release cannot continue. The message says why, and how to fix it."""


def run(
    command: list[str], cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Return what the program prints; if it fails, raise ReleaseError with its error message."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        # The first words identify the command; the rest can be complete release notes.
        raise ReleaseError(f"{reason} (`{' '.join(command[:3])}` failed)")
    return done.stdout.strip()
