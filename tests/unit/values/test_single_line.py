"""Single-line values: what `print` shows is what is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment_events.values.invalid import InvalidValue
from deployment_events.values.single_line import identifier, single_line
from deployment_events.values.text import invisible_character, is_quoted, trim


def rule(text: str) -> str:
    """Return the rule that an identifier breaks."""
    with pytest.raises(InvalidValue) as caught:
        identifier(text)
    return caught.value.rule


@pytest.mark.parametrize(
    "text",
    [
        *(
            "production",
            "eu west 1",
            "naïve-✅",
            "1.2.3+4",
            'the "big" one',
            "it's",
            "a'",
            '"',
            "''x",
        ),
        *(
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "👨\u200d👩\u200d👧",
            "🏴\U000e0067\U000e0062\U000e007f",
            "US$",
            "5 %",
        ),
    ],
)
def test_a_value_is_returned_as_written(text: str) -> None:
    assert identifier(text) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[command]/usr/bin/terraform output\nproduction\n::debug::exit 0", 3),
        ("a\r\nb", 2),
        ("a\rb", 2),
        ("a\u2028b", 2),
        ("a\x85b", 2),
        ("a\n\nb", 3),
    ],
)
def test_several_lines_are_an_error_that_counts_them(text: str, lines: int) -> None:
    with pytest.raises(InvalidValue, match="must be a single line") as caught:
        identifier(text)
    assert caught.value.fix.startswith(f"It has {lines} lines")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("a\tb", "0009"), ("a\x1b[31mb", "001B"), ("a\x7f", "007F"), ("1.2\ufeff", "FEFF")),
        *(("a\ufeffb", "FEFF"), ("a\u200bb", "200B"), ("a\u202eb", "202E"), ("a\xadb", "00AD")),
        *(("production\u200d", "200D"), ("a\u200db", "200D"), ("a\U000e0062", "E0062")),
    ],
)
def test_an_invisible_character_is_an_error_that_names_it(text: str, code: str) -> None:
    with pytest.raises(InvalidValue, match="must be text without invisible characters") as caught:
        identifier(text)
    assert caught.value.fix == f"Remove the character U+{code}."


@pytest.mark.parametrize(
    "text",
    ['"production"', "'production'", "“production”", "\u2018x\u2019", "„x“", "`x`", "«x»", '""'],
)
def test_quotation_marks_around_a_value_are_an_error(text: str) -> None:
    assert rule(text) == "must be written without quotation marks around it"


@pytest.mark.parametrize(
    "text",
    [
        *("Array", "Object", "[object Object]", "null", "undefined", "None", "<no value>"),
        *("$VERSION", "v${GITHUB_SHA}", "$(git rev-parse HEAD)", "{{ .Version }}", "%VERSION%"),
        *("false", '["production"]', "::debug::exit 0"),
        *("${{ github.sha }}", "$env:VERSION", r"one\ntwo", "one%0Atwo", "one%0d%0atwo"),
    ],
)
def test_residue_of_expressions_is_not_a_name(text: str) -> None:
    assert rule(text) == "must be a plain name"
    assert single_line(text) == text, "text for people may contain it"


@given(st.text("\"'`“”«»$\n\r\t\x00 \ufeff\u200b\u200daé") | st.text())
def test_any_text_is_what_print_shows_or_an_error(text: str) -> None:
    text = trim(text)
    try:
        value = single_line(text)
    except InvalidValue:
        return
    assert value == text == text.strip()
    assert len(value.splitlines()) <= 1
    assert not invisible_character(value)
    assert not is_quoted(value)
