"""What the processes of all tests before have imported, or looked for and not found.

The name of this file puts it behind the other tests. Each of their containers has left a record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from container.saved import SavedImage

pytestmark = pytest.mark.container

ABSENT = {
    "_winapi": "Windows",
    "backports": "a module of a later Python",
    "brotli": "compression, which the action does not ask for",
    "brotlicffi": "compression, which the action does not ask for",
    "bz2": "archives",
    "chardet": "an alternative to charset_normalizer",
    "lzma": "archives",
    "nt": "Windows",
    "simplejson": "an alternative to json",
    "urllib3.contrib": "SOCKS proxies, which the action rejects",
    "winreg": "Windows",
}
"""Modules that a process may look for and not find. Each is optional; this is its use."""


@pytest.fixture(scope="module")
def processes(records: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in records.iterdir()]


def test_both_stages_have_left_records(processes: list[dict[str, Any]]) -> None:
    programs = [process["program"] for process in processes]
    assert programs.count("/entrypoint.py") > 20, "run all of tests/container"
    assert programs.count("/post.py") > 10


def test_no_process_has_missed_a_module(processes: list[dict[str, Any]]) -> None:
    missed = {name for process in processes for name in process["missing"]}
    assert missed - ABSENT.keys() == set()


def test_every_module_is_from_the_image(processes: list[dict[str, Any]], saved: SavedImage) -> None:
    loaded = {file for process in processes for file in process["files"]}
    assert len(loaded) > 200
    assert loaded - saved.files.keys() == {f"{saved.site}/sitecustomize.py"}
