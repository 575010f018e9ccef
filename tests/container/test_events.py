"""Each kind of event in the image, beyond a deployment's start and result."""

from __future__ import annotations

import json

import pytest
from container.reports import MakeRunner, results
from support.keys import DATADOG_APP_KEY
from support.steps import with_keys

from emulator import Job
from sandbox import Sandbox

pytestmark = pytest.mark.container

DELIVERED = {"launchdarkly": "delivered", "datadog": "delivered"}


def test_kept_events_are_replayed(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    with Job(runner=make_runner(network="none")) as job:
        main = job.uses(with_=with_keys(sandbox, event="finished", timeout_seconds="1"))
        kept = (job.temp / main.outputs["undelivered-path"]).read_text()
    with Job(runner=make_runner()) as job:
        (job.workspace / "kept.jsonl").write_text(kept)
        main = job.uses(with_=with_keys(sandbox, event="replay", replay="kept.jsonl"))
    assert main.exit_code == 0, main.raw
    assert results(main.outputs) == DELIVERED
    assert len(sandbox.deployments("launchdarkly")) == len(sandbox.deployments("datadog")) == 1


def test_a_deployment_is_updated(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    with Job(runner=make_runner()) as job:
        first = job.uses(with_=with_keys(sandbox, event="finished"))
        patch = [{"op": "replace", "path": "/status", "value": "failed"}]
        main = job.uses(
            with_=with_keys(
                sandbox,
                event="update",
                version=first.outputs["version"],
                launchdarkly_patch=json.dumps(patch),
                datadog_app_key=DATADOG_APP_KEY,
                datadog_change_failure="true",
                datadog_deployment_id=first.outputs["datadog-deployment-id"],
            )
        )
    assert results(main.outputs) == DELIVERED, main.raw
    assert [d["status"] for d in sandbox.deployments("launchdarkly")] == ["failed"]


def test_text_in_any_script_is_reported(make_runner: MakeRunner, sandbox: Sandbox) -> None:
    with Job(runner=make_runner()) as job:
        names = "サービス\nÜbersicht"
        main = job.uses(with_=with_keys(sandbox, event="finished", service=names))
    assert main.exit_code == 0, main.raw
    assert "Übersicht" in main.summary
    found = {deployment["service"] for deployment in sandbox.deployments("datadog")}
    assert found == set(names.splitlines())
