"""The `tags` input: one per line, or several separated by commas; errors name the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment_events.inputs.tags import parse_tags, tag_warnings
from deployment_events.values.invalid import InvalidValue
from deployment_events.values.text import invisible_character, is_quoted

Tags = tuple[tuple[str, str], ...]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("team:web,tier:1", (("team", "web"), ("tier", "1"))),
        ("team:web, tier:1 ,owner:ann", (("team", "web"), ("tier", "1"), ("owner", "ann"))),
        ("team:web,tier:1\nowner:ann", (("team", "web"), ("tier", "1"), ("owner", "ann"))),
        ("team:web,\ntier:1,", (("team", "web"), ("tier", "1"))),
        ("note:hello, world", (("note", "hello, world"),)),
        ("times:12:30,13:00", (("times", "12:30,13:00"),)),
        (
            "links:https://a.example,https://b.example",
            (("links", "https://a.example,https://b.example"),),
        ),
        ("link:https://a.example,tier:1", (("link", "https://a.example"), ("tier", "1"))),
        ("team:a,b", (("team", "a,b"),)),
        ("team:a,tier:", (("team", "a,tier:"),)),
        ("# the team\nteam:web\n  # and more", (("team", "web"),)),
        ("команда:сайт,ярус:1", (("команда", "сайт"), ("ярус", "1"))),
        ("family:👨\u200d👩\u200d👧", (("family", "👨\u200d👩\u200d👧"),)),
        ("path:C:\\deploy\\", (("path", "C:\\deploy\\"),)),
    ],
)
def test_commas_separate_tags_only_if_every_part_looks_like_one(text: str, tags: Tags) -> None:
    assert parse_tags(text) == tags
    assert list(tag_warnings(text)) == []


@pytest.mark.parametrize(
    "line",
    [
        "team:web tier:1",
        "team:web\ttier:1",
        "a:1,team:web tier:1",
        "team:web tier:1 x",
        "team:web and tier:1",
        "team:web;tier:1",
        r"team:web\ntier:1",
        "team:web%0atier:1",
        "team:web,tier:1,critical",
        'title:5" screen,tier:1',
    ],
)
def test_other_separators_between_tags_cause_a_warning(line: str) -> None:
    [warning] = tag_warnings(f"x:1\n{line}")
    assert warning.startswith("`tags` line 2 is sent as one tag")
    assert "Commas separate" in warning


@pytest.mark.parametrize(
    "line", ["title:fix the shop", "title:see https://a.example", "a:b c", "note:deploy at 12:30"]
)
def test_spaces_in_a_value_cause_no_warning(line: str) -> None:
    assert list(tag_warnings(line)) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("- team:web", "It begins with the dash"),
        ("team:web \\", "It ends with a line continuation character"),
        ('{"team": "web"}', "It is part of a JSON or YAML value"),
        ('["team:web"]', "It is part of a JSON or YAML value"),
        ('"team:web"', "without quotation marks"),
        ("'team':web", "without quotation marks"),
        ('team:"web"', "without quotation marks"),
        ("team:“web”", "without quotation marks"),
        ('title:"a:b,c:d"', "without quotation marks"),
        ("team:we\u200bb", "Remove the character U+200B"),
        ("team:web\x1b[0m", "Remove the character U+001B"),
        ("te\ufeffam:web", "Remove the character U+FEFF"),
        ("team", "must be `key:value`"),
        (",", "must be `key:value`"),
    ],
)
def test_residue_of_another_tool_is_an_error_that_names_the_line(line: str, words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_tags(f"x:1\n{line}")
    [problem] = caught.value.problems
    assert problem.rule.startswith("line 2 must ")
    assert problem.shown == line
    assert words in str(problem)


def test_every_invalid_tag_is_reported() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_tags('prod\nteam:web\n- tier:1\nteam:"a",tier:$TIER,owner:ann')
    assert [problem.rule[:14] for problem in caught.value.problems] == [
        "line 1 must be",
        "line 3 must be",
        "line 4 must be",
        "line 4 must ha",
    ]


@given(st.text("[]{}\"'`,;=#-\\\n\r\t :abc\ufeff\u200b“”\u200d") | st.text())
def test_any_text_is_tags_that_print_shows_or_an_error(text: str) -> None:
    try:
        tags = parse_tags(text)
    except InvalidValue:
        return
    for part in (part for tag in tags for part in tag):
        assert part
        assert part == part.strip()
        assert part in text
        assert not invisible_character(part)
        assert not is_quoted(part)
