"""Markdown: untrusted text is escaped."""

import html
import re
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW

from deployment_events.report.markdown import Markdown, fence, folded, table
from deployment_events.values.text import clean

MARKDOWN = Markdown()
SEPARATOR = "<!-- -->"
PLACES = """\
### {}

- {}

| a |
|---|
| {} |
| <code>{}</code> |

<details>
<summary>{}</summary>

</details>

<a href="https://example.com">{}</a>
"""

anything = st.text(st.characters())
hostile = st.lists(
    st.sampled_from(
        [
            *"<>|`*_[]()!#&;\"'\\ \n\t-+.~@:/ax1=${}^%",
            *("www.a.b", "http://a.b", "a@b.c", "mailto:", "&lt;", "<!--", "-->", "GH-1", "1. "),
            *(
                "~~~",
                "```",
                "</details>",
                "<img src=x>",
                "[a](b)",
                "    ",
                "__",
                ":tada:",
                "- [ ] ",
            ),
        ]
    ),
    min_size=1,
    max_size=12,
).map("".join)


class Page(HTMLParser):
    """The elements and the text of a page as GitHub renders it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@SLOW
@given(anything | hostile)
def test_text_is_displayed_unchanged_and_is_no_markup(text: str) -> None:
    page = Page(PLACES.replace("{}", MARKDOWN.escape(text, 10_000)))
    expected = Page(PLACES.replace("{}", "\ue000"))
    assert page.elements == expected.elements
    assert page.text.split() == expected.text.replace("\ue000", clean(text)).split()


@pytest.mark.parametrize(
    "text",
    [
        "checkout",
        "my-shop--x-",
        "17500000000.1:octo-repo",
        "HTTP 401, unauthorized: (Invalid access token). Copy it at 09:30, 'again'!",
        'a_long_name, v1.4.0+build, 100 %, {x}, x = 1; "quoted"',
        "naïve ✅",
    ],
)
def test_what_means_nothing_in_markdown_stays_readable(text: str) -> None:
    assert MARKDOWN.escape(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a&#124;b"),
        ("- a -b", "&#45; a -b"),
        ("1. a 2. b", "&#49;&#46; a 2. b"),
        ("    code", "&#32;&#32;&#32;&#32;code"),
        ("a #", "a &#35;"),
        ("# a", "&#35; a"),
        # GitHub renders this as a formula; the renderer of these tests does not.
        ("$a$", "&#36;a&#36;"),
        ("_a_b_", "&#95;a_b&#95;"),
        ("<img src=x>", "&#60;img src=x&#62;"),
        ("a\nb", "a&#92;nb"),
    ],
)
def test_markup_is_escaped(text: str, shown: str) -> None:
    assert MARKDOWN.escape(text) == shown


@pytest.mark.parametrize(
    "parts",
    [
        ("@", "octocat"),
        ("see #", "1"),
        ("gh", "-1"),
        (":", "tada:"),
        ("https:", "//example.com"),
        ("WWW", ".example.com"),
        ("a@", "example.com"),
    ],
)
def test_a_reference_is_interrupted(parts: tuple[str, str]) -> None:
    """GitHub looks for references after it has decoded entities."""
    first, second = MARKDOWN.escape("".join(parts)).split(SEPARATOR)
    assert html.unescape(first) == parts[0]
    assert html.unescape(second) == parts[1]


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert MARKDOWN.escape("|" * 500) == "&#124;" * 119 + "…"
    assert MARKDOWN.escape("|" * 500, 3) == "&#124;&#124;…"


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_secret_across_the_cut_leaves_nothing_behind(cut: int) -> None:
    markdown = Markdown(lambda text: text.replace("s3cret-key", "***"))
    text = "x" * (120 - cut) + "s3cret-key" + "y" * 50
    assert "s3cre" not in markdown.escape(text)
    assert "s3" not in markdown.escape(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Set `event` and `a_b`.", "Set <code>event</code> and <code>a_b</code>."),
        ("`x`", "<code>x</code>"),
        ("one ` only", "one &#96; only"),
        ("`a` and ` b", "<code>a</code> and &#96; b"),
        ("`<b>`", "<code>&#60;b&#62;</code>"),
    ],
)
def test_text_between_backquotes_is_code(text: str, shown: str) -> None:
    assert MARKDOWN.prose(text) == shown


@SLOW
@given(anything | hostile)
def test_prose_is_displayed_unchanged_but_for_backquotes(text: str) -> None:
    page = Page(f"- {MARKDOWN.prose(text, 10_000)}")
    assert [one for one in page.elements if one != "code"] == ["ul", "li"]
    shown, given_ = (one.replace("`", "").split() for one in (page.text, clean(text)))
    assert "".join(shown) == "".join(given_)


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


@given(st.text("`~\n"))
def test_no_line_can_end_its_fence(text: str) -> None:
    lines = text.split("\n")
    first, *middle, last = fence(lines)
    assert middle == lines
    assert first == f"{last}json"
    assert re.fullmatch("`{3,}", last)
    assert all(last not in line for line in lines)
