from collections.abc import Callable
from pathlib import Path

import pytest

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
              - id: greet
                uses: OWNER/toy@v1
                with: {name: "${{ secrets.NAME }}-${{ vars.NAME }}-${{ github.event.n }}"}
        """,
        event={"n": 3},
        secrets={"NAME": "hush"},
        variables={"NAME": "v"},
        actions={"OWNER/toy": action(GREET, 'print("bye")')},
    )
    assert list(result.jobs) == ["first", "second"]
    assert result.jobs["first"].posts[0].raw == "bye\n"
    assert result.jobs["first"].steps[0].outputs == {"greeting": "hello hush-v-3"}
    # The output holds a secret, so that the other job does not receive it.
    assert result.jobs["second"].steps[0].raw == "W second got \n"
    assert result.summary == "greeted ***-v-3\n"
    assert result.conclusion == "success"


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
        actions={"o/t": action(main, post)},
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
        ("on: push\nenv: {A: b}\njobs: {}", "the workflow has what is not emulated: env"),
        ("on: push\njobs: {a: {strategy: {}, steps: []}}", "the job 'a' has .*: strategy"),
    ],
)
def test_what_is_not_emulated_is_rejected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run_workflow(text)
