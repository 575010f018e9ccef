"""Finds the lines of undelivered events in what people copy: logs, summaries and files of them."""

import codecs
import re
from collections.abc import Iterator

from ..errors import OutboxError

_LOG_PREFIX = re.compile(r"(?:[^\t]*\t[^\t]*\t)?\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ?")
"""The beginning of a log's line: `gh run view --log` adds job and step to the time.

They are removed first, because the name of a matrix job may contain a brace.
"""
_VENDOR = '"vendor": '
"""A field of each event, as this action writes it."""
_CAUSE = '"cause": '
"""The last field of each event."""
_BRACKETS = re.compile(r"[\[\]\s]{3,}")
"""A line with only brackets does not occur in a log."""


def decode(content: bytes) -> str:
    """Return the text of a file. Raises `UnicodeDecodeError`.

    Windows PowerShell writes UTF-16, with a byte order mark, if output is redirected.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def is_copied(text: str) -> bool:
    """Return whether an input contains events, and is not the name of a file."""
    return "\n" in text or text.startswith("{") or '{"' in text


def is_outbox(text: str) -> bool:
    """Return whether a file contains events only, so that it may be rewritten."""
    return all(line.startswith("{") for line in text.split("\n") if line.strip())


def copied_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line from its first brace.

    Other lines of a log or summary are left out, also other JSON. Raises `OutboxError` for the end
    of a line whose beginning was not copied.
    """
    only_events = is_outbox(text.strip())
    for number, line in enumerate(text.split("\n"), 1):
        prefix = _LOG_PREFIX.match(line)
        content = line[prefix.end() if prefix else 0 :].strip()
        start = content.find("{")
        event = content[start:] if start >= 0 else ""
        begins = content.startswith('{"') and not content.endswith("}")
        if event and (only_events or begins or _VENDOR in event):
            yield number, event
        elif _is_end_of_event(content) or _BRACKETS.fullmatch(content):
            raise OutboxError(
                f"is not a list of undelivered events: line {number} is not a complete event"
            )


def _is_end_of_event(text: str) -> bool:
    """Return whether a line can be the end of an event, whose last value is a text."""
    return text.endswith('"}') and (_CAUSE in text or "{" not in text)
