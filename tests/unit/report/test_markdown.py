"""Markdown: untrusted text is escaped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment_events.report.markdown import Markdown, fence, folded, table

MARKDOWN = Markdown()

anything = st.text(st.characters())
hostile = st.text("<>|`*_[]()!#&;\"'\\ \n\t-+.~@:/ax1")


@given(anything | hostile)
def test_no_punctuation_survives_raw(text: str) -> None:
    shown = MARKDOWN.escape(text)
    assert not re.search(r"[!-,./:-@\[-`{-~]|(?<!\S)-", re.sub(r"&#\d{2,3};", "x", shown))
    assert shown.splitlines() in ([], [shown])


@given(hostile)
def test_escaped_text_is_displayed_unchanged(text: str) -> None:
    shown = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), MARKDOWN.escape(text, 10_000))
    assert (
        shown.replace("\\n", "\n").replace("\\t", "\t") == text
        or "##[" in text
        or "::" in text
        or "\\" in text
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("checkout", "checkout"),
        ("a|b", "a&#124;b"),
        ("my-shop--x-", "my-shop--x-"),
        ("- a -b", "&#45; a &#45;b"),
        ("<img src=x>", "&#60;img src&#61;x&#62;"),
        ("@octocat #1", "&#64;octocat &#35;1"),
        ("naïve ✅", "naïve ✅"),
        ("a\nb", "a&#92;nb"),
    ],
)
def test_text_is_escaped(text: str, shown: str) -> None:
    assert MARKDOWN.escape(text) == shown


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert MARKDOWN.escape("|" * 500) == "&#124;" * 119 + "…"
    assert MARKDOWN.escape("|" * 500, 3) == "&#124;&#124;…"


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_secret_across_the_cut_leaves_nothing_behind(cut: int) -> None:
    markdown = Markdown(lambda text: text.replace("s3cret-key", "***"))
    text = "x" * (120 - cut) + "s3cret-key" + "y" * 50
    assert "s3cre" not in markdown.escape(text)
    assert "s3" not in markdown.escape(text)


def test_empty_code_is_empty() -> None:
    assert MARKDOWN.code("") == ""
    assert MARKDOWN.code("a<b") == "<code>a&#60;b</code>"


def test_only_http_addresses_become_links() -> None:
    assert (
        MARKDOWN.link("run", "https://github.com/o/r") == '<a href="https://github.com/o/r">run</a>'
    )
    assert MARKDOWN.link("run", "http://ghes:8080/o/r") == '<a href="http://ghes:8080/o/r">run</a>'
    for address in (
        "",
        "o/r",
        "javascript:alert(1)",
        "git@github.com:o/r.git",
        "https:///x",
        "data:text/html,x",
        "javascript://h/%0ax",
    ):
        assert MARKDOWN.link("run", address) == "run"


@given(st.text("\"'<>|` \n\\{}^é/?#abc"))
def test_an_address_cannot_end_its_attribute(rest: str) -> None:
    shown = MARKDOWN.link("x", f"https://github.com/{rest}")
    assert re.fullmatch(r'<a href="https://github\.com/[^"\'<>|`\s\\]*">x</a>', shown)


def test_a_table_has_a_head_a_delimiter_row_and_rows() -> None:
    assert table(["A", "B"], [["1", "2"]]) == ["| A | B |", "|---|---|", "| 1 | 2 |"]


def test_folded_lines_are_between_blank_lines() -> None:
    assert folded("T", ["x"]) == [
        "<details>",
        "<summary>T</summary>",
        "",
        "x",
        "",
        "</details>",
        "",
    ]


@given(st.lists(st.text("`~ab \\"), max_size=5))
def test_no_line_can_end_its_fence(lines: list[str]) -> None:
    first, *middle, last = fence(lines)
    assert middle == lines
    assert first == f"{last}json"
    assert re.fullmatch("`{3,}", last)
    assert all(last not in line for line in lines)
