"""Fixtures of the unit tests."""

from pathlib import Path

import pytest
from support.step import Step


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    """A step whose environment is that of the test."""
    return Step(tmp_path).enter(monkeypatch)
