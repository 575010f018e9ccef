"""What release.yml must hold so that its programs can do their part; no run but a live one would tell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

JOBS = yaml.safe_load(
    (Path(__file__).parents[2] / ".github" / "workflows" / "release.yml").read_text()
)["jobs"]
STEPS: list[dict[str, Any]] = JOBS["image"]["steps"]


def place(wanted: str) -> int:
    """Where the only step of the image's job that uses or runs this stands."""
    [found] = [
        number
        for number, step in enumerate(STEPS)
        if wanted in step.get("uses", step.get("run", ""))
    ]
    return found


def test_an_image_job_that_is_re_run_alone_overwrites_no_tagged_image() -> None:
    assert (
        place("scripts.release check")
        < place("docker/login-action")
        < place("docker/build-push-action")
    )


def test_the_attestation_may_record_where_the_image_is() -> None:
    assert STEPS[place("actions/attest-build-provenance")]["with"]["push-to-registry"] is True
    assert JOBS["image"]["permissions"]["artifact-metadata"] == "write"


def test_what_is_built_is_what_is_verified() -> None:
    build = STEPS[place("docker/build-push-action")]["with"]
    [verify] = [
        step["run"]
        for step in JOBS["try"]["steps"]
        if "scripts.release verify" in step.get("run", "")
    ]
    assert re.findall(r"--platform (\S+)", verify) == build["platforms"].split(",")
    assert (build["provenance"], build["sbom"]) == ("mode=max", True)
