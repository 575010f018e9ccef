import pytest

from emulator.log import MAX_MESSAGE, StepLog
from emulator.masks import Masker
from emulator.results import Annotation


def read(*lines: str, debug: bool = False, masks: tuple[str, ...] = ()) -> StepLog:
    log = StepLog(Masker(masks), debug=debug)
    for line in lines:
        log.feed(f"{line}\n")
    return log


def test_annotations_carry_message_and_title() -> None:
    log = read("::warning title=T::a%0Ab", "##[error]c", "::notice file=x.py,line=2::d")
    assert log.annotations == [
        Annotation("warning", "a\nb", "T"),
        Annotation("error", "c"),
        Annotation("notice", "d", "", "x.py", "2"),
    ]
    assert log.text == "Warning: a\nb\nError: c\nNotice: d\n"


def test_ten_annotations_of_a_level_are_kept_and_the_log_shows_all() -> None:
    log = read(*[f"::error::{n}" for n in range(12)], "::warning::w")
    assert [each.message for each in log.annotations] == [*map(str, range(10)), "w"]
    assert "Error: 11\n" in log.text


def test_a_long_annotation_is_cut() -> None:
    assert read("::error::" + "x" * 5000).annotations[0].message == "x" * MAX_MESSAGE


def test_a_mask_hides_what_comes_after_it_and_not_what_was_before() -> None:
    log = read("hush", "::add-mask::hush", "say hush hush", "::error title=hush::hush!")
    assert log.text == "hush\nsay *** ***\nError: ***!\n"
    assert log.annotations == [Annotation("error", "***!", "***")]
    assert log.masks == ["hush"]


def test_an_empty_mask_is_a_warning() -> None:
    assert read("::add-mask:: ").annotations[0].level == "warning"


def test_groups_are_indented_until_they_end() -> None:
    assert (
        read("::group::one", "a", "::group::two", "b", "::endgroup::", "c").text
        == "▸ one\n  a\n▸ two\n  b\nc\n"
    )


def test_debug_lines_show_only_when_asked_for() -> None:
    assert read("::debug::x").text == ""
    assert read("::debug::x", debug=True).text == "Debug: x\n"


def test_nothing_is_obeyed_between_stop_commands_and_its_token() -> None:
    log = read("::stop-commands::tok", "::error::no", "::token::", "::TOK::", "::error::yes")
    assert [each.message for each in log.annotations] == ["yes"]
    assert "::error::no\n" in log.text


@pytest.mark.parametrize("token", ["", "error", "pause-logging"])
def test_a_bad_stop_token_is_refused_and_stops_nothing(token: str) -> None:
    log = read(f"::stop-commands::{token}", "::notice::still")
    assert log.failed
    assert log.annotations[-1] == Annotation("notice", "still")


def test_the_old_commands_for_outputs_and_state_still_count() -> None:
    log = read("::set-output name=a::1%0A2", "::save-state name=b::3")
    assert (log.outputs, log.state, log.failed) == ({"a": "1\n2"}, {"b": "3"}, False)


@pytest.mark.parametrize(
    "line",
    [
        "::set-output::x",
        "::save-state name=::x",
        "::set-env name=A::x",
        "::add-path::/x",
        "::echo::maybe",
    ],
)
def test_a_command_that_cannot_be_obeyed_fails_the_step(line: str) -> None:
    log = read(line)
    assert log.failed
    assert log.annotations[0].message == f"Unable to process command '{line}' successfully."


def test_echo_shows_commands_but_never_masks() -> None:
    log = read(
        "::echo::on",
        "::set-output name=a::1",
        "::add-mask::m",
        "::echo::off",
        "::set-output name=a::2",
    )
    assert log.text == "::set-output name=a::1\n::echo::off\n"


def test_problem_matchers_and_commands_are_recorded() -> None:
    log = read("::add-matcher::x.json", "##[remove-matcher owner=x]", "plain")
    assert [command.name for command in log.commands] == ["add-matcher", "remove-matcher"]
    assert log.raw_text == "::add-matcher::x.json\n##[remove-matcher owner=x]\nplain\n"
