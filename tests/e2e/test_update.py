"""`event: update` changes a deployment that was reported earlier."""

import pytest
from support.keys import DATADOG_APP_KEY
from support.quick import MakeStep
from support.step import Ended

from sandbox import Sandbox

FAILED = '[{"op": "replace", "path": "/status", "value": "failed"}]'
CHANGE = {"datadog_app_key": DATADOG_APP_KEY, "datadog_change_failure": "true"}


def finished(make_step: MakeStep, **inputs: str) -> Ended:
    return make_step(event="finished", **inputs).main()


def update(make_step: MakeStep, **inputs: str) -> Ended:
    return make_step(event="update", **inputs).main()


def only_annotation(ended: Ended, level: str) -> str:
    """Return the message of the single annotation, which has this level."""
    levels = ("notice", "warning", "error")
    [message] = [message for each in levels for message in ended.annotations(each)]
    assert ended.annotations(level) == [message]
    return message


def marked(sandbox: Sandbox) -> dict[str, bool]:
    """Return by version whether a deployment at Datadog is a change failure."""
    return {
        deployment["version"]: deployment.get("change_failure", False)
        for deployment in sandbox.deployments("datadog")
    }


def test_a_patch_reaches_the_deployment_with_the_given_id(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    id_ = finished(make_step).outputs["launchdarkly-deployment-id"]
    ended = update(make_step, launchdarkly_patch=FAILED, launchdarkly_deployment_id=id_)
    assert sandbox.deployments("launchdarkly")[0]["status"] == "failed"
    row = ended.result("launchdarkly")
    assert (row["status"], row["id"]) == ("delivered", id_)
    assert ended.result("datadog")["status"] == "skipped"


def test_without_an_id_the_newest_deployment_of_the_version_is_found(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    finished(
        make_step,
        version="1.0.0",
        started_at="2026-05-04T09:30:00Z",
        finished_at="2026-05-04T09:31:00Z",
    )
    finished(make_step, version="2.0.0")
    ended = update(make_step, version="1.0.0", launchdarkly_patch=FAILED)
    status = {
        deployment["applicationVersion"]: deployment["status"]
        for deployment in sandbox.deployments("launchdarkly")
    }
    assert status == {"1.0.0": "failed", "2.0.0": "finished"}
    assert ended.code == 0


def test_an_update_of_a_version_that_was_never_deployed_is_an_error(make_step: MakeStep) -> None:
    ended = update(make_step, version="3.0.0", launchdarkly_patch=FAILED, fail_on_error="true")
    assert ended.code == 1
    error = only_annotation(ended, "error")
    assert "LaunchDarkly lists no deployment of this version" in error


def test_an_update_is_undelivered_if_the_list_is_unavailable(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", 503)
    ended = update(make_step, version="3.0.0", launchdarkly_patch=FAILED)
    assert "HTTP 503" in only_annotation(ended, "warning")


def test_datadog_receives_a_change_failure_and_its_remediation(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    broken = finished(make_step, version="2.0.0").outputs["datadog-deployment-id"]
    repaired = finished(make_step, version="1.0.0").outputs["datadog-deployment-id"]
    ended = update(
        make_step,
        **CHANGE,
        datadog_deployment_id=broken,
        datadog_remediation_type="rollback",
        datadog_remediation_id=repaired,
    )
    deployments = {deployment["id"]: deployment for deployment in sandbox.deployments("datadog")}
    assert deployments[broken]["change_failure"] is True
    assert deployments[broken]["remediation"] == {"type": "rollback", "id": repaired}
    assert ended.outputs["datadog-deployment-id"] == broken


def test_one_step_without_ids_marks_the_version_at_both_vendors(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    finished(make_step, version="1.0.0")
    finished(make_step, version="2.0.0")
    ended = update(make_step, version="1.0.0", launchdarkly_patch=FAILED, **CHANGE)
    assert [(row["vendor"], row["status"]) for row in ended.results] == [
        ("launchdarkly", "delivered"),
        ("datadog", "delivered"),
    ]
    assert marked(sandbox) == {"1.0.0": True, "2.0.0": False}
    [request] = [request for request in sandbox.requests("datadog") if request.method == "PATCH"]
    assert request.path == "/api/v2/dora/deployments"


def test_of_several_deployments_of_a_version_the_last_finished_is_changed(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    for minute in (30, 40, 35):
        finished(
            make_step,
            version="1.0.0",
            started_at=f"2026-05-04T09:{minute}:00Z",
            finished_at=f"2026-05-04T09:{minute}:30Z",
        )
    update(make_step, version="1.0.0", **CHANGE)
    changed = [
        deployment
        for deployment in sandbox.deployments("datadog")
        if "change_failure" in deployment
    ]
    assert [deployment["finished_at"] for deployment in changed] == [1777887630000]


@pytest.mark.parametrize("how", ["by ID", "by version"])
def test_a_remediation_can_be_named_by_its_version(
    make_step: MakeStep, sandbox: Sandbox, how: str
) -> None:
    broken = finished(make_step, version="2.0.0").outputs["datadog-deployment-id"]
    selection = {"datadog_deployment_id": broken} if how == "by ID" else {"version": "2.0.0"}
    ended = update(
        make_step,
        **CHANGE,
        **selection,
        datadog_remediation_type="rollforward",
        datadog_remediation_version="2.0.1",
    )
    assert ended.code == 0
    [deployment] = sandbox.deployments("datadog")
    assert deployment["remediation"] == {"type": "rollforward", "version": "2.0.1"}


@pytest.mark.parametrize("change", [CHANGE, {"launchdarkly_patch": FAILED}])
def test_a_derived_version_selects_no_deployment(
    make_step: MakeStep, sandbox: Sandbox, change: dict[str, str]
) -> None:
    ended = update(make_step, **change)
    assert ended.code == 1
    assert only_annotation(ended, "error").startswith("`version` must be set")
    assert sandbox.requests() == []


def test_the_version_may_be_in_the_line_of_the_service(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    finished(make_step, service="api,version=1\nweb,version=2")
    update(make_step, service="api,version=1\nweb,version=2", **CHANGE)
    ended = update(make_step, service="api,version=1\nweb", **CHANGE)
    assert marked(sandbox) == {"1": True, "2": True}
    assert "(service web)" in ended.annotations("error")[0]


def test_without_a_match_datadogs_refusal_names_what_was_compared(make_step: MakeStep) -> None:
    error = only_annotation(update(make_step, version="never", **CHANGE), "error")
    assert "`service`, `environment` and `version`" in error


@pytest.mark.parametrize("id_", ["..", "::a"])
def test_the_message_about_an_id_names_the_rule_that_it_breaks(
    make_step: MakeStep, sandbox: Sandbox, id_: str
) -> None:
    error = only_annotation(update(make_step, datadog_deployment_id=id_, **CHANGE), "error")
    assert error.startswith("`datadog-deployment-id` must be the ID of a deployment")
    assert "'.', '..' and '::' at the beginning are not allowed" in error
    assert sandbox.requests() == []


def test_a_patch_that_changed_nothing_is_delivered_with_a_note(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", "patch-not-applied")
    finished(make_step, version="1.0.0")
    ended = update(make_step, version="1.0.0", launchdarkly_patch=FAILED)
    note = "its response has the status 'finished' instead of 'failed'"
    row = ended.result("launchdarkly")
    assert row["status"] == "delivered"
    assert note in row["note"]
    assert note in only_annotation(ended, "notice")
    assert "instead of" in ended.summary
    assert ended.code == 0


def test_an_archived_deployment_is_never_the_one_to_change(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    finished(make_step, version="1.0.0")
    sandbox.launchdarkly.archive(sandbox.deployments("launchdarkly")[0]["id"])
    ended = update(make_step, version="1.0.0", launchdarkly_patch=FAILED)
    assert "lists no deployment of this version" in ended.annotations("error")[0]
    assert sandbox.deployments("launchdarkly")[0]["status"] == "finished"


def test_a_page_in_place_of_the_list_does_not_mean_that_there_is_no_deployment(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", "html-body")
    ended = update(make_step, version="1.0.0", launchdarkly_patch=FAILED)
    assert "the list of deployments is not JSON" in only_annotation(ended, "warning")


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("vendor", ["launchdarkly", "datadog"])
def test_a_gateways_page_is_not_taken_for_an_invalid_key(
    make_step: MakeStep, sandbox: Sandbox, vendor: str, status: int
) -> None:
    sandbox.fail(vendor, f"gateway-{status}")
    ended = finished(make_step, started_at="2026-05-04T09:30:00Z")
    error = only_annotation(ended, "error")
    url = sandbox.launchdarkly_url if vendor == "launchdarkly" else sandbox.datadog_url
    assert f"between the runner and `{url.partition('://')[2]}`" in error
    assert "invalid" not in error
    assert "event: replay" in error


def test_each_service_can_name_its_own_deployment(make_step: MakeStep, sandbox: Sandbox) -> None:
    ended = finished(make_step, service="api\nweb")
    lines = "\n".join(
        f"{row['service']},datadog-deployment-id={row['id']}"
        for row in ended.results
        if row["vendor"] == "datadog"
    )
    update(make_step, service=lines, **CHANGE)
    assert [deployment["change_failure"] for deployment in sandbox.deployments("datadog")] == [
        True,
        True,
    ]


def test_an_invalid_application_key_is_refused_and_the_scope_is_named(make_step: MakeStep) -> None:
    id_ = finished(make_step).outputs["datadog-deployment-id"]
    ended = update(make_step, **{**CHANGE, "datadog_app_key": "wrong"}, datadog_deployment_id=id_)
    assert "dora_metrics_write" in only_annotation(ended, "error")
