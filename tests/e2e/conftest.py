"""Steps, and a check of all processes: what they load must be in the image."""

import fcntl
import functools
import json
import os
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import process
from support.quick import MakeStep, quick_steps

from emulator import REPOSITORY
from emulator.manifest import Action
from emulator.runners import HostRunner
from sandbox import Sandbox
from scripts.lay_out_image import OWN, UNREACHABLE, reachable_modules

SITE = Path(sysconfig.get_path("purelib"))

RECORDER = """
import json, os, sys
sys.modules.update(dict.fromkeys({absent!r}))

def record_and_leave(code):
    modules = [sys.modules[name] for name in sys.modules.keys() - earlier]
    specs = [getattr(module, "__spec__", None) for module in modules]
    files = [spec.origin for spec in specs if spec and spec.has_location]
    with open(f"{records}/{{os.urandom(8).hex()}}.json", "w") as file:
        json.dump(files, file)
    leave(code)

earlier = {{*sys.modules, "json.decoder", "json.encoder", "json.scanner"}}
leave, os._exit = os._exit, record_and_leave
with open({program!r}) as file:
    exec(compile(file.read(), {program!r}, "exec"))
"""
"""Runs an executable, which leaves with `os._exit`, and lists the files of its modules.

Optional modules that the image does not have cannot be imported.
"""


@pytest.fixture
def make_step(tmp_path: Path, sandbox: Sandbox) -> MakeStep:
    """Make a step whose stages run in this process, with waits that take no time."""
    return quick_steps(tmp_path, sandbox)


@pytest.fixture(autouse=True)
def records(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The folder in which each process records its modules; they must be in the image."""
    programs, records = tmp_path_factory.mktemp("programs"), tmp_path_factory.mktemp("records")
    for name in process.PROGRAMS.values():
        values = {"absent": UNREACHABLE.split(), "records": records}
        text = RECORDER.format(**values, program=str(REPOSITORY / name))
        (programs / name).write_text(text)
    paths = {stage: str(programs / name) for stage, name in process.PROGRAMS.items()}
    monkeypatch.setattr(process, "PROGRAMS", paths)
    start = HostRunner.start

    def start_recorder(runner: HostRunner, action: Action, *arguments: Any) -> Any:
        return start(runner, replace(action, directory=programs), *arguments)

    monkeypatch.setattr(HostRunner, "start", start_recorder)
    yield records
    if loaded := recorded(records):
        assert loaded - in_image(tmp_path_factory.getbasetemp().parent) == set()


def recorded(records: Path) -> set[Path]:
    """The files of the modules that processes have loaded."""
    texts = [path.read_text() for path in records.iterdir()]
    return {Path(file).resolve() for text in texts for file in json.loads(text)}


@functools.cache
def in_image(shared: Path) -> set[Path]:
    """Return the files of the modules that the build stage would put into an image.

    The workers of one run share the list in a folder, because making it takes seconds.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return find_modules()
    with (shared / f"modules-{run}.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        if not text:
            text = json.dumps([str(path) for path in find_modules()])
            file.write(text)
    return {Path(path) for path in json.loads(text)}


def find_modules() -> set[Path]:
    """Return the files of the modules that an image would have."""
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder)
        for path in SITE.iterdir():
            (packages / path.name).symlink_to(path)
        (packages / OWN).symlink_to(REPOSITORY / "src" / OWN)
        scripts = [REPOSITORY / name for name in ("entrypoint.py", "post.py")]
        return {path.resolve() for path in reachable_modules(packages, scripts)}
