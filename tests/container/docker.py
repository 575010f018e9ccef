"""The docker command, for tests."""

from __future__ import annotations

import subprocess


def docker(*arguments: str, stdin: str = "") -> str:
    """Run docker and answer what it printed; a failure is the test's, with docker's own words."""
    done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()
