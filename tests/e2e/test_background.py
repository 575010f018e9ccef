"""`background: true` on the step: the vendors receive the same events."""

import pytest
from support.examples import ACTION, complaints, execute
from support.steps import event_types

from sandbox import Sandbox


@pytest.mark.parametrize(("deploy", "end"), [("true", "finished"), ("exit 1", "failed")])
def test_a_background_step_reports_the_result_of_the_job(
    sandbox: Sandbox, deploy: str, end: str
) -> None:
    replace = {
        f"uses: {ACTION}": f"background: true\n        uses: {ACTION}",
        'echo "Your deploy goes here"': deploy,
    }
    result = execute(sandbox, "one-step.yml", replace=replace)
    assert event_types(sandbox) == ["started", end]
    assert len(sandbox.deployments("datadog")) == (1 if end == "finished" else 0)
    assert complaints(result) == []
