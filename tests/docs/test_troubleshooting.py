"""docs/troubleshooting.md has every sentence that the code can say, and none that it cannot."""

import re

import pytest
from support.messages import Message, messages, normal
from support.pages import headings

from emulator.manifest import REPOSITORY

PAGE = REPOSITORY / "docs/troubleshooting.md"

FRAMES = {"report/summary.py", "report/summary_table.py", "report/log.py", "report/checks.py"}
"""Modules whose literals frame other messages, as headings and groups do; `undelivered events` is documented anyway."""

SAID = [message for message in messages() if message.module not in FRAMES]

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


def test_the_source_is_read() -> None:
    assert len(SAID) > 100
    assert any(message.text.startswith("A failed job is not sent to Datadog") for message in SAID)


@pytest.mark.parametrize("message", SAID, ids=lambda message: f"{message.module}:{message.line}")
def test_every_message_is_documented(message: Message) -> None:
    assert plain(message.text) in PLAIN, f"docs/troubleshooting.md lacks: {message.text}"


def rows() -> list[str]:
    """The first cells of the page's tables."""
    lines = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    return [
        cell
        for line in lines
        if (cell := line.split(" | ")[0].removeprefix("| ").rstrip(" |")) != "it says"
    ]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[:40])
def test_every_documented_message_is_one_of_the_codes(row: str) -> None:
    """Each of a row's messages (` · ` stands between them) holds words that the code says."""
    said = [plain(message.text) for message in messages()]
    for part in row.split(" · "):
        wanted = plain(part)
        assert any(text in wanted or wanted in text for text in said if len(text) > 8), part


def test_the_page_answers_the_questions_people_ask() -> None:
    assert [one for one in NAMED if one not in headings(PAGE)] == []
