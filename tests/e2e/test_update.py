"""`event: update` changes a deployment that was reported earlier."""

import json

import pytest
from support.keys import DATADOG_APP_KEY
from support.steps import with_keys

from emulator import Job, StepResult
from sandbox import Sandbox

FAILED = '[{"op": "replace", "path": "/status", "value": "failed"}]'


def finished(job: Job, sandbox: Sandbox, **inputs: str) -> StepResult:
    return job.uses(with_=with_keys(sandbox, event="finished", **inputs))


def update(job: Job, sandbox: Sandbox, **inputs: str) -> StepResult:
    return job.uses(with_=with_keys(sandbox, event="update", **inputs))


def test_a_patch_reaches_the_deployment_with_the_given_id(sandbox: Sandbox) -> None:
    with Job() as job:
        id_ = finished(job, sandbox).outputs["launchdarkly-deployment-id"]
        step = update(job, sandbox, launchdarkly_patch=FAILED, launchdarkly_deployment_id=id_)
    assert sandbox.deployments("launchdarkly")[0]["status"] == "failed"
    rows = {row["vendor"]: row for row in json.loads(step.outputs["results"])}
    assert (rows["launchdarkly"]["status"], rows["launchdarkly"]["id"]) == ("delivered", id_)
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
        deployment["applicationVersion"]: deployment["status"]
        for deployment in sandbox.deployments("launchdarkly")
    }
    assert status == {"1.0.0": "failed", "2.0.0": "finished"}
    assert step.exit_code == 0


def test_an_update_of_a_version_that_was_never_deployed_is_an_error(sandbox: Sandbox) -> None:
    with Job() as job:
        step = update(
            job, sandbox, version="3.0.0", launchdarkly_patch=FAILED, fail_on_error="true"
        )
    assert step.exit_code == 1
    [annotation] = step.annotations
    assert annotation.level == "error"
    assert "LaunchDarkly lists no deployment of this version" in annotation.message


def test_an_update_is_undelivered_if_the_list_is_unavailable(
    sandbox: Sandbox,
) -> None:
    sandbox.fail("launchdarkly", 503)
    with Job() as job:
        step = update(job, sandbox, version="3.0.0", launchdarkly_patch=FAILED, timeout_seconds="1")
    assert [annotation.level for annotation in step.annotations] == ["warning"]
    assert "HTTP 503" in step.annotations[0].message


def test_datadog_receives_a_change_failure_and_its_remediation(sandbox: Sandbox) -> None:
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
    deployments = {deployment["id"]: deployment for deployment in sandbox.deployments("datadog")}
    assert deployments[broken]["change_failure"] is True
    assert deployments[broken]["remediation"] == {"type": "rollback", "id": repaired}
    assert step.outputs["datadog-deployment-id"] == broken


CHANGE = {"datadog_app_key": DATADOG_APP_KEY, "datadog_change_failure": "true"}


def test_one_step_without_ids_marks_the_version_at_both_vendors(sandbox: Sandbox) -> None:
    with Job() as job:
        finished(job, sandbox, version="1.0.0")
        finished(job, sandbox, version="2.0.0")
        step = update(job, sandbox, version="1.0.0", launchdarkly_patch=FAILED, **CHANGE)
    rows = json.loads(step.outputs["results"])
    assert {(row["vendor"], row["status"]) for row in rows} == {
        ("launchdarkly", "delivered"),
        ("datadog", "delivered"),
    }
    marked = {
        deployment["version"]: deployment.get("change_failure", False)
        for deployment in sandbox.deployments("datadog")
    }
    assert marked == {"1.0.0": True, "2.0.0": False}
    [request] = [request for request in sandbox.requests("datadog") if request.method == "PATCH"]
    assert request.path == "/api/v2/dora/deployments"


def test_of_several_deployments_of_a_version_the_last_finished_is_changed(sandbox: Sandbox) -> None:
    with Job() as job:
        for minute in (30, 40, 35):
            finished(
                job,
                sandbox,
                version="1.0.0",
                started_at=f"2026-05-04T09:{minute}:00Z",
                finished_at=f"2026-05-04T09:{minute}:30Z",
            )
        update(job, sandbox, version="1.0.0", **CHANGE)
    changed = [
        deployment
        for deployment in sandbox.deployments("datadog")
        if "change_failure" in deployment
    ]
    assert [one["finished_at"] for one in changed] == [1777887630000]


@pytest.mark.parametrize("how", ["by ID", "by version"])
def test_a_remediation_can_be_named_by_its_version(sandbox: Sandbox, how: str) -> None:
    with Job() as job:
        broken = finished(job, sandbox, version="2.0.0").outputs["datadog-deployment-id"]
        selection = {"datadog_deployment_id": broken} if how == "by ID" else {"version": "2.0.0"}
        step = update(
            job,
            sandbox,
            **CHANGE,
            **selection,
            datadog_remediation_type="rollforward",
            datadog_remediation_version="2.0.1",
        )
    assert step.exit_code == 0
    [deployment] = sandbox.deployments("datadog")
    assert deployment["remediation"] == {"type": "rollforward", "version": "2.0.1"}


@pytest.mark.parametrize(
    ("remediation", "name"),
    [
        (
            {"remediation_type": "rollback", "remediation_id": "a", "remediation_version": "b"},
            "`datadog-remediation-version` must be empty",
        ),
        ({"remediation_type": "rollback"}, "`datadog-remediation-id` or"),
        ({"remediation_version": "b"}, "`datadog-remediation-type` must be set"),
    ],
)
def test_a_remediation_has_a_type_and_an_id_or_a_version(
    sandbox: Sandbox, remediation: dict[str, str], name: str
) -> None:
    with Job() as job:
        named = {f"datadog_{key}": value for key, value in remediation.items()}
        step = update(job, sandbox, version="1.0.0", **CHANGE, **named)
    assert step.exit_code == 1
    [annotation] = step.annotations
    assert annotation.message.startswith(name)
    assert sandbox.requests() == []


@pytest.mark.parametrize("change", [CHANGE, {"launchdarkly_patch": FAILED}])
def test_a_derived_version_selects_no_deployment(sandbox: Sandbox, change: dict[str, str]) -> None:
    with Job() as job:
        step = update(job, sandbox, **change)
    assert step.exit_code == 1
    [annotation] = step.annotations
    assert annotation.message.startswith("`version` must be set")
    assert sandbox.requests() == []


def test_the_version_may_be_in_the_line_of_the_service(sandbox: Sandbox) -> None:
    with Job() as job:
        finished(job, sandbox, service="api,version=1\nweb,version=2")
        update(job, sandbox, service="api,version=1\nweb,version=2", **CHANGE)
        step = update(job, sandbox, service="api,version=1\nweb", **CHANGE)
    assert [deployment["change_failure"] for deployment in sandbox.deployments("datadog")] == [
        True,
        True,
    ]
    assert "(service web)" in step.annotations[0].message


def test_without_a_match_datadogs_refusal_names_what_was_compared(sandbox: Sandbox) -> None:
    with Job() as job:
        step = update(job, sandbox, version="never", **CHANGE)
    [annotation] = step.annotations
    assert annotation.level == "error"
    assert "`service`, `environment` and `version`" in annotation.message


@pytest.mark.parametrize("id_", ["..", "::a"])
def test_the_message_about_an_id_names_the_rule_that_it_breaks(sandbox: Sandbox, id_: str) -> None:
    with Job() as job:
        step = update(job, sandbox, datadog_deployment_id=id_, **CHANGE)
    [annotation] = step.annotations
    assert annotation.message.startswith("`datadog-deployment-id` must be the ID of a deployment")
    assert "'.', '..' and '::' at the beginning are not allowed" in annotation.message
    assert sandbox.requests() == []


def test_a_patch_that_changed_nothing_is_delivered_with_a_note(sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", "patch-not-applied")
    with Job() as job:
        finished(job, sandbox, version="1.0.0")
        step = update(job, sandbox, version="1.0.0", launchdarkly_patch=FAILED)
    note = "its response has the status 'finished' instead of 'failed'"
    row = next(
        row for row in json.loads(step.outputs["results"]) if row["vendor"] == "launchdarkly"
    )
    assert row["status"] == "delivered"
    assert note in row["note"]
    assert [note in annotation.message for annotation in step.annotations] == [True]
    assert "instead of" in step.summary
    assert step.exit_code == 0


def test_an_archived_deployment_is_never_the_one_to_change(sandbox: Sandbox) -> None:
    with Job() as job:
        finished(job, sandbox, version="1.0.0")
        sandbox.launchdarkly.archive(sandbox.deployments("launchdarkly")[0]["id"])
        step = update(job, sandbox, version="1.0.0", launchdarkly_patch=FAILED)
    assert "lists no deployment of this version" in step.annotations[0].message
    assert sandbox.deployments("launchdarkly")[0]["status"] == "finished"


def test_a_page_in_place_of_the_list_does_not_mean_that_there_is_no_deployment(
    sandbox: Sandbox,
) -> None:
    sandbox.fail("launchdarkly", "html-body")
    with Job() as job:
        step = update(job, sandbox, version="1.0.0", launchdarkly_patch=FAILED)
    [annotation] = step.annotations
    assert annotation.level == "warning"
    assert "the list of deployments is not JSON" in annotation.message


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("vendor", ["launchdarkly", "datadog"])
def test_a_gateways_page_is_not_taken_for_an_invalid_key(
    sandbox: Sandbox, vendor: str, status: int
) -> None:
    sandbox.fail(vendor, f"gateway-{status}")
    with Job() as job:
        step = finished(job, sandbox, started_at="2026-05-04T09:30:00Z")
    [annotation] = step.annotations
    url = sandbox.launchdarkly_url if vendor == "launchdarkly" else sandbox.datadog_url
    assert f"between the runner and `{url.partition('://')[2]}`" in annotation.message
    assert "invalid" not in annotation.message
    assert "event: replay" in annotation.message


def test_each_service_can_name_its_own_deployment(sandbox: Sandbox) -> None:
    with Job() as job:
        step = finished(job, sandbox, service="api\nweb")
        ids = {
            row["service"]: row["id"]
            for row in json.loads(step.outputs["results"])
            if row["vendor"] == "datadog"
        }
        lines = "\n".join(f"{name},datadog-deployment-id={id_}" for name, id_ in ids.items())
        update(
            job,
            sandbox,
            service=lines,
            datadog_app_key=DATADOG_APP_KEY,
            datadog_change_failure="true",
        )
    assert [deployment["change_failure"] for deployment in sandbox.deployments("datadog")] == [
        True,
        True,
    ]


def test_an_invalid_application_key_is_refused_and_the_scope_is_named(sandbox: Sandbox) -> None:
    with Job() as job:
        id_ = finished(job, sandbox).outputs["datadog-deployment-id"]
        step = update(
            job,
            sandbox,
            datadog_app_key="wrong",
            datadog_deployment_id=id_,
            datadog_change_failure="true",
        )
    [annotation] = step.annotations
    assert annotation.level == "error"
    assert "dora_metrics_write" in annotation.message
