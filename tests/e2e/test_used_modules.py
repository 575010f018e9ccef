"""Kinds of runs of which the image must have every module; the fixture `records` compares them."""

from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import recorded
from support.github import deployment_status
from support.keys import DATADOG_APP_KEY, GITHUB_TOKEN
from support.process import run
from support.sandboxes import make_sandbox
from support.step import Step

from sandbox import Proxy, Sandbox

RUNS: dict[str, dict[str, Any]] = {
    "finished": {"event": "finished", "github_token": GITHUB_TOKEN},
    "deployment_status": {
        "payload": deployment_status() | {"deployment": {"id": 7}},
        "github_token": GITHUB_TOKEN,
    },
    "check": {"event": "check"},
    "dry run": {"event": "finished", "dry_run": "true"},
    "update": {
        "event": "update",
        "version": "1.0.0",
        "launchdarkly_patch": '[{"op": "replace", "path": "/status", "value": "failed"}]',
        "datadog_app_key": DATADOG_APP_KEY,
        "datadog_change_failure": "true",
        "timeout_seconds": "0.3",
    },
}


@pytest.mark.parametrize("name", RUNS)
def test_one_stage(tmp_path: Path, records: Path, name: str) -> None:
    with make_sandbox(tls=True) as sandbox:
        sandbox.github.statuses[7] = [
            {"state": "in_progress", "created_at": "2026-05-04T09:05:00Z"}
        ]
        event_name = "deployment_status" if "payload" in RUNS[name] else "push"
        env = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file), "GITHUB_EVENT_NAME": event_name}
        ended = run(Step(tmp_path, sandbox, env=env, **RUNS[name]))
        assert bool(sandbox.requests("github")) == ("github_token" in RUNS[name])
    assert (ended.code, ended.stderr) == (0, "")
    assert len(recorded(records)) > 200


def test_both_stages_behind_a_proxy(tmp_path: Path, records: Path) -> None:
    with make_sandbox(tls=True) as sandbox, Proxy() as proxy:
        env = {"REQUESTS_CA_BUNDLE": str(sandbox.ca_file), "HTTPS_PROXY": proxy.url}
        step = Step(tmp_path, sandbox, env=env, service="サービス")
        codes = [run(step, stage).code for stage in ("main", "post")]
        assert proxy.tunnels
    assert codes == [0, 0]
    assert len(list(records.iterdir())) == len(codes)


def test_a_replay_of_undelivered_events(tmp_path: Path, records: Path, sandbox: Sandbox) -> None:
    sandbox.fail("datadog", 503)
    step = Step(tmp_path, sandbox, event="finished", timeout_seconds="0.3")
    run(step)
    sandbox.heal()
    [outbox] = (step.temp / "deployment-events").glob("*.jsonl")
    step.inputs |= {"event": "replay", "replay": str(outbox)}
    run(step)
    assert len(sandbox.deployments("datadog")) == 1
    assert len(list(records.iterdir())) == 2
