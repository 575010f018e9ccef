from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.plan import WorkflowError
from emulator.workflow import run_workflow

Make = Callable[..., Path]
GREET = """
print("hello", os.environ["INPUT_NAME"])
write("OUTPUT", "greeting=hello " + os.environ["INPUT_NAME"] + "\\n")
write("STEP_SUMMARY", "greeted " + os.environ["INPUT_NAME"] + "\\n")
"""


def test_two_jobs_share_outputs_and_run_in_the_order_of_their_needs(action: Make) -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          second:
            needs: first
            runs-on: ubuntu-latest
            steps:
              - run: echo "got ${{ needs.first.outputs.words }}"
          first:
            runs-on: ubuntu-latest
            outputs: {words: "${{ steps.greet.outputs.greeting }}"}
            steps:
              - uses: actions/checkout@v5
              - id: greet
                uses: OWNER/toy@v1
                with: {name: "${{ secrets.NAME }}-${{ vars.NAME }}-${{ github.event.n }}"}
        """,
        event={"n": 3},
        secrets={"OTHER": "x", "NAME": "s"},
        vars={"NAME": "v"},
        replace_uses={"OWNER/toy@v1": action(GREET, 'print("bye")')},
    )
    assert list(result.jobs) == ["first", "second"]
    assert result.jobs["first"].posts[0].raw == "bye\n"
    # "s" is a secret, and an output that holds one is withheld.
    assert result.jobs["second"].steps[0].raw == "got \n"
    assert result.summary == "greeted ***-v-3\n"
    assert result.conclusion == "success"


def test_env_has_three_levels_and_the_nearest_wins() -> None:
    result = run_workflow(
        """
        on: [push]
        env: {A: workflow, B: workflow, C: workflow, N: 1}
        jobs:
          one:
            runs-on: x
            env: {B: job, C: job}
            steps:
              - run: echo "$A $B $C $N ${{ env.C }}"
                env: {C: step}
        """
    )
    assert result.jobs["one"].steps[0].raw == "workflow job step 1 step\n"


def test_a_matrix_makes_one_job_a_leg() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          list:
            runs-on: x
            outputs: {services: "${{ steps.s.outputs.services }}"}
            steps:
              - {id: s, run: 'echo ''services=["cart","shop"]'' >> "$GITHUB_OUTPUT"'}
          deploy:
            needs: list
            runs-on: x
            strategy:
              matrix:
                service: ${{ fromJSON(needs.list.outputs.services) }}
            steps:
              - run: echo ${{ matrix.service }} ${{ strategy.job-index }}/${{ strategy.job-total }}
        """
    )
    assert [job for job in result.jobs if job != "list"] == ["deploy (cart)", "deploy (shop)"]
    assert result.jobs["deploy (shop)"].steps[0].raw == "shop 1/2\n"


def test_a_failed_job_skips_those_that_need_it_unless_they_ask() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          bad: {runs-on: x, steps: [{run: exit 3}, {run: echo never}, {run: echo late, if: always()}]}
          skipped: {needs: bad, runs-on: x, steps: [{run: echo never}]}
          after-skipped: {needs: skipped, runs-on: x, steps: [{run: echo never}]}
          told: {needs: bad, if: failure(), runs-on: x, steps: [{run: 'echo ${{ needs.bad.result }}'}]}
          wrong-branch: {if: "github.ref == 'refs/heads/x'", runs-on: x, steps: [{run: echo never}]}
        """
    )
    assert {name: job.conclusion for name, job in result.jobs.items()} == {
        "bad": "failure",
        "skipped": "skipped",
        "after-skipped": "skipped",
        "told": "success",
        "wrong-branch": "skipped",
    }
    assert [step.outcome for step in result.jobs["bad"].steps] == ["failure", "skipped", "success"]
    assert result.jobs["told"].steps[0].raw == "failure\n"
    assert result.conclusion == "failure"


def test_continue_on_error_of_a_job_spares_the_run_and_of_a_step_the_job() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          a: {runs-on: x, continue-on-error: true, steps: [{run: exit 1}]}
          b: {runs-on: x, steps: [{run: exit 1, continue-on-error: true}, {run: echo on}]}
        """
    )
    assert result.conclusion == "success"
    assert result.jobs["b"].steps[1].outcome == "success"


def test_a_step_stops_at_its_first_failing_line_and_a_pipe_only_under_bash() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          lines: {runs-on: x, steps: [{run: "false\\necho never"}]}
          pipe: {runs-on: x, steps: [{run: "false | cat"}]}
          bash: {runs-on: x, defaults: {run: {shell: bash}}, steps: [{run: "false | cat"}]}
        """
    )
    assert [job.conclusion for job in result.jobs.values()] == ["failure", "success", "failure"]


def test_pretended_shell_steps_succeed_unseen_and_their_conditions_count() -> None:
    result = run_workflow(
        "on: push\njobs: {a: {runs-on: x, steps: [{run: ./deploy.sh}, {run: x, if: failure()}]}}",
        shell_steps="pretend",
    )
    assert [step.outcome for step in result.jobs["a"].steps] == ["success", "skipped"]


def test_artifacts_pass_between_jobs_and_runs(tmp_path: Path) -> None:
    up = """
        on: push
        jobs:
          up:
            runs-on: x
            steps:
              - run: mkdir "$RUNNER_TEMP/d" && echo kept > "$RUNNER_TEMP/d/f"
              - uses: actions/upload-artifact@v4
                with: {name: saved, path: "${{ runner.temp }}/d/f"}
          down:
            needs: up
            runs-on: x
            steps: [{uses: actions/download-artifact@v4, with: {name: saved}}, {run: cat f}]
    """
    down = """
        on: workflow_dispatch
        jobs:
          down:
            runs-on: x
            steps:
              - uses: actions/download-artifact@v4
                with: {name: saved, path: there, run-id: "${{ inputs.run }}"}
              - run: cat there/f
    """
    first = run_workflow(up, artifacts=tmp_path)
    second = run_workflow(
        down, artifacts=tmp_path, event_name="workflow_dispatch", inputs={"run": "1"}
    )
    assert first.jobs["down"].steps[1].raw == "kept\n"
    assert second.jobs["down"].steps[1].raw == "kept\n"


def test_inputs_of_a_dispatch_have_defaults() -> None:
    text = """
        on:
          workflow_dispatch:
            inputs: {who: {default: world}, how: {default: loudly}}
        jobs: {a: {runs-on: x, steps: [{run: "echo ${{ inputs.who }} ${{ github.event.inputs.how }}"}]}}
    """
    result = run_workflow(text, event_name="workflow_dispatch", inputs={"how": "softly"})
    assert result.jobs["a"].steps[0].raw == "world softly\n"


def test_default_inputs_fill_only_what_the_workflow_left_out(action: Make) -> None:
    text = "on: push\njobs: {a: {runs-on: x, steps: [{uses: o/t@v1}, {uses: o/t@v2, with: {name: own}}]}}"
    result = run_workflow(text, replace_uses={"o/t": action(GREET)}, defaults={"name": "given"})
    assert [step.outputs["greeting"] for step in result.jobs["a"].steps] == [
        "hello given",
        "hello own",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("on: push", "a mapping with 'jobs'"),
        ("on: release\njobs: {}", r"runs on \['release'\], not on 'push'"),
        ("on: push\njobs: {a: {uses: ./x.yml}}", "reusable workflows"),
        (
            "on: push\njobs: {a: {steps: [{uses: who/knows@v1}]}}",
            "'uses: who/knows@v1' is not emulated",
        ),
        ("on: push\njobs: {a: {steps: [{name: nothing}]}}", "needs 'uses' or 'run'"),
        ("on: push\njobs: {a: {steps: [{run: x, shell: pwsh}]}}", "shell 'pwsh'"),
        ("on: push\njobs: {a: {steps: [{run: x, env: [1]}]}}", "expected a mapping"),
    ],
)
def test_what_is_not_emulated_is_refused(text: str, message: str) -> None:
    with pytest.raises(WorkflowError, match=message):
        run_workflow(text)


def test_a_file_can_be_run(tmp_path: Path) -> None:
    path = tmp_path / "w.yml"
    path.write_text(
        "on: push\nname: W\njobs: {a: {runs-on: x, steps: [{run: 'echo $GITHUB_WORKFLOW $GITHUB_JOB'}]}}"
    )
    assert run_workflow(path).jobs["a"].steps[0].raw == "W a\n"
