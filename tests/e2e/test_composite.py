"""The step in a composite action: the vendors receive the same events."""

from pathlib import Path

from support.steps import event_types, with_keys

from emulator import REPOSITORY, Job
from sandbox import Sandbox

COMPOSITE = """
inputs: {environment: {}, token: {}, url: {}}
runs:
  using: composite
  steps:
    - uses: octo-org/deployment-events@v1
      with:
        environment: ${{ inputs.environment }}
        launchdarkly-access-token: ${{ inputs.token }}
        launchdarkly-base-url: ${{ inputs.url }}
"""


def test_a_step_of_a_composite_action_reports_the_result_of_the_job(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "action.yml").write_text(COMPOSITE)
    keys = with_keys(sandbox)
    with_ = {
        "environment": keys["environment"],
        "token": "${{ secrets.TOKEN }}",
        "url": keys["launchdarkly-base-url"],
    }
    secrets = {"TOKEN": keys["launchdarkly-access-token"]}
    with Job(actions={"octo-org/deployment-events": REPOSITORY}, secrets=secrets) as job:
        job.uses(tmp_path, with_=with_)
        job.run("false")
        assert [post.exit_code for post in job.finish().posts] == [0]
    assert event_types(sandbox) == ["started", "failed"]
