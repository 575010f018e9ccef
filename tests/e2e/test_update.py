"""`event: update`: what was reported is corrected afterwards."""

import json

from support.steps import with_keys

from emulator import Job, StepResult
from sandbox import DATADOG_APP_KEY, Sandbox

FAILED = '[{"op": "replace", "path": "/status", "value": "failed"}]'


def finished(job: Job, sandbox: Sandbox, **inputs: str) -> StepResult:
    return job.uses(with_=with_keys(sandbox, event="finished", **inputs))


def update(job: Job, sandbox: Sandbox, **inputs: str) -> StepResult:
    return job.uses(with_=with_keys(sandbox, event="update", **inputs))


def test_a_patch_reaches_the_deployment_with_the_given_id(sandbox: Sandbox) -> None:
    with Job() as job:
        its_id = finished(job, sandbox).outputs["launchdarkly-deployment-id"]
        step = update(job, sandbox, launchdarkly_patch=FAILED, launchdarkly_deployment_id=its_id)
    assert sandbox.deployments("launchdarkly")[0]["status"] == "failed"
    rows = {row["vendor"]: row for row in json.loads(step.outputs["results"])}
    assert (rows["launchdarkly"]["status"], rows["launchdarkly"]["id"]) == ("delivered", its_id)
    assert rows["datadog"]["status"] == "skipped"


def test_without_an_id_the_newest_deployment_of_the_version_is_found(sandbox: Sandbox) -> None:
    with Job() as job:
        finished(
            job,
            sandbox,
            version="1.0.0",
            started_at="2026-05-04T09:30:00Z",
            finished_at="2026-05-04T09:31:00Z",
        )
        finished(job, sandbox, version="2.0.0")
        step = update(job, sandbox, version="1.0.0", launchdarkly_patch=FAILED)
    status = {
        one["applicationVersion"]: one["status"] for one in sandbox.deployments("launchdarkly")
    }
    assert status == {"1.0.0": "failed", "2.0.0": "finished"}
    assert step.exit_code == 0


def test_a_version_that_was_never_deployed_is_a_clear_error(sandbox: Sandbox) -> None:
    with Job() as job:
        step = update(
            job, sandbox, version="3.0.0", launchdarkly_patch=FAILED, fail_on_error="true"
        )
    assert step.exit_code == 1
    [annotation] = step.annotations
    assert annotation.level == "error"
    assert "LaunchDarkly lists no deployment of this version" in annotation.message


def test_when_the_list_is_down_the_update_is_undelivered_and_not_called_missing(
    sandbox: Sandbox,
) -> None:
    sandbox.fail("launchdarkly", 503)
    with Job() as job:
        step = update(job, sandbox, version="3.0.0", launchdarkly_patch=FAILED, timeout_seconds="1")
    assert [annotation.level for annotation in step.annotations] == ["warning"]
    assert "HTTP 503" in step.annotations[0].message


def test_a_change_failure_and_its_remediation_reach_datadog(sandbox: Sandbox) -> None:
    with Job() as job:
        broken = finished(job, sandbox, version="2.0.0").outputs["datadog-deployment-id"]
        repaired = finished(job, sandbox, version="1.0.0").outputs["datadog-deployment-id"]
        step = update(
            job,
            sandbox,
            datadog_app_key=DATADOG_APP_KEY,
            datadog_deployment_id=broken,
            datadog_change_failure="true",
            datadog_remediation_type="rollback",
            datadog_remediation_id=repaired,
        )
    deployments = {one["id"]: one for one in sandbox.deployments("datadog")}
    assert deployments[broken]["change_failure"] is True
    assert deployments[broken]["remediation"] == {"type": "rollback", "id": repaired}
    assert step.outputs["datadog-deployment-id"] == broken


def test_each_service_can_name_its_own_deployment(sandbox: Sandbox) -> None:
    with Job() as job:
        step = finished(job, sandbox, service="api\nweb")
        ids = {
            row["service"]: row["id"]
            for row in json.loads(step.outputs["results"])
            if row["vendor"] == "datadog"
        }
        lines = "\n".join(f"{name},datadog-deployment-id={its_id}" for name, its_id in ids.items())
        update(
            job,
            sandbox,
            service=lines,
            datadog_app_key=DATADOG_APP_KEY,
            datadog_change_failure="true",
        )
    assert [one["change_failure"] for one in sandbox.deployments("datadog")] == [True, True]


def test_an_update_of_nothing_is_an_input_error(sandbox: Sandbox) -> None:
    with Job() as job:
        step = update(job, sandbox)
    assert step.exit_code == 1
    assert "set launchdarkly-patch or datadog-change-failure" in step.annotations[0].message


def test_every_wrong_value_of_an_update_is_named_at_once(sandbox: Sandbox) -> None:
    with Job() as job:
        step = update(
            job,
            sandbox,
            launchdarkly_patch='[{"op": "move", "from": "/a", "path": "/b"}]',
            datadog_change_failure="perhaps",
            datadog_remediation_type="prayer",
        )
    named = {annotation.message.split()[0] for annotation in step.annotations}
    assert {"launchdarkly-patch", "datadog-change-failure", "datadog-remediation-type"} <= named
    assert sandbox.requests() == []


def test_a_wrong_application_key_is_refused_with_the_scope_it_needs(sandbox: Sandbox) -> None:
    with Job() as job:
        its_id = finished(job, sandbox).outputs["datadog-deployment-id"]
        step = update(
            job,
            sandbox,
            datadog_app_key="wrong",
            datadog_deployment_id=its_id,
            datadog_change_failure="true",
        )
    [annotation] = step.annotations
    assert annotation.level == "error"
    assert "dora_metrics_write" in annotation.message
