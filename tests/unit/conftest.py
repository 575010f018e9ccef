"""Fixtures of the unit tests."""

from pathlib import Path

import pytest
from support.step import Step, make_step


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    """A step's surroundings, as a runner makes them."""
    return make_step(tmp_path, monkeypatch)
