"""A change without an ID is kept, and its replay warns that another deployment may match."""

import shutil
from pathlib import Path

import pytest
from support import keys
from support.quick import MakeStep

from sandbox import Sandbox

CHANGES = {
    "datadog": {"datadog_app_key": keys.DATADOG_APP_KEY, "datadog_change_failure": "true"},
    "launchdarkly": {
        "launchdarkly_patch": '[{"op": "replace", "path": "/status", "value": "failed"}]'
    },
}
WARNING = "the newer deployment may be changed"


@pytest.mark.parametrize("vendor", ["launchdarkly", "datadog"])
@pytest.mark.parametrize("has_id", [True, False])
def test_only_a_change_without_an_id_warns(
    make_step: MakeStep, sandbox: Sandbox, tmp_path: Path, vendor: str, has_id: bool
) -> None:
    reported = make_step(
        "deploy", event="finished", version="1.0.0", started_at="2026-05-04T09:30:00Z"
    ).main()
    sandbox.fail(vendor, 503)
    ids = {}
    if has_id:
        ids = {f"{vendor}_deployment_id": reported.outputs[f"{vendor}-deployment-id"]}
    step = make_step("earlier", event="update", version="1.0.0", **CHANGES[vendor], **ids)
    failed = step.main()
    lost = shutil.copy(step.temp / failed.outputs["undelivered-path"], tmp_path / "lost.jsonl")
    sandbox.heal()

    given = {"datadog_app_key": keys.DATADOG_APP_KEY}
    ended = make_step("later", event="replay", replay=str(lost), **given).main()
    assert [row["status"] for row in ended.results] == ["delivered"]
    warnings = [text for text in ended.annotations("warning") if WARNING in text]
    assert bool(warnings) is not has_id
    if vendor == "datadog":
        assert sandbox.deployments("datadog")[0]["change_failure"] is True
    else:
        assert sandbox.deployments("launchdarkly")[0]["status"] == "failed"
