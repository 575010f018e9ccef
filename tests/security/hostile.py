"""Hostile strings, and checks of all output by the runner's grammar."""

import json
import re
from typing import Any

from hypothesis import strategies as st
from support.step import Ended

from emulator import find_commands, load_action

FRAGMENTS = [
    *(
        "::error::forged",
        "::warning file=a,line=1::forged",
        "  ::notice::forged",
        "\t::error::forged",
    ),
    *(
        "##[error]forged",
        "##[set-env name=FORGED]1",
        "# #[error]x",
        "###[[error]",
        "##[",
        "::",
        "]",
        ":: ::",
    ),
    *(
        "::stop-commands::token",
        "::token::",
        "::add-mask::forged",
        "::set-output name=forged::1",
        "::group::forged",
    ),
    *(
        "::add-matcher::/tmp/x",
        "::save-state name=forged::1",
        "::echo::on",
        "::debug::forged",
        "::ERROR::forged",
    ),
    *(
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
        "\u2029",
        "\u3000",
        "\xa0",
        "\u180e",
    ),
    *(
        "%0A::error::forged",
        "%0D",
        "%250A",
        "%",
        "\x1b[31m",
        "\x1b]0;title\x07",
        "\x08",
        "\x7f",
        "\ufeff",
        "\u200b",
    ),
    *(
        "\u202e",
        "\u2066",
        "\ud800",
        "\udcff",
        "\U0001f600",
        "e\u0301",
        "\u0000",
        "ghadelimiter_",
        "EOF",
        "<<EOF\n",
    ),
    *(
        "name=value",
        "forged<<x\n1\nx\n",
        "|",
        "\\|",
        "`",
        "```",
        "~~~",
        "<script>alert(1)</script>",
        "<!--",
        "-->",
    ),
    *(
        "</details>",
        "</code>",
        "<img src=x onerror=y>",
        "[a](javascript:b)",
        "![a](https://elsewhere.example/x)",
        "*",
    ),
    *(
        "\n# forged",
        "\n- [ ] forged",
        "&#58;&#58;error",
        "&amp;",
        "'",
        '"',
        ",",
        "=",
        "\\",
        "/",
        "..",
        "../..",
        "?",
        "#",
    ),
    *(
        "${{ secrets.TOKEN }}",
        "{0}",
        "%s",
        "{}",
        "https://[",
        "http://a.b/",
        "x" * 3000,
        "@everyone",
    ),
]

hostile_texts = st.lists(
    st.sampled_from(FRAGMENTS) | st.text(max_size=8), min_size=1, max_size=5
).map("".join)
"""Any Python string."""


def in_environment(text: str) -> str:
    """Return the text as an environment can hold it: without NUL, surrogates as undecoded bytes."""
    return "".join(
        "\udcff" if "\ud800" <= character <= "\udfff" else character
        for character in text
        if character != "\0"
    )


variables = hostile_texts.map(in_environment)

json_values: st.SearchStrategy[Any] = st.recursive(
    hostile_texts | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile_texts, inner, max_size=3),
    max_leaves=5,
)

OURS = {"add-mask", "debug", "error", "warning", "notice", "group", "endgroup"}
OUTPUTS = load_action().outputs.keys()
TAGS = {"a", "br", "code", "details", "summary"}


def check(ended: Ended) -> None:
    """Check that the output and the files have only the action's commands and text."""
    check_commands(ended)
    check_files(ended)
    check_summary(ended.summary)


def check_commands(ended: Ended) -> None:
    given = [(command.name, command.data) for command in find_commands(ended.stdout)]
    assert given == ended.issued, "the runner reads another command than the code gave"
    assert {name for name, _ in given} <= OURS
    assert find_commands(ended.stderr) == []
    assert ended.stderr == ""
    for level in ("error", "warning", "notice"):
        messages = ended.annotations(level)
        assert len(messages) <= 10
        assert all(len(message) <= 4096 for message in messages)
    printable = re.sub(r"[\n ]", "", ended.stdout)
    assert not re.search(
        r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]", printable
    )
    ended.stdout.encode()


def check_files(ended: Ended) -> None:
    assert ended.outputs.keys() <= OUTPUTS
    assert set(ended.state) <= {"done", "deployment", "confirmed"}
    for result in json.loads(ended.outputs.get("results", "[]")):
        assert set(result) == {
            "service",
            "vendor",
            "event",
            "status",
            "id",
            "attempts",
            "error",
            "note",
        }
    for name in ("launchdarkly-deployment-id", "datadog-deployment-id"):
        assert re.fullmatch(r"[A-Za-z0-9_.:-]*", ended.outputs.get(name, ""))
    assert "\x00" not in ended.raw


def check_summary(summary: str) -> None:
    assert len(summary.encode()) <= 1024 * 1024
    prose = re.sub(r"(?ms)^(`{3,})json\n.*?^\1$", "", summary).replace("<!-- -->", "")
    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z!][\w-]*)", prose)} <= TAGS
    assert all(
        re.fullmatch(r'<a href="https?://[^"<>\s]*">|</?\w+>', tag)
        for tag in re.findall(r"<[^>]*>", prose)
    )
    assert "](" not in prose
    for table in re.findall(r"(?m)(?:^\|.*\n)+", prose):
        rows = table.splitlines()
        assert len({row.count("|") for row in rows}) == 1, "a cell broke out of its column"
    for line in prose.splitlines():
        assert not re.match(r"\s*(#(?!## )|- \[|>|~~~|```|!|\d+[.)] |\[)", line), (
            f"somebody else's line: {line!r}"
        )
