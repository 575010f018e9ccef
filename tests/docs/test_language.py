"""Documentation, messages, docstrings and comments use plain, literal English."""

import re
from collections.abc import Iterator

from support.pages import PAGES

from emulator.manifest import REPOSITORY
from scripts.messages import messages

PHRASES = {
    r"(LaunchDarkly|Datadog|GitHub|vendors?) (knows?|says?|wants?)": "documents, returns",
    r"hears?": "receives",
    r"(is|are|was|were) told": "receives",
    r"nobody knows": "is unknown",
    r"empty means": "defaults to",
    r"anew": "again",
    r"all the same": "still",
    r"at once": "immediately",
    r"(a|one|each) whole": "complete",
    r"whoever": "users who",
    r"of (its|their|your|one's) own": "separate, standalone",
    r"own words?": "message",
    r"for want of": "without",
    r"cures?": "fix",
    r"trouble": "problem",
    r"wish(es)?": "feature request",
    r"a wrong input": "an invalid input",
    r"(branch's tip|tip of)": "head",
    r"legs? of": "matrix job",
    r"(the run's|an own) page": "job summary",
    r"(is|are|stays?|turns?) (red|yellow|green)": "fails, warns, succeeds",
    r"(is|are|be) no (answer|file|JSON|list|object|path|UTF-8|UUID|Unix|ISO)": "is not",
    r"must hold": "must contain",
    r"holds? no": "contains no",
    r"(nothing|what) is to change": "nothing to update",
    r"dies?": "is lost, is killed",
    r"not for you to": "internal, do not set",
    r"stands? (before|behind|between|in the way)": "is before",
    r"(said|says?) no": "rejects",
    r"(courier|lane|desk|door)s?": "the field's term",
    r"set-up": "setup",
    r"(colour|behaviour|spelt)": "American spelling",
    r"cared for": "supported",
    r"strangers?": "untrusted",
}
"""Regular expressions of phrases, and what to write instead."""

PATTERN = re.compile("|".join(rf"\b(?:{phrase})\b" for phrase in PHRASES), re.IGNORECASE)

FILES = [
    *PAGES,
    REPOSITORY / "action.yml",
    *sorted((REPOSITORY / "examples").iterdir()),
    *sorted(
        path
        for folder in ("src", "sandbox", "emulator", "scripts", "benchmarks")
        for path in (REPOSITORY / folder).rglob("*.py")
    ),
]


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file and message, without line breaks."""
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        text = " ".join(line.strip().removeprefix("# ") for line in lines)
        yield path.relative_to(REPOSITORY).as_posix(), text
    for message in messages():
        yield message.id, message.text


def test_no_phrase_of_the_list_is_used() -> None:
    problems = [
        f"{name}: …{text[max(0, found.start() - 60) : found.end() + 40]}…"
        for name, text in texts()
        for found in PATTERN.finditer(text)
    ]
    assert problems == [], "Write plain English: PHRASES has better words."


def test_the_list_matches_words_in_any_case() -> None:
    assert PATTERN.search("Empty means the default")
    assert not PATTERN.search("a secure connection, diesel and wishful")
