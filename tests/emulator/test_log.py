import pytest

from emulator.log import MAX_MESSAGE, StepLog
from emulator.masks import Masker
from emulator.results import Annotation


def read(*lines: str) -> StepLog:
    log = StepLog(Masker())
    for line in lines:
        log.feed(f"{line}\n")
    return log


def test_annotations_carry_message_and_title() -> None:
    log = read("::warning title=T::a%0Ab", "##[error]c", "::notice file=x.py,line=2::d")
    assert log.annotations == [
        Annotation("warning", "a\nb", "T"),
        Annotation("error", "c"),
        Annotation("notice", "d"),
    ]
    assert log.text == "Warning: a\nb\nError: c\nNotice: d\n"


def test_ten_annotations_of_a_level_are_kept_and_the_log_shows_all() -> None:
    log = read(*[f"::error::{n}" for n in range(12)], "::warning::w")
    assert [each.message for each in log.annotations] == [*map(str, range(10)), "w"]
    assert "Error: 11\n" in log.text


def test_a_long_annotation_is_cut() -> None:
    assert read("::error::" + "x" * 5000).annotations[0].message == "x" * MAX_MESSAGE


def test_a_mask_hides_a_value_in_later_lines_only() -> None:
    log = read("hush", "::add-mask::hush", "say hush hush", "::error title=hush::hush!")
    assert log.text == "hush\nsay *** ***\nError: ***!\n"
    assert log.annotations == [Annotation("error", "***!", "***")]


def test_groups_are_indented_until_they_end() -> None:
    assert (
        read("::group::one", "a", "::group::two", "b", "::endgroup::", "c").text
        == "▸ one\n  a\n▸ two\n  b\nc\n"
    )


@pytest.mark.parametrize("line", ["::debug::x", "::echo::on", "::add-matcher::x.json"])
def test_commands_without_an_effect_here_are_not_in_the_log(line: str) -> None:
    log = read(line, "plain")
    assert (log.text, log.raw) == ("plain\n", f"{line}\nplain\n")


def test_nothing_is_obeyed_between_stop_commands_and_its_token() -> None:
    log = read("::stop-commands::tok", "::error::no", "::token::", "::TOK::", "::error::yes")
    assert [each.message for each in log.annotations] == ["yes"]
    assert "::error::no\n" in log.text


def test_the_old_commands_for_outputs_and_state_still_count() -> None:
    log = read("::set-output name=a::1%0A2", "::save-state name=b::3")
    assert (log.outputs, log.state, log.failed) == ({"a": "1\n2"}, {"b": "3"}, False)


@pytest.mark.parametrize("line", ["::set-env name=A::x", "::add-path::/x"])
def test_a_disabled_command_fails_the_step(line: str) -> None:
    log = read(line)
    assert log.failed
    assert "is disabled" in log.annotations[0].message
