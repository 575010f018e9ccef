from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import Job
from emulator.manifest import ManifestError

Make = Callable[..., Path]
SHOW = """
for name in ("NAME", "PLAIN", "FLAG", "JOB-STATUS"):
    print(name, repr(os.environ["INPUT_" + name]))
"""
COMPOSITE = """
inputs:
  who: {default: "${{ github.actor }}"}
  token: {required: true}
  absent: {}
outputs:
  greeting: {value: "${{ steps.toy.outputs.greeting }} and ${{ steps.shell.outputs.x }}"}
runs:
  using: composite
  steps:
    - id: toy
      uses: o/toy@v1
      with: {name: "${{ inputs.who }}-${{ inputs.token }}", plain: "${{ inputs.absent }}"}
    - id: shell
      shell: bash
      run: echo "x=$WHO" >> "$GITHUB_OUTPUT"
      env: {WHO: "${{ inputs.who }}"}
"""


def test_an_action_in_a_composite_action_gets_the_same_inputs_in_main_and_post(
    action: Make,
) -> None:
    main = SHOW + 'write("OUTPUT", "greeting=hi\\n"); write("STATE", "saved=1\\n")'
    toy = action(main, SHOW + 'print(os.environ["STATE_saved"])', name="toy")
    composite = action(manifest=COMPOSITE, name="composite")
    with Job(actions={"o/toy": toy}, secrets={"KEY": "k3y"}) as job:
        used = job.uses(composite, with_={"token": "${{ secrets.KEY }}"}, id="report")
        job.run('test "${{ steps.report.outputs.greeting }}" = "hi and octocat"')
        job.run("exit 1")
        result = job.finish()
    inputs = ["NAME 'octocat-k3y'", "PLAIN ''", "FLAG 'true'"]
    assert used.outcome == "success"
    assert result.steps[1].raw.splitlines() == [*inputs, "JOB-STATUS 'success'"]
    assert result.posts[0].raw.splitlines() == [*inputs, "JOB-STATUS 'failure'", "1"]
    assert [step.outcome for step in result.steps] == [*["success"] * 4, "failure"]


def test_a_failed_step_of_a_composite_action_skips_the_next_and_fails_the_action(
    action: Make,
) -> None:
    composite = action(manifest=COMPOSITE, name="composite")
    with Job(actions={"o/toy": action("sys.exit(1)", name="toy")}) as job:
        assert job.uses(composite, continue_on_error=True).outcome == "failure"
        result = job.finish()
    assert [step.outcome for step in result.steps] == ["failure", "failure", "skipped"]
    assert result.conclusion == "success"


def test_an_earlier_failure_does_not_skip_the_steps_of_a_composite_action(action: Make) -> None:
    composite = action(manifest=COMPOSITE, name="composite")
    with Job(actions={"o/toy": action(name="toy")}) as job:
        job.run("exit 1")
        assert job.uses(composite, if_="always()").outcome == "success"
        result = job.finish()
    assert [step.outcome for step in result.steps] == ["failure", *["success"] * 3]


def test_a_composite_action_reads_secrets_only_through_its_inputs(action: Make) -> None:
    manifest = COMPOSITE.replace("${{ inputs.who }}-", "${{ secrets.KEY }}-")
    with Job(actions={"o/toy": action(name="toy")}, secrets={"KEY": "k"}) as job:
        assert job.uses(action(manifest=manifest, name="composite")).outcome == "failure"
        assert "unexpected 'secrets'" in job.finish().steps[1].annotations[0].message


def test_nested_composite_actions_are_rejected(action: Make) -> None:
    composite = action(manifest=COMPOSITE)
    with Job(actions={"o/toy": composite}) as job, pytest.raises(ManifestError, match="o/toy@v1"):
        job.uses(composite)
