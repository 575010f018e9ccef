"""CI's check of what the sandbox has recorded, in a job like the one in ci.yml."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from emulator import Job
from sandbox import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN, Sandbox

ACTION = Path(__file__).parents[2] / ".github" / "actions" / "recorded"


@pytest.mark.parametrize(
    ("deploy", "launchdarkly", "datadog", "passes"),
    [("true", "finished", 1, True), ("false", "failed", 0, True), ("true", "failed", 1, False)],
)
def test_the_recorded_deployments_must_be_the_expected_ones(
    deploy: str, launchdarkly: str, datadog: int, passes: bool
) -> None:
    with Sandbox() as sandbox, Job() as job:
        expected = {"launchdarkly": launchdarkly, "datadog": str(datadog)}
        assert job.uses(ACTION, with_={"url": sandbox.launchdarkly_url, **expected}).exit_code == 0
        job.uses(
            with_={
                "environment": "e2e",
                "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
                "launchdarkly-base-url": sandbox.launchdarkly_url,
                "datadog-api-key": DATADOG_API_KEY,
                "datadog-base-url": sandbox.datadog_url,
            }
        )
        job.run(deploy)
        # The step of the check is the first, so its post stage is the last.
        report, recorded = job.finish().posts
        assert report.exit_code == 0, report.raw
        assert (recorded.exit_code == 0) is passes, recorded.raw
        assert any(note.level == "error" for note in recorded.annotations) is not passes


@pytest.mark.parametrize(
    ("launchdarkly", "datadog", "count"), [("finished", 2, 1), ("failed", 1, 1), ("failed", 0, 2)]
)
def test_each_difference_is_named(launchdarkly: str, datadog: int, count: int) -> None:
    differences = runpy.run_path(str(ACTION / "recorded.py"))["differences"]
    recorded = {"launchdarkly": [{"status": "finished"}], "datadog": [{}]}
    assert len(differences(recorded, launchdarkly, datadog)) == count
    assert differences(recorded, "finished", 1) == []
