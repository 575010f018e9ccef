"""The e2e job of ci.yml, step by step, with its service container on the job's network."""

from __future__ import annotations

import shlex
import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from container.docker import built, docker

from emulator import REPOSITORY, Action, ContainerRunner, Job, StepResult
from emulator.layout import Layout
from emulator.runners import Process

pytestmark = pytest.mark.container

E2E = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["e2e"]
RECORDED = REPOSITORY / ".github" / "actions" / "recorded"


class JobRunner:
    """Runs each action of the job in its own image, on the job's network."""

    def __init__(self, images: Mapping[Path, str], network: str, recording: list[str]) -> None:
        self._runners = {
            path: ContainerRunner(
                image, "--network", network, *(recording if path == REPOSITORY else ())
            )
            for path, image in images.items()
        }

    def start(
        self, action: Action, entrypoint: str, environment: Mapping[str, str], layout: Layout
    ) -> Process:
        return self._runners[action.directory].start(action, entrypoint, environment, layout)


@pytest.fixture(scope="module")
def images(image: str) -> Iterator[dict[Path, str]]:
    with built(str(RECORDED)) as recorded:
        yield {REPOSITORY: image, RECORDED: recorded}


@pytest.fixture
def network(tmp_path: Path) -> Iterator[str]:
    """The job's network, with the service container, which waits for the checkout in `tmp_path`."""
    name = f"e2e-{uuid.uuid4().hex[:8]}"
    service = E2E["services"]["sandbox"]
    [mount] = [
        volume.replace("${{ github.workspace }}", str(tmp_path)) for volume in service["volumes"]
    ]
    docker("network", "create", name)
    options = (
        "--network",
        name,
        "--network-alias",
        "sandbox",
        "--volume",
        mount,
        "--entrypoint",
        service["entrypoint"],
    )
    container = docker(
        "run", "--detach", *options, service["image"], *shlex.split(service["command"])
    )
    yield name
    docker("rm", "--force", container)
    docker("network", "rm", name)


@pytest.mark.parametrize(
    "matrix", E2E["strategy"]["matrix"]["include"], ids=lambda matrix: matrix["deploy"]
)
def test_e2e(
    images: dict[Path, str],
    network: str,
    recording: list[str],
    tmp_path: Path,
    matrix: dict[str, object],
) -> None:
    check_out(tmp_path)
    with Job(runner=JobRunner(images, network, recording), matrix=matrix) as job:
        ended = {step["name"]: execute(job, step) for step in E2E["steps"] if "name" in step}
        posts = job.finish().posts
    deploy = "success" if matrix["deploy"] == "succeeds" else "failure"
    assert {name: step.outcome for name, step in ended.items()} == {
        **dict.fromkeys(ended, "success"),
        "Refused": "failure",
        "Unreachable": "failure",
        "Deploy": deploy,
    }
    assert [post.exit_code for post in posts] == [0] * 4, "".join(post.log for post in posts)


def check_out(folder: Path) -> None:
    """Copy what the service container uses; it waits for the last of these files."""
    shutil.copytree(REPOSITORY / "sandbox", folder / "sandbox")
    for name in ("requirements-sandbox.txt", "uv.lock"):
        shutil.copy(REPOSITORY / name, folder)


def execute(job: Job, step: dict[str, object]) -> StepResult:
    """One step as written; YAML's booleans and numbers become strings, as on GitHub."""
    if "run" in step:
        return job.run(str(step["run"]), env=strings(step.get("env")))
    path = REPOSITORY / str(step["uses"])
    forgiven = step.get("continue-on-error") is True
    return job.uses(
        path, with_=strings(step["with"]), id=str(step.get("id", "")), continue_on_error=forgiven
    )


def strings(mapping: object) -> dict[str, str]:
    assert mapping is None or isinstance(mapping, dict)
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (mapping or {}).items()
    }
