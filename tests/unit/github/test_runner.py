"""The interface to the runner: masks, log, annotations, outputs, state and job summary."""

import re
from contextlib import suppress
from errno import ENOSPC
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.step import Step

from deployment_events.errors import Section
from deployment_events.github.documentation import help_url
from deployment_events.github.log import Log
from deployment_events.github.runner import Runner

COMMANDS = (
    "::error::",
    "  ::stop-commands::x",
    "##[error]x",
    "a ##[group]b",
    "\r::set-output name=a::b",
    "\u2028::debug::x",
)
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def runner(step: Step) -> Runner:
    return Runner()


def commands(text: str) -> list[str]:
    """Return the lines that the runner reads as commands; a CR also ends a line."""
    return [
        line
        for line in re.split(r"[\r\n]", text)
        if line.lstrip().startswith("::") or "##[" in line
    ]


def test_inputs_are_trimmed_and_found_by_their_hyphenated_names(step: Step, runner: Runner) -> None:
    step.give({"fail-on-error": " true\n", "environment": "caf\udce9", "version": ""})
    assert runner.inputs(["fail-on-error", "environment", "version"]) == {
        "fail-on-error": "true",
        "environment": "caf\ufffd",
        "version": "",
    }


def test_an_absent_input_is_not_an_empty_input(step: Step, runner: Runner) -> None:
    """The runner fills in defaults only for what is absent; act fills in none in post."""
    step.give_only({"event": ""})
    assert runner.inputs(["event", "service"]) == {"event": ""}


@pytest.mark.parametrize("text", ["\ufeff1.2.3", " \ufeff 1.2.3\n", "\ufeff\ufeff1.2.3"])
def test_a_byte_order_mark_at_the_beginning_is_dropped(
    step: Step, runner: Runner, text: str
) -> None:
    step.give({"version": text, "datadog-api-key": text})
    assert runner.inputs(["version", "datadog-api-key"]) == {
        "version": "1.2.3",
        "datadog-api-key": "1.2.3",
    }


@pytest.mark.parametrize("text", COMMANDS)
def test_no_logged_text_starts_a_command(runner: Runner, capsys: Capture, text: str) -> None:
    runner.log(text)
    runner.log(f"x\n{text}")
    assert commands(capsys.readouterr().out) == []


@given(
    st.text(st.characters())
    | st.lists(st.sampled_from(["::", "##[", "\n", "\r", " ", "x", "\u2029"])).map("".join)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_logged_and_starts_no_command(
    runner: Runner, capsys: Capture, text: str
) -> None:
    runner.log(text)
    out = capsys.readouterr().out
    assert commands(out) == []
    assert out.count("\n") == text.count("\n") + 1
    assert out.encode().decode() == out


@pytest.mark.parametrize("level", ["error", "warning", "notice"])
@pytest.mark.parametrize("text", COMMANDS)
def test_an_annotation_is_one_command_of_its_level(
    runner: Runner, capsys: Capture, level: str, text: str
) -> None:
    getattr(runner, level)(f"{text}\nsecond line")
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"::{level} title=Deployment Events::")
    assert "##[" not in line


def test_an_annotation_has_a_title_and_its_text(runner: Runner, capsys: Capture) -> None:
    runner.warning("100% of a: b, c")
    runner.annotate("error", "Wrong", "Datadog: a, b")
    assert capsys.readouterr().out.splitlines() == [
        "::warning title=Deployment Events::100%25 of a: b, c",
        "::error title=Datadog%3A a%2C b::Wrong",
    ]


def test_an_annotation_ends_with_a_link_that_is_never_cut(runner: Runner, capsys: Capture) -> None:
    runner.annotate("error", "x" * 10_000, section=Section.BUG)
    [line] = capsys.readouterr().out.splitlines()
    assert line.endswith(f"x… See {help_url(Section.BUG)}")
    assert len(line.partition("::x")[2]) < 4096
    assert runner.annotations == ["x" * 10_000]


def test_annotations_beyond_what_the_runner_shows_are_log_lines(
    runner: Runner, capsys: Capture
) -> None:
    for number in range(12):
        runner.error(f"e{number}")
    runner.notice("n")
    out = capsys.readouterr().out.splitlines()
    assert out[9:] == [
        "::error title=Deployment Events::e9",
        "error: e10",
        "error: e11",
        "::notice title=Deployment Events::n",
    ]


def test_a_long_annotation_fits_the_runner_s_limit(runner: Runner, capsys: Capture) -> None:
    runner.error("x" * 10_000)
    [line] = capsys.readouterr().out.splitlines()
    assert 3000 < len(line.rpartition("::")[2]) <= 4096
    assert line.endswith("…")


def test_a_key_is_masked_in_every_form_a_log_could_show(runner: Runner, capsys: Capture) -> None:
    runner.mask(['k"e/y'])
    masked = {line.removeprefix("::add-mask::") for line in capsys.readouterr().out.splitlines()}
    # The runner decodes %25.
    assert masked == {'k"e/y', "k%2522e%252Fy", 'k\\"e/y'}


def test_the_annotations_are_recorded_without_the_key(runner: Runner) -> None:
    """Before anything cuts it: half a key would not be found any more."""
    runner.mask(["hunter2/x"])
    runner.warning("a hunter2/x")
    assert runner.annotations == ["a ***"]


def test_a_key_never_reaches_log_annotation_group_or_summary(
    step: Step, runner: Runner, capsys: Capture
) -> None:
    runner.mask(["hunter2/x"])
    capsys.readouterr()
    text = "a hunter2/x b hunter2%2Fx c"
    runner.log(text)
    for say in (runner.error, runner.warning, runner.notice, runner.log, runner.summarize):
        say(text)
    with runner.group(text):
        pass
    step.monkeypatch.setenv("RUNNER_DEBUG", "1")
    runner.debug(text)
    shown = capsys.readouterr().out + step.summary
    assert "hunter2" not in shown
    assert shown.count("a *** b *** c") == 8


def test_a_key_inside_a_longer_key_leaves_no_rest(runner: Runner) -> None:
    runner.mask(["hunter2", "hunter2-and-more"])
    assert runner.hide("hunter2-and-more hunter2") == "*** ***"


def test_a_key_that_looks_like_a_command_is_hidden_before_it_is_made_harmless(
    runner: Runner, capsys: Capture
) -> None:
    runner.mask(["hunter2##[x"])
    capsys.readouterr()
    runner.log("a hunter2##[x b")
    assert capsys.readouterr().out == "a *** b\n"


def test_a_key_of_several_lines_is_masked_as_one_command(runner: Runner, capsys: Capture) -> None:
    runner.mask(["first\n::error::second"])
    out = capsys.readouterr().out
    assert all(line.startswith("::add-mask::") for line in out.splitlines())
    runner.log("first\n::error::second")
    assert commands(capsys.readouterr().out) == []


def test_debug_lines_are_written_only_with_runner_debug(
    step: Step, runner: Runner, capsys: Capture
) -> None:
    runner.debug("x")
    assert capsys.readouterr().out == ""
    step.monkeypatch.setenv("RUNNER_DEBUG", "1")
    runner.debug("x")
    assert capsys.readouterr().out == "::debug::x\n"


def test_a_group_is_closed_even_when_its_work_fails(runner: Runner, capsys: Capture) -> None:
    with pytest.raises(KeyError), runner.group("::title"):
        raise KeyError
    assert capsys.readouterr().out.splitlines() == [r"::group::\::title", "::endgroup::"]


@pytest.mark.parametrize(
    "value", ["", "x", "two\nlines", "a=b", "ghadelimiter_x", "é✅", "##[error]x", "::error::x"]
)
def test_an_output_arrives_as_it_is(
    step: Step, runner: Runner, capsys: Capture, value: str
) -> None:
    runner.set_output("version", value)
    assert step.outputs == {"version": value}
    assert capsys.readouterr().out == ""


def test_state_goes_to_the_post_stage(step: Step, runner: Runner) -> None:
    assert runner.save_state("deployment", '{"a": 1}')
    step.hand_over()
    assert runner.state("deployment") == '{"a": 1}'
    assert runner.state("other") == ""


@pytest.mark.parametrize("path", ["", "/nowhere/file"])
def test_a_runner_without_files_breaks_nothing(
    step: Step, runner: Runner, capsys: Capture, path: str
) -> None:
    for variable in ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"):
        step.monkeypatch.setenv(variable, path)
    runner.set_output("version", "1")
    runner.summarize("x")
    assert not runner.save_state("done", "true")
    assert commands(capsys.readouterr().out) == [], (
        "the old commands for outputs would be forged by any text"
    )


def test_a_full_disk_breaks_nothing(step: Step, runner: Runner, capsys: Capture) -> None:
    for variable in ("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"):
        step.monkeypatch.setenv(variable, "/dev/full")
    runner.set_output("version", "1")
    runner.summarize("x")
    assert not runner.save_state("done", "true")
    assert capsys.readouterr().out.count("could not be written") == 3


def test_a_file_that_cannot_be_written_causes_one_warning(
    step: Step, runner: Runner, capsys: Capture
) -> None:
    step.monkeypatch.setenv("GITHUB_OUTPUT", "/dev/full")
    runner.set_output("version", "1")
    runner.set_output("results", "[]")
    assert capsys.readouterr().out == (
        "::warning title=Deployment Events::"
        "GITHUB_OUTPUT could not be written: No space left on device. "
        "What this step writes there is incomplete. Check the runner's disk.\n"
    )


@pytest.mark.parametrize("stream", ["full", "closed"])
def test_nothing_more_is_written_to_a_log_that_failed(
    step: Step, capsys: Capture, stream: str
) -> None:
    step.monkeypatch.setenv("RUNNER_DEBUG", "1")
    log = Path("/dev/full").open("w")  # noqa: SIM115
    if stream == "closed":
        log.close()
    runner = Runner(Log(log))
    runner.mask(["hunter2"])
    for write in (runner.log, runner.debug, runner.error, runner.warning, runner.notice):
        write("x")
    with runner.group("title"):
        runner.log("x" * 1_000_000)
    runner.set_output("version", "1")
    runner.summarize("x")
    assert (step.outputs, step.summary) == ({"version": "1"}, "x\n")
    assert runner.annotations == ["x", "x", "x"]
    with suppress(OSError):
        log.close()


def test_nothing_is_logged_once_a_mask_may_be_lost(step: Step) -> None:
    """A disk that has space again would show what the mask should have hidden."""

    class Recovering(StringIO):
        def flush(self) -> None:
            if "add-mask" in self.getvalue():
                self.truncate(0)
                self.seek(0)
                raise OSError(ENOSPC, "No space left on device")

    stream = Recovering()
    runner = Runner(Log(stream))
    runner.mask(["hunter2"])
    runner.log("a line")
    assert stream.getvalue() == ""


def test_the_summary_is_added_to_what_is_there(step: Step, runner: Runner) -> None:
    runner.summarize("one")
    runner.summarize("two")
    assert step.summary == "one\ntwo\n"


def test_a_summary_that_the_runner_would_throw_away_is_not_written(
    step: Step, runner: Runner
) -> None:
    runner.summarize("é" * 600_000)
    assert step.summary == ""


def test_the_folders_are_the_runner_s(step: Step, runner: Runner) -> None:
    assert (runner.temp, runner.workspace) == (step.temp, step.workspace)
    step.monkeypatch.delenv("RUNNER_TEMP")
    step.monkeypatch.setenv("GITHUB_WORKSPACE", "")
    assert (runner.temp, runner.workspace) == (None, None)
