"""What release.yml must contain; without this, only a real release would show a mistake in it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOW = Path(__file__).parents[2] / ".github" / "workflows" / "release.yml"
JOBS = yaml.safe_load(WORKFLOW.read_text())["jobs"]


def step(job: str, wanted: str) -> tuple[int, dict[str, Any]]:
    """The only step of a job that uses or runs `wanted`, and its position."""
    [found] = [
        (position, step)
        for position, step in enumerate(JOBS[job]["steps"])
        if wanted in step.get("uses", step.get("run", ""))
    ]
    return found


def test_an_image_job_that_is_re_run_alone_replaces_no_released_image() -> None:
    wanted = ["scripts.release check", "docker/login-action", "docker/build-push-action"]
    positions = [step("image", text)[0] for text in wanted]
    assert positions == sorted(positions)


def test_the_attestation_may_record_where_the_image_is() -> None:
    assert step("image", "actions/attest-build-provenance")[1]["with"]["push-to-registry"] is True
    assert JOBS["image"]["permissions"]["artifact-metadata"] == "write"


def test_the_platforms_that_are_built_are_verified() -> None:
    build = step("image", "docker/build-push-action")[1]["with"]
    verify = step("try", "scripts.release verify")[1]["run"]
    assert re.findall(r"--platform (\S+)", verify) == build["platforms"].split(",")
    assert (build["provenance"], build["sbom"]) == ("mode=max", True)


def test_the_image_must_come_from_this_workflow_and_commit(
    program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    program("gh", '#!/bin/sh\nprintf "%s\\n" "$@"\n')
    monkeypatch.setenv("REFERENCE", "ghcr.io/acme/deployment-events:v1.2.3@sha256:ab")
    monkeypatch.setenv("GITHUB_REPOSITORY", "Acme/deployment-events")
    monkeypatch.setenv("GITHUB_SHA", "5a7be2f0")
    _, verify = step("try", "gh attestation verify")
    done = subprocess.run(["bash", "-ec", verify["run"]], capture_output=True, text=True)
    assert done.stdout.split() == [
        "attestation",
        "verify",
        "oci://ghcr.io/acme/deployment-events:v1.2.3@sha256:ab",
        *("--repo", "Acme/deployment-events"),
        *("--signer-workflow", "Acme/deployment-events/.github/workflows/release.yml"),
        *("--source-digest", "5a7be2f0"),
    ]
    assert "GH_TOKEN" in verify["env"], "without a token, gh does not read attestations"
    assert JOBS["try"]["permissions"]["attestations"] == "read"


def test_users_get_an_image_that_was_read_without_a_login() -> None:
    used = [step.get("uses", "") for step in JOBS["try"]["steps"]]
    assert not [name for name in used if "login" in name]
    assert set(JOBS["publish"]["needs"]) == {"image", "try"}


def test_every_label_of_the_image_has_its_value() -> None:
    _, build = step("image", "docker/build-push-action")
    given = dict(line.split("=", 1) for line in build["with"]["build-args"].splitlines())
    dockerfile = (WORKFLOW.parents[2] / "Dockerfile").read_text()
    wanted = re.findall(r"image\.\w+=\"\$\{(\w+)\}\"", dockerfile)
    assert wanted == ["SOURCE", "REVISION", "VERSION"]
    assert given.keys() == set(wanted)
    assert all("${{ " in value for value in given.values())


def test_the_image_is_tested_on_each_architecture_before_it_is_published() -> None:
    """The container tests include its size, its programs and its package records."""
    runners = JOBS["try"]["strategy"]["matrix"]["runner"]
    _, build = step("image", "docker/build-push-action")
    assert len(runners) == len(build["with"]["platforms"].split(","))
    _, tests = step("try", "make test-image")
    assert 'IMAGE="$REFERENCE"' in tests["run"]
    assert "try" in JOBS["publish"]["needs"]
