import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.commands import COMMANDS, Command, find_commands, parse_command


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("::error::boom", Command("error", {}, "boom")),
        ("  \t::error::boom", Command("error", {}, "boom")),
        ("\u00a0\u2003::error::boom", Command("error", {}, "boom")),
        ("::ERROR::boom", Command("error", {}, "boom")),
        ("::error title=A,line=3::x", Command("error", {"title": "A", "line": "3"}, "x")),
        ("::error TITLE=A::x", Command("error", {"title": "A"}, "x")),
        ("::error title=a=b::x", Command("error", {"title": "a=b"}, "x")),
        ("::error title=,line=3::x", Command("error", {"line": "3"}, "x")),
        ("::error title=a%3Ab%2Cc::x", Command("error", {"title": "a:b,c"}, "x")),
        ("::error::a%0Ab%0Dc%25d", Command("error", {}, "a\nb\rc%d")),
        ("::error::a%250Ab", Command("error", {}, "a%0Ab")),
        ("::error::a%3Ab", Command("error", {}, "a%3Ab")),
        ("::group::a::b", Command("group", {}, "a::b")),
        ("##[error]boom", Command("error", {}, "boom")),
        (
            "text ##[error title=A;line=3]boom",
            Command("error", {"title": "A", "line": "3"}, "boom"),
        ),
        ("##[error]a%3Bb%5Dc", Command("error", {}, "a;b]c")),
        ("::nonsense::##[error]boom", Command("error", {}, "boom")),
    ],
)
def test_a_line_is_read_as_the_runner_reads_it(line: str, command: Command) -> None:
    assert parse_command(line) == command


@pytest.mark.parametrize(
    "line",
    [
        "",
        "::",
        "::error",
        ":error::x",
        "x ::error::y",
        "::nonsense::x",
        "##[error",
        "##[nonsense]x",
        "#[error]x",
        "\x1c::error::the runner does not skip this control character",
        "::error%3A::x",
    ],
)
def test_other_lines_are_plain_text(line: str) -> None:
    assert parse_command(line) is None


def test_the_token_of_stop_commands_is_a_command() -> None:
    assert parse_command("::token::", {"token"}) == Command("token")


def test_a_carriage_return_alone_ends_a_line() -> None:
    assert find_commands("harmless\r::error::boom") == [Command("error", {}, "boom")]


def escape(text: str, *more: tuple[str, str]) -> str:
    for character, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), *more):
        text = text.replace(character, escaped)
    return text


@given(st.sampled_from(sorted(COMMANDS)), st.text(), st.text())
def test_what_a_toolkit_escapes_is_unescaped(name: str, data: str, title: str) -> None:
    title = f".{title}."  # the runner removes spaces around the properties
    head = escape(title, (":", "%3A"), (",", "%2C"))
    assert parse_command(f"::{name} title={head}::{escape(data)}") == Command(
        name, {"title": title}, data
    )
