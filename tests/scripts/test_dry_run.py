"""What the dry run starts and removes, with stand-ins for docker and the registry."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.release import dry_run
from scripts.release.command import ReleaseError
from scripts.release.dry_run import build_and_push, registry, smoke_test

HOST = "127.0.0.1:5000"
DIGEST = "sha256:" + "ab" * 32

# One image, which the developer has built from the same sources. Removing it by ID removes all
# its names.
DOCKER = f"""\
#!{sys.executable} -IS
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
elif arguments[:2] == ["image", "rm"]:
    if last not in names:
        sys.exit("No such image: " + last)
    names.remove(last)
json.dump(state, open("docker.json", "w"))
"""

SMOKE_TEST = """\
import json, os, pytest
pytestmark = pytest.mark.container
def {name}(): assert os.environ["IMAGE"] in json.load(open("docker.json"))["names"] and {result}
"""

REGISTRY_PROGRAM = f"""\
#!{sys.executable} -IS
import json, sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
assert sys.argv[1] == "serve"
host, port = json.load(open(sys.argv[2]))["http"]["addr"].split(":")
HTTPServer((host, int(port)), SimpleHTTPRequestHandler).serve_forever()
"""

DOCKER_WITH_REGISTRY = """\
#!/bin/sh
echo "$@" >> {log}
case $1 in
  run) echo 0123456789ab ;;
  port) echo {host} ;;
esac
"""


class Machine:
    """A project, and the names that the engine has for its image."""

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
def machine(
    tmp_path: Path, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> Machine:
    program("docker", DOCKER)
    # The smoke test needs no plugin, and loading them takes most of its time.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    write_smoke_test(tmp_path, passes=True)
    return Machine(tmp_path)


def write_smoke_test(root: Path, *, passes: bool) -> None:
    """Write a smoke test that checks which image is there."""
    path, _, name = dry_run.SMOKE_TEST.partition("::")
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(SMOKE_TEST.format(name=name, result=passes))


def test_the_developer_s_own_image_stays(machine: Machine) -> None:
    tagged = f"{HOST}/owner/deployment-events:v0.0.0"
    with build_and_push(machine.root, HOST) as reference:
        assert str(reference) == f"{tagged}@{DIGEST}"
        assert machine.names == ["deployment-events:local", tagged]
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
    write_smoke_test(machine.root, passes=False)
    with (
        pytest.raises(ReleaseError, match="fails its tests"),
        build_and_push(machine.root, HOST) as reference,
    ):
        smoke_test(machine.root, reference)
    assert machine.names == ["deployment-events:local"]


def answers(host: str) -> bool:
    name, port = host.split(":")
    try:
        socket.create_connection((name, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def test_an_installed_registry_is_started_and_stopped(
    tmp_path: Path, program: Callable[[str, str], None]
) -> None:
    program("docker-registry", REGISTRY_PROGRAM)
    with registry(tmp_path) as host:
        assert answers(host)
    assert not answers(host)


def test_without_an_installed_registry_its_image_is_run_and_removed(
    tmp_path: Path, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    log = tmp_path / "log"
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        published = f"127.0.0.1:{server.server_port}"
        program("docker", DOCKER_WITH_REGISTRY.format(log=log, host=published))
        with registry(tmp_path) as host:
            assert host == published
        server.shutdown()
    assert log.read_text().splitlines() == [
        "run --detach --rm --publish 127.0.0.1::5000 registry:3",
        "port 0123456789ab 5000/tcp",
        "rm --force --volumes 0123456789ab",
    ]


def test_a_registry_that_does_not_answer_stops_the_dry_run(
    tmp_path: Path, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "START_TIMEOUT", 0.0)
    program("docker-registry", "#!/bin/sh\n")
    with pytest.raises(ReleaseError, match="No registry answers"), registry(tmp_path):
        pass
