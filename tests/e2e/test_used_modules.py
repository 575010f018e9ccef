"""The modules that the stages load in each kind of run are modules that the image has."""

import json
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from support.keys import DATADOG_APP_KEY
from support.process import PROGRAMS, running
from support.sandboxes import make_sandbox
from support.step import Step

from emulator import REPOSITORY
from sandbox import Proxy, Sandbox
from scripts.lay_out_image import OWN, UNREACHABLE, reachable_modules

SITE = Path(sysconfig.get_path("purelib"))

RECORDER = """
import json, os, sys
sys.modules.update(dict.fromkeys({absent!r}))

def record_and_leave(code):
    modules = [sys.modules[name] for name in sys.modules.keys() - earlier]
    specs = [getattr(module, "__spec__", None) for module in modules]
    files = [spec.origin for spec in specs if spec and spec.has_location]
    with open({record!r}, "w") as file:
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


@pytest.fixture(scope="module")
def in_image(tmp_path_factory: pytest.TempPathFactory) -> set[Path]:
    """The files of the modules that the build stage would put into an image."""
    packages = tmp_path_factory.mktemp("packages")
    for path in SITE.iterdir():
        (packages / path.name).symlink_to(path)
    (packages / OWN).symlink_to(REPOSITORY / "src" / OWN)
    scripts = [REPOSITORY / name for name in PROGRAMS.values()]
    return {path.resolve() for path in reachable_modules(packages, scripts)}


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., set[Path]]:
    """Run a stage and return the files of the modules that it has loaded."""

    def run(step: Step, stage: str = "main") -> set[Path]:
        record, recorder = tmp_path / "record", tmp_path / "recorder.py"
        program = str(REPOSITORY / PROGRAMS[stage])
        values = {"absent": UNREACHABLE.split(), "record": str(record), "program": program}
        recorder.write_text(RECORDER.format(**values))
        with running(step, stage, program=recorder) as process:
            ended = process.end()
        assert (ended.code, ended.stderr) == (0, "")
        step.state = ended.state
        return {Path(file).resolve() for file in json.loads(record.read_text())}

    return run


RUNS: dict[str, dict[str, str]] = {
    "finished": {"event": "finished"},
    "check": {"event": "check"},
    "dry run": {"event": "finished", "dry_run": "true"},
    "update": {
        "event": "update",
        "version": "1.0.0",
        "launchdarkly_patch": '[{"op": "replace", "path": "/status", "value": "failed"}]',
        "datadog_app_key": DATADOG_APP_KEY,
        "datadog_change_failure": "true",
        "timeout_seconds": "1",
    },
}


@pytest.mark.parametrize("name", RUNS)
def test_one_stage(load: Callable, in_image: set[Path], tmp_path: Path, name: str) -> None:
    with make_sandbox(tls=True) as sandbox:
        env = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file)}
        loaded = load(Step(tmp_path, sandbox, env=env, **RUNS[name]))
    assert len(loaded) > 200
    assert loaded - in_image == set()


def test_both_stages_behind_a_proxy(load: Callable, in_image: set[Path], tmp_path: Path) -> None:
    with make_sandbox(tls=True) as sandbox, Proxy() as proxy:
        env = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file), "HTTPS_PROXY": proxy.url}
        step = Step(tmp_path, sandbox, env=env, service="サービス")
        loaded = load(step)
        step.inputs["job-status"] = "success"
        loaded |= load(step, "post")
        assert proxy.tunnels
    assert loaded - in_image == set()


def test_a_replay_of_undelivered_events(
    load: Callable, in_image: set[Path], tmp_path: Path, sandbox: Sandbox
) -> None:
    sandbox.fail("datadog", 503)
    step = Step(tmp_path, sandbox, event="finished", timeout_seconds="1")
    loaded = load(step)
    sandbox.heal()
    [outbox] = (step.temp / "deployment-events").glob("*.jsonl")
    step.inputs |= {"event": "replay", "replay": str(outbox)}
    loaded |= load(step)
    assert len(sandbox.deployments("datadog")) == 1
    assert loaded - in_image == set()
