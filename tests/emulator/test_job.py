import json
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import Job

Make = Callable[..., Path]
RUNS = "runs: {using: docker, image: x, entrypoint: /entrypoint.py}"
SHOW_STATUS = 'print("status is", os.environ["INPUT_JOB-STATUS"])'


def test_inputs_arrive_under_the_runners_names(action: Make) -> None:
    main = """
        for name in ("NAME", "JOB-STATUS", "FLAG", "PLAIN", "WITH_SPACE"):
            print(name, repr(os.environ["INPUT_" + name]))
    """
    with Job() as job:
        step = job.uses(action(main), with_={"Name": "me", "with space": "x"})
    assert step.raw.splitlines() == [
        "NAME 'me'",
        "JOB-STATUS 'success'",
        "FLAG 'true'",
        "PLAIN ''",
        "WITH_SPACE 'x'",
    ]
    assert [each.level for each in step.annotations] == ["warning"]
    assert "Unexpected input(s) 'with space'" in step.annotations[0].message


def test_an_empty_value_is_not_replaced_by_the_default(action: Make) -> None:
    with Job() as job:
        assert (
            job.uses(action('print(repr(os.environ["INPUT_NAME"]))'), with_={"name": ""}).raw
            == "''\n"
        )


@pytest.mark.parametrize("end", ["success", "failure", "cancelled"])
def test_the_status_is_evaluated_again_in_post(action: Make, end: str) -> None:
    with Job() as job:
        main = job.uses(action(SHOW_STATUS, SHOW_STATUS))
        if end == "failure":
            job.run("false")
        if end == "cancelled":
            job.run(job.cancel)
        result = job.finish()
    assert main.raw == "status is success\n"
    assert result.posts[0].raw == f"status is {end}\n"
    assert (result.status, result.conclusion) == (end, end)


def test_values_of_the_user_are_evaluated_again_in_post(action: Make) -> None:
    show = 'print(os.environ["INPUT_NAME"])'
    with Job(secrets={"KEY": "k"}, variables={"V": "v"}, env={"E": "e"}) as job:
        text = "${{ secrets.KEY }} ${{ vars.V }} ${{ env.E }} [${{ steps.later.outputs.x }}]"
        main = job.uses(action(show, show), with_={"name": text})
        job.run(lambda: {"x": "1"}, id="later")
        job.run('echo "E=changed" >> "$GITHUB_ENV"')
        post = job.finish().posts[0]
    assert (main.raw, post.raw) == ("k v e []\n", "k v changed [1]\n")
    assert main.log == "*** v e []\n"


def test_a_default_sees_only_what_github_lets_it_see(action: Make) -> None:
    manifest = "inputs: {a: {default: '${{ secrets.KEY }}'}}\n" + RUNS
    with Job(secrets={"KEY": "k"}) as job:
        step = job.uses(action(manifest=manifest))
    assert (step.outcome, step.exit_code) == ("failure", 126)
    assert "unexpected 'secrets'" in step.annotations[0].message


def test_state_reaches_only_the_same_steps_post_and_posts_run_backwards(action: Make) -> None:
    main = 'write("STATE", "Mixed_Case=" + os.environ["INPUT_NAME"] + "\\n")'
    post = 'print(sorted((k, v) for k, v in os.environ.items() if k.startswith("STATE_")))'
    directory = action(main + '\nprint([k for k in os.environ if k.startswith("STATE_")])', post)
    with Job() as job:
        steps = [job.uses(directory, with_={"name": name}) for name in ("one", "two")]
        result = job.finish()
    assert [step.raw for step in steps] == ["[]\n", "[]\n"]
    assert [post.raw for post in result.posts] == [
        "[('STATE_Mixed_Case', 'two')]\n",
        "[('STATE_Mixed_Case', 'one')]\n",
    ]


def test_state_is_read_after_a_failure(action: Make) -> None:
    with Job() as job:
        main = job.uses(
            action(
                'write("STATE", "a<<X\\n1\\n2\\nX\\n"); sys.exit(3)', 'print(os.environ["STATE_a"])'
            )
        )
        post = job.finish().posts[0]
    assert (main.exit_code, main.outcome, main.state) == (3, "failure", {"a": "1\n2"})
    assert post.raw == "1\n2\n"


def test_outputs_of_main_reach_later_steps_and_those_of_post_are_dropped(action: Make) -> None:
    give = 'write("OUTPUT", "greeting=hello\\n")'
    with Job() as job:
        main = job.uses(action(give, give), id="toy")
        shell = job.run('echo "${{ steps.toy.outputs.greeting }}"')
        post = job.finish().posts[0]
    assert (main.outputs, shell.raw) == ({"greeting": "hello"}, "hello\n")
    assert post.outputs == {}


def test_outputs_that_cannot_be_read_fail_the_step_but_not_its_state(action: Make) -> None:
    with Job() as job:
        step = job.uses(action('write("OUTPUT", "nonsense\\n"); write("STATE", "a=1\\n")'))
    assert (step.outcome, step.exit_code, step.state) == ("failure", 0, {"a": "1"})
    assert [each.message for each in step.annotations] == [
        "Unable to process file command 'output' successfully.",
        "Invalid format 'nonsense'",
    ]


def test_summaries_of_all_stages_come_in_order_and_masked(action: Make) -> None:
    main = 'print("::add-mask::hush"); write("STEP_SUMMARY", "main hush")'
    with Job() as job:
        step = job.uses(action(main, 'write("STEP_SUMMARY", "post")'))
        result = job.finish()
    assert (step.summary, result.summary) == ("main ***", "main ***\npost")


def test_a_summary_over_the_limit_is_dropped_and_fails_nothing(action: Make) -> None:
    with Job() as job:
        step = job.uses(action('write("STEP_SUMMARY", "x" * (1024 * 1024 + 1))'))
    assert (step.summary, step.outcome) == ("", "success")
    assert "upload aborted" in step.annotations[0].message


def test_both_streams_are_kept_and_scanned_for_commands(action: Make) -> None:
    main = 'print("::notice::out"); sys.stdout.flush(); sys.stderr.write("x\\r::warning::err\\n")'
    with Job() as job:
        step = job.uses(action(main))
    assert {each.message for each in step.annotations} == {"out", "err"}
    assert step.stdout == "::notice::out\n"
    assert step.stderr == "x\r::warning::err\n"
    assert sorted(step.raw) == sorted(step.stdout + step.stderr)


def test_invalid_utf8_is_replaced(action: Make) -> None:
    with Job() as job:
        assert job.uses(action('sys.stdout.buffer.write(b"a\\xffb\\n")')).log == "a\ufffdb\n"


def test_a_failed_step_skips_the_next_and_its_post(action: Make) -> None:
    directory = action("sys.exit(1)", 'print("post")')
    with Job() as job:
        job.uses(directory)
        skipped = job.uses(directory)
        always = job.run("true", if_="always()")
        result = job.finish()
    assert (skipped.outcome, always.outcome, result.conclusion) == ("skipped", "success", "failure")
    assert len(result.posts) == 1


def test_continue_on_error_keeps_the_outcome_but_does_not_fail_the_job(action: Make) -> None:
    with Job() as job:
        step = job.uses(action("sys.exit(1)"), continue_on_error=True, id="toy")
        shown = job.run("echo ${{ steps.toy.outcome }} ${{ steps.toy.conclusion }}")
        result = job.finish()
    assert (step.outcome, step.conclusion, shown.raw) == ("failure", "success", "failure success\n")
    assert result.conclusion == "success"


def test_a_failing_post_fails_the_job_and_the_next_post_sees_it(action: Make) -> None:
    first = action("", SHOW_STATUS, name="first")
    second = action("", "sys.exit(1)", name="second")
    with Job() as job:
        job.uses(first)
        job.uses(second)
        result = job.finish()
    assert (result.status, result.conclusion) == ("success", "failure")
    assert result.posts[1].raw == "status is failure\n"


def test_post_if_decides_whether_post_runs(action: Make) -> None:
    manifest = RUNS.replace("}", ", post-entrypoint: /post.py, post-if: failure()}")
    directory = action(manifest=manifest)
    with Job() as good, Job() as bad:
        good.uses(directory)
        bad.uses(directory)
        bad.run("false")
        assert (len(good.finish().posts), len(bad.finish().posts)) == (0, 1)


def test_a_function_can_stand_for_a_step() -> None:
    def broken() -> None:
        raise RuntimeError("no")

    with Job() as job:
        good = job.run(lambda: {"x": "1"}, id="good")
        bad = job.run(broken)
    assert (good.outputs, bad.outcome, bad.log) == (
        {"x": "1"},
        "failure",
        "Error: RuntimeError: no\n",
    )
    assert job.status == "failure"


def test_a_string_too_long_for_linux_prevents_the_start(action: Make) -> None:
    with Job() as job:
        main = job.uses(action('write("STATE", "a=" + "x" * 131072 + "\\n")', 'print("post")'))
        post = job.finish().posts[0]
    assert main.outcome == "success"
    assert (post.outcome, post.exit_code, post.raw) == ("failure", 126, "")
    assert "Argument list too long" in post.annotations[0].message


def test_outputs_of_a_job_reach_the_next_one_unless_they_hold_a_secret(action: Make) -> None:
    with Job(secrets={"KEY": "hush"}) as first:
        first.uses(action('write("OUTPUT", "a=1\\nb=has hush\\n")'), id="toy")
        ended = first.finish({"c": "${{ steps.toy.outputs.a }}", "d": "${{ steps.toy.outputs.b }}"})
    assert ended.outputs == {"c": "1"}
    with Job(needs={"build": {"outputs": ended.outputs}}) as second:
        assert second.run("echo ${{ needs.build.outputs.c }}").raw == "1\n"


def test_matrix_strategy_and_event_can_be_read(action: Make) -> None:
    manifest = """
inputs:
  index: {default: "${{ strategy.job-index }}/${{ strategy.job-total }} ${{ matrix.service }}"}
  tag: {default: "${{ github.event.release.tag_name }}"}
"""
    main = """
        import json
        event = json.load(open(os.environ["GITHUB_EVENT_PATH"]))
        print(os.environ["INPUT_INDEX"], os.environ["INPUT_TAG"], event["release"]["tag_name"])
        print(*(os.environ["GITHUB_REF" + kind] for kind in ("", "_NAME", "_TYPE")))
    """
    event = {"release": {"tag_name": "v2"}}
    with Job(
        event_name="release", event=event, strategy={"job-index": 1}, matrix={"service": "cart"}
    ) as job:
        step = job.uses(action(main, manifest=manifest + RUNS))
    assert step.raw.splitlines() == ["1/1 cart v2 v2", "refs/tags/v2 v2 tag"]


def test_variables_that_a_step_sets_reach_later_steps(action: Make) -> None:
    with Job() as job:
        job.run("echo FROM_ENV=yes >> $GITHUB_ENV")
        assert job.run("echo $FROM_ENV").raw == "yes\n"
        assert job.uses(action('print(os.environ["FROM_ENV"])')).raw == "yes\n"


def test_a_jobs_directories_are_removed_at_its_end() -> None:
    with Job(event={"n": 1}) as job:
        assert json.loads(job.layout.event.read_text()) == {"n": 1}
    assert not job.workspace.exists()
    assert not job.temp.exists()
