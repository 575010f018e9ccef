from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW

from emulator.files import SUMMARY_LIMIT, FileCommandError, FileCommands, parse_pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a=1\nb=2\n", [("a", "1"), ("b", "2")]),
        ("a=1", [("a", "1")]),
        ("\n\na=1\n\n", [("a", "1")]),
        ("a=", [("a", "")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=x<<y", [("a", "x<<y")]),
        ("a=1\r\n", [("a", "1\r")]),
        ("a<<EOF\nx\ny\nEOF\nb=1\n", [("a", "x\ny"), ("b", "1")]),
        ("a<<EOF\nEOF\n", [("a", "")]),
        ("a<<EOF\n\nEOF", [("a", "")]),
        ("a<<EOF\n\n\nEOF", [("a", "\n")]),
        ("a<<E=F\nx\nE=F\n", [("a", "x")]),
        ("a<<EOF\nx\r\nEOF\n", [("a", "x\r")]),
        (" a =1", [(" a ", "1")]),
    ],
)
def test_names_and_values_are_read_as_the_runner_reads_them(
    text: str, pairs: list[tuple[str, str]]
) -> None:
    assert parse_pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just words", "Invalid format 'just words'"),
        ("=1", "Name must not be empty"),
        ("<<EOF\nx\nEOF", "Name must not be empty and delimiter must not be empty"),
        ("a<<\nx\n", "Name must not be empty and delimiter must not be empty"),
        ("a<<EOF\nx\n", "Matching delimiter not found 'EOF'"),
        ("a<<EOF\nx\n EOF\n", "Matching delimiter not found 'EOF'"),
        ("a<<EOF\nx\nEOF\r\n", "Matching delimiter not found 'EOF'"),
    ],
)
def test_a_file_that_the_runner_cannot_read_is_rejected_with_its_message(
    text: str, message: str
) -> None:
    with pytest.raises(FileCommandError, match=message):
        parse_pairs(text)


@SLOW
@given(st.dictionaries(st.from_regex(r"[a-z-]+", fullmatch=True), st.text()))
def test_every_value_survives_a_heredoc(values: dict[str, str]) -> None:
    delimiter = "ghadelimiter_8c1f"
    text = "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())
    assert dict(parse_pairs(text)) == values


def test_every_stage_has_new_files(tmp_path: Path) -> None:
    first, second = FileCommands(tmp_path), FileCommands(tmp_path)
    first.paths["state"].write_text("a=1\n")
    assert second.pairs("state") == {}
    assert first.pairs("state") == {"a": "1"}


def test_a_removed_file_counts_as_empty(tmp_path: Path) -> None:
    files = FileCommands(tmp_path)
    files.paths["output"].unlink()
    assert files.pairs("output") == {}


def test_a_summary_may_be_one_mebibyte_and_no_more(tmp_path: Path) -> None:
    files = FileCommands(tmp_path)
    files.paths["step_summary"].write_bytes(b"x" * SUMMARY_LIMIT)
    assert len(files.summary()) == SUMMARY_LIMIT
    files.paths["step_summary"].write_bytes(b"x" * (SUMMARY_LIMIT + 1))
    with pytest.raises(FileCommandError, match="up to a size of 1024k, got 1024k"):
        files.summary()
