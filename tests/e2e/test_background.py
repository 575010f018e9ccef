"""`background: true` on the step: the vendors receive the same events."""

from support.examples import ACTION, complaints, execute
from support.steps import event_types

from sandbox import Sandbox


def test_a_background_step_reports_the_result_of_the_job(sandbox: Sandbox) -> None:
    replace = {
        f"uses: {ACTION}": f"background: true\n        uses: {ACTION}",
        'echo "Your deploy goes here"': "exit 1",
    }
    result = execute(sandbox, "one-step.yml", replace=replace)
    assert event_types(sandbox) == ["started", "failed"]
    assert sandbox.deployments("datadog") == []
    assert complaints(result) == []
