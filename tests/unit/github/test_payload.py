"""The payload of an event: untrusted JSON that never fails a step."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.moments import NOW

from deployment_events.github.payload import read_payload, text_at, time_at


def test_a_payload_is_read_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"action": "closed"}))
    assert read_payload(str(path)) == ({"action": "closed"}, ())


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "[" * 100_000, '{"a": "\\x"}'])
def test_an_invalid_payload_is_empty_with_a_warning(tmp_path: Path, content: str) -> None:
    path = tmp_path / "event.json"
    path.write_text(content)
    payload, [warning] = read_payload(str(path))
    assert payload == {}
    assert warning.startswith("The event payload could not be read (")


def test_a_payload_that_is_not_a_file_is_empty_with_a_warning(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("", str(tmp_path), str(tmp_path / "missing"), str(tmp_path / "pipe")):
        payload, warnings = read_payload(path)
        assert (payload, len(warnings)) == ({}, 1)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"release": {"tag_name": " v1 "}}, "v1"),
        ({"release": {"tag_name": "v1\n::error::x"}}, ""),
        ({"release": {"tag_name": 1}}, ""),
        ({"release": {"tag_name": None}}, ""),
        ({"release": []}, ""),
        ({"release": "v1"}, ""),
        ({}, ""),
        ({"release": {"tag_name": "\ud800"}}, "\ufffd"),
    ],
)
def test_a_text_is_one_line_or_empty(payload: dict[str, Any], text: str) -> None:
    assert text_at(payload, "release", "tag_name") == text


@pytest.mark.parametrize(
    ("text", "time"), [("2026-05-04T09:30:00Z", NOW), ("yesterday", None), ("", None), (5, None)]
)
def test_a_time_is_milliseconds_or_none(text: object, time: int | None) -> None:
    assert time_at({"deployment": {"created_at": text}}, "deployment", "created_at") == time
