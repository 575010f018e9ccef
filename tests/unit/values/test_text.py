"""Untrusted text is safe in a log."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment_events.values.text import clean, quoted, shorten, well_formed
from emulator import find_commands

anything = st.text(st.characters())  # surrogates included
hostile = st.text("CE:#[ \r\n\u200b\ufeff\u3000\x85\u2029\ud800\\").map(
    lambda text: text.replace("C", "::").replace("E", "##[")
)


def may_start_a_command(line: str) -> bool:
    """Return whether the runner reads a command. See docs/vendors.md#runner-log-commands."""
    return re.match(r"\s*::", line) is not None or "##[" in line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("main", "main"),
        ("abc XYZ 019 .,;-_/+äé", "abc XYZ 019 .,;-_/+äé"),
        ("feature/naïve-✅", "feature/naïve-✅"),
        ("a\nb", r"a\nb"),
        ("a\rb", r"a\rb"),
        ("a\tb", r"a\tb"),
        ("a\x00b\x1b[31m", r"a\x00b\x1b[31m"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\ud800", r"\ud800"),
        ("::error::x", r"\::error::x"),
        ("  ::error::x", r"\  ::error::x"),
        ("\u00a0\u3000::error::x", "\\\u00a0\u3000::error::x"),
        ("a::b", "a::b"),
        (": :error", ": :error"),
        ("x ##[error]y", "x # #[error]y"),
        ("###[group]", "## #[group]"),
        ("##[##[", "# #[# #["),
    ],
)
def test_untrusted_text_is_shown_and_starts_no_command(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(anything | hostile)
def test_any_text_can_be_made_a_harmless_line_or_well_formed(text: str) -> None:
    line = clean(text)
    assert not may_start_a_command(line)
    assert line.splitlines() in ([], [line])
    assert find_commands(f"{line}\n") == []
    assert line.encode().decode() == line
    assert clean(line) == line, "cleaned twice"
    formed = well_formed(text)
    assert formed.encode().decode() == formed
    assert well_formed(formed) == formed


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [("", 1, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abcd", 1, "…")],
)
def test_a_long_text_is_cut_to_the_limit_with_an_ellipsis(
    text: str, limit: int, short: str
) -> None:
    assert shorten(text, limit) == short


def test_a_quoted_text_is_clean_and_short() -> None:
    assert quoted("::a\nb") == r"'\::a\nb'"
    assert quoted("x" * 100) == f"'{'x' * 79}…'"


@pytest.mark.parametrize(
    ("text", "formed"),
    [
        ("plain", "plain"),
        ("naïve ✅", "naïve ✅"),
        ("caf\udce9", "caf\ufffd"),  # a Latin-1 byte, as Python reads it from the environment
        ("\udcff\udcfe", "\ufffd\ufffd"),
        ("cut \ud83d", "cut \ufffd"),  # half an emoji, as JSON may hold it
        ("\ud83d end", "\ufffd end"),
        ("\ud83d\ude80", "🚀"),
        ("\ufeffbom", "\ufeffbom"),
    ],
)
def test_lone_surrogates_become_replacement_characters(text: str, formed: str) -> None:
    assert well_formed(text) == formed
