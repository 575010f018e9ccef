"""What the dry run leaves on a developer's machine, with a `docker` that keeps a list of names for one image."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.release.dry_run import build_and_push, smoke_test
from scripts.release.reference import ReleaseError

HOST = "127.0.0.1:5000"
DIGEST = "sha256:" + "ab" * 32

# One image, as the engine has it when the developer built the same sources: removed by its id, all its names go.
DOCKER = f"""\
#!/usr/bin/env python3
import json, sys
arguments = sys.argv[1:]
state = json.load(open("docker.json"))
names, last = state["names"], arguments[-1]
if state["fails"] and state["fails"] in arguments:
    sys.exit("it failed")
if arguments[0] == "build":
    names.append(arguments[arguments.index("--tag") + 1])
elif arguments[0] == "pull":
    names.append(last)
elif arguments[:2] == ["image", "inspect"]:
    print(json.dumps([last.rpartition(":")[0] + "@{DIGEST}"]))
elif arguments[:2] == ["image", "ls"]:
    print("0123456789ab")
elif arguments[:2] == ["image", "rm"]:
    if last == "0123456789ab":
        names.clear()
    elif last in names:
        names.remove(last)
    else:
        sys.exit("No such image: " + last)
json.dump(state, open("docker.json", "w"))
"""

STAGES = """\
import json, os, pytest
pytestmark = pytest.mark.container
def test_it(): assert os.environ["IMAGE"] in json.load(open("docker.json"))["names"] and {result}
"""


class Machine:
    """A project, and the engine's names for its image."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "docker.json"
        self.set_up("")

    def set_up(self, fails: str) -> None:
        self.file.write_text(json.dumps({"names": ["deployment-events:local"], "fails": fails}))

    @property
    def names(self) -> list[str]:
        return json.loads(self.file.read_text())["names"]


@pytest.fixture
def machine(tmp_path: Path, program: Callable[[str, str], None]) -> Machine:
    program("docker", DOCKER)
    stages = tmp_path / "tests" / "container" / "test_stages.py"
    stages.parent.mkdir(parents=True)
    stages.write_text(STAGES.format(result=True))
    return Machine(tmp_path)


def test_the_developer_s_own_image_stays(machine: Machine) -> None:
    with build_and_push(machine.root, HOST) as reference:
        assert str(reference) == f"{HOST}/owner/deployment-events:v0.0.0@{DIGEST}"
        assert machine.names == [
            "deployment-events:local",
            f"{HOST}/owner/deployment-events:v0.0.0",
        ]
        smoke_test(machine.root, reference)
        assert machine.names == ["deployment-events:local"]
    assert machine.names == ["deployment-events:local"]


@pytest.mark.parametrize("step", ["build", "push", "inspect", "pull"])
def test_a_step_that_fails_leaves_nothing_behind(machine: Machine, step: str) -> None:
    machine.set_up(step)
    with (
        pytest.raises(ReleaseError, match="it failed"),
        build_and_push(machine.root, HOST) as reference,
    ):
        smoke_test(machine.root, reference)
    assert machine.names == ["deployment-events:local"]


def test_an_image_that_fails_its_tests_leaves_nothing_behind(machine: Machine) -> None:
    (machine.root / "tests" / "container" / "test_stages.py").write_text(
        STAGES.format(result=False)
    )
    with (
        pytest.raises(ReleaseError, match="does not do what it must"),
        build_and_push(machine.root, HOST) as reference,
    ):
        smoke_test(machine.root, reference)
    assert machine.names == ["deployment-events:local"]
