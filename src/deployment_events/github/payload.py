"""The payload of the event that triggered the workflow: untrusted JSON."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..values.text import well_formed
from ..values.times import parse_time

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_LARGEST_PAYLOAD = 32 * 1024 * 1024  # bytes
"""GitHub's limit for a webhook payload is 25 MB."""


def read_payload(path: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Return the payload and warnings; an unreadable payload is empty.

    A runner always writes the file. Other ways to run the action may not, and a disk may be full.
    """
    try:
        # Opening a named pipe could wait forever.
        if not Path(path).is_file():
            raise FileNotFoundError
        with Path(path).open("rb") as file:
            raw = file.read(_LARGEST_PAYLOAD + 1)
        payload = json.loads(raw) if len(raw) <= _LARGEST_PAYLOAD else None
    except (OSError, ValueError, RecursionError) as error:
        reason = type(error).__name__
    else:
        if isinstance(payload, dict):
            return payload, ()
        reason = "not a JSON object, or too large"
    warning = (
        f"The event payload could not be read ({reason}), "
        "so the commit and the times come from other sources."
    )
    return {}, (warning,)


def text_at(payload: Mapping[str, Any], *path: str) -> str:
    """Return the text at a path, trimmed; empty if there is none.

    Text with a control character is neither a name nor a time, and a NUL would reach the outputs.
    """
    value: Any = payload
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    text = well_formed(value).strip() if isinstance(value, str) else ""
    return "" if _CONTROL.search(text) else text


def time_at(payload: Mapping[str, Any], *path: str) -> int | None:
    """Return the time at a path in Unix milliseconds, or None if there is none."""
    try:
        return parse_time(text_at(payload, *path))
    except ValueError:
        return None
