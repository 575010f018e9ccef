from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.workflow import WorkflowError, run_workflow

Make = Callable[..., Path]
GREET = """
print("hello", os.environ["INPUT_NAME"])
write("OUTPUT", "greeting=hello " + os.environ["INPUT_NAME"] + "\\n")
write("STEP_SUMMARY", "greeted " + os.environ["INPUT_NAME"] + "\\n")
"""


def test_two_jobs_share_outputs_and_run_in_the_order_of_their_needs(action: Make) -> None:
    result = run_workflow(
        """
        name: W
        on: push
        jobs:
          second:
            needs: first
            steps:
              - run: echo "$GITHUB_WORKFLOW $GITHUB_JOB got ${{ needs.first.outputs.words }}"
          first:
            outputs: {words: "${{ steps.greet.outputs.greeting }}"}
            steps:
              - uses: actions/checkout@v5
              - id: greet
                uses: OWNER/toy@v1
                with: {name: "${{ secrets.NAME }}-${{ vars.NAME }}-${{ github.event.n }}"}
        """,
        event={"n": 3},
        secrets={"NAME": "hush"},
        vars={"NAME": "v"},
        replace_uses={"OWNER/toy": action(GREET, 'print("bye")')},
    )
    assert list(result.jobs) == ["first", "second"]
    assert result.jobs["first"].posts[0].raw == "bye\n"
    assert result.jobs["first"].steps[1].outputs == {"greeting": "hello hush-v-3"}
    # The output holds a secret, so that the other job does not receive it.
    assert result.jobs["second"].steps[0].raw == "W second got \n"
    assert result.summary == "greeted ***-v-3\n"
    assert result.conclusion == "success"


def test_env_has_three_levels_and_the_nearest_wins() -> None:
    result = run_workflow(
        """
        on: [push]
        env: {A: workflow, B: workflow, C: workflow, N: 1}
        jobs:
          one:
            env: {B: job, C: job}
            steps:
              - run: echo "$A $B $C $N ${{ env.C }}"
                env: {C: step}
        """
    )
    assert result.jobs["one"].steps[0].raw == "workflow job step 1 step\n"


def test_a_matrix_makes_a_job_of_each_combination() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          deploy:
            strategy: {matrix: {service: [cart, shop], region: [eu]}}
            steps:
              - run: echo ${{ matrix.service }} ${{ strategy.job-index }}/${{ strategy.job-total }}
        """
    )
    assert list(result.jobs) == ["deploy (cart, eu)", "deploy (shop, eu)"]
    assert result.jobs["deploy (shop, eu)"].steps[0].raw == "shop 1/2\n"


def test_a_failed_job_skips_those_that_need_it_unless_their_condition_allows_it() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          bad: {steps: [{run: exit 3}, {run: echo never}, {run: echo late, if: always()}]}
          skipped: {needs: bad, steps: [{run: echo never}]}
          after-skipped: {needs: skipped, steps: [{run: echo never}]}
          cleanup: {needs: [bad], if: failure(), steps: [{run: 'echo ${{ needs.bad.result }}'}]}
          other-branch: {if: "github.ref == 'refs/heads/x'", steps: [{run: echo never}]}
        """
    )
    assert {name: job.conclusion for name, job in result.jobs.items()} == {
        "bad": "failure",
        "skipped": "skipped",
        "after-skipped": "skipped",
        "cleanup": "success",
        "other-branch": "skipped",
    }
    assert [step.outcome for step in result.jobs["bad"].steps] == ["failure", "skipped", "success"]
    assert result.jobs["cleanup"].steps[0].raw == "failure\n"
    assert result.conclusion == "failure"


def test_continue_on_error_keeps_the_run_and_the_job_from_failing() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          a: {continue-on-error: true, steps: [{run: exit 1}]}
          b: {steps: [{run: exit 1, continue-on-error: true}, {run: echo on}]}
        """
    )
    assert result.conclusion == "success"
    assert result.jobs["b"].steps[1].outcome == "success"


def test_a_failed_line_ends_a_script_and_a_failed_pipe_only_with_shell_bash() -> None:
    result = run_workflow(
        """
        on: push
        jobs:
          lines: {steps: [{run: "false\\necho never"}]}
          pipe: {steps: [{run: "false | cat"}]}
          bash: {steps: [{run: "false | cat", shell: bash}]}
        """
    )
    assert [job.conclusion for job in result.jobs.values()] == ["failure", "success", "failure"]


def test_artifacts_pass_between_jobs_and_runs(tmp_path: Path) -> None:
    up = """
        on: push
        jobs:
          up:
            steps:
              - run: mkdir "$RUNNER_TEMP/d" && echo kept > "$RUNNER_TEMP/d/f"
              - uses: actions/upload-artifact@v4
                with: {name: saved, path: "${{ runner.temp }}/d/f"}
          down:
            needs: up
            steps:
              - uses: actions/download-artifact@v4
                with: {name: saved, path: here}
              - run: cat here/f
    """
    down = """
        on: workflow_dispatch
        jobs:
          down:
            steps:
              - uses: actions/download-artifact@v4
                with: {name: "${{ inputs.name }}", path: there}
              - run: cat there/f
    """
    first = run_workflow(up, artifacts=tmp_path)
    second = run_workflow(
        down, artifacts=tmp_path, event_name="workflow_dispatch", inputs={"name": "saved"}
    )
    assert first.jobs["down"].steps[1].raw == "kept\n"
    assert second.jobs["down"].steps[1].raw == "kept\n"


def test_default_inputs_replace_only_what_the_workflow_leaves_out(action: Make) -> None:
    steps = "[{uses: o/t@v1}, {uses: o/t@v2, with: {name: own}}]"
    result = run_workflow(
        f"on: push\njobs: {{a: {{steps: {steps}}}}}",
        replace_uses={"o/t": action(GREET)},
        defaults={"name": "given"},
    )
    assert [step.outputs["greeting"] for step in result.jobs["a"].steps] == [
        "hello given",
        "hello own",
    ]


def test_background_steps_end_before_post_and_count_in_the_jobs_status(action: Make) -> None:
    # Main waits for a later step, so that it succeeds only if it runs in the background.
    main = """
        deadline = time.monotonic() + 10
        while not os.path.exists("go"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        write("STATE", "saved=1\\n")
    """
    post = 'print(os.environ["INPUT_JOB-STATUS"], os.environ["STATE_saved"])'
    result = run_workflow(
        """
        on: push
        jobs:
          deploy:
            steps:
              - {id: report, uses: o/t@v1, background: true}
              - {run: exit 3, background: true}
              - run: touch go
        """,
        replace_uses={"o/t": action(main, post)},
    )
    job = result.jobs["deploy"]
    assert [step.outcome for step in job.steps] == ["success", "failure", "success"]
    assert [stage.raw for stage in job.posts] == ["failure 1\n"]
    assert result.conclusion == "failure"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("on: release\njobs: {}", "does not run on 'push'"),
        (
            "on: push\njobs: {a: {steps: [{uses: some/action@v1}]}}",
            "'uses: some/action@v1' is not emulated",
        ),
        ("on: push\njobs: {a: {steps: [{run: x, shell: pwsh}]}}", "'shell: pwsh'"),
    ],
)
def test_what_is_not_emulated_is_rejected(text: str, message: str) -> None:
    with pytest.raises(WorkflowError, match=message):
        run_workflow(text)


CALLER = """
on: push
env: {A: caller}
jobs:
  call:
    uses: ./called.yml
    with: {name: cart}
"""
CALLED = """
on: workflow_call
jobs:
  run:
    steps:
      - run: echo "${{ inputs.name }} ${{ github.event_name }} [${{ secrets.KEY }}${{ env.A }}]"
"""


@pytest.mark.parametrize(("inherit", "shown"), [("", "[]"), ("    secrets: inherit", "[hush]")])
def test_a_reusable_workflow_has_its_inputs_and_only_inherited_secrets(
    inherit: str, shown: str
) -> None:
    result = run_workflow(
        CALLER + inherit, secrets={"KEY": "hush"}, called={"./called.yml": CALLED}
    )
    assert result.jobs["call / run"].steps[0].raw == f"cart push {shown}\n"


def test_the_result_of_a_reusable_workflow_reaches_other_jobs() -> None:
    caller = f"""{CALLER}
  next:
    needs: call
    if: always()
    steps:
      - run: echo "${{{{ needs.call.result }}}}"
"""
    fails = CALLED.replace("run: echo", "run: exit 1; echo")
    result = run_workflow(caller, called={"./called.yml": fails})
    assert result.jobs["next"].steps[0].raw == "failure\n"
    assert result.conclusion == "failure"


@pytest.mark.parametrize(
    ("caller", "called", "message"),
    [
        (CALLER, CALLED.replace("workflow_call", "push"), "has no 'on: workflow_call'"),
        (f"{CALLER}    needs: other\n  other: {{steps: []}}", CALLED, "is not emulated"),
    ],
)
def test_what_a_reusable_workflow_cannot_have_is_an_error(
    caller: str, called: str, message: str
) -> None:
    with pytest.raises(WorkflowError, match=message):
        run_workflow(caller, called={"./called.yml": called})
