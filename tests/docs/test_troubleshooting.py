"""docs/troubleshooting.md has exactly the messages of the code."""

import re

import pytest
from support.messages import Message, messages, normal
from support.pages import headings, named_anchors

from deployment_events.errors import Section
from emulator.manifest import REPOSITORY

PAGE = REPOSITORY / "docs/troubleshooting.md"

FRAMES = {"report/summary.py", "report/summary_table.py", "report/log.py", "report/checks.py"}
"""Modules whose literals are headings and groups of other messages."""

MESSAGES = [message for message in messages() if message.module not in FRAMES]

NAMED = [
    "Accepted but not shown in Datadog",
    "Unauthorized",
    "Unknown project",
    "Fork pull requests have no secrets",
    "Wrong site",
    "No duration",
]


def plain(text: str) -> str:
    return normal(re.sub(r"[`*|]", "", text))


PLAIN = plain(PAGE.read_text(encoding="utf-8"))


def test_the_messages_of_the_source_are_found() -> None:
    assert len(MESSAGES) > 100
    assert any(
        message.text.startswith("A failed job is not sent to Datadog") for message in MESSAGES
    )


@pytest.mark.parametrize(
    "message", MESSAGES, ids=lambda message: f"{message.module}:{message.line}"
)
def test_every_message_is_documented(message: Message) -> None:
    assert plain(message.text) in PLAIN, f"docs/troubleshooting.md lacks: {message.text}"


def rows() -> list[str]:
    """Return the first cells of the page's tables."""
    lines = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    return [
        cell
        for line in lines
        if (cell := line.split(" | ")[0].removeprefix("| ").rstrip(" |")) != "it says"
    ]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[:40])
def test_every_documented_message_is_in_the_code(row: str) -> None:
    """A row can have several messages, separated by ` · `."""
    texts = [plain(message.text) for message in messages()]
    for part in row.split(" · "):
        wanted = plain(part)
        assert any(text in wanted or wanted in text for text in texts if len(text) > 8), part


def test_the_page_has_a_section_for_every_usual_question() -> None:
    assert [name for name in NAMED if name not in headings(PAGE)] == []


@pytest.mark.parametrize("section", Section)
def test_every_section_that_a_message_links_to_is_on_the_page(section: Section) -> None:
    assert section in named_anchors(PAGE)
