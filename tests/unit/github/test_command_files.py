"""The runner's files for outputs, state and summary: a value is in a file completely, or not."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployment_events.github.command_files import append, append_value
from emulator.files import parse_pairs


@contextmanager
def space_for(path: Path, free: int) -> Iterator[None]:
    """Let the file grow by so many bytes, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "output"
    file.write_text("another=1\n")
    return file


@pytest.mark.parametrize("free", [0, 1, 100, 1000])
def test_an_incomplete_value_is_removed(path: Path, free: int) -> None:
    with space_for(path, free), pytest.raises(OSError, match=r"No space left|File too large"):
        append_value(str(path), "results", "x\n" * 1000)
    assert path.read_text() == "another=1\n"


def test_a_value_is_written_after_an_incomplete_one_was_removed(path: Path) -> None:
    with space_for(path, 200):
        with pytest.raises(OSError, match="No space left"):
            append_value(str(path), "results", "x" * 1000)
        append_value(str(path), "version", "1")
    assert dict(parse_pairs(path.read_text())) == {"another": "1", "version": "1"}


@pytest.mark.parametrize("value", ["", "a=b", "two\nlines", "é✅", "##[error]x", "x" * 2_000_000])
def test_a_value_is_read_back_as_it_is(path: Path, value: str) -> None:
    append_value(str(path), "version", value)
    assert dict(parse_pairs(path.read_text()))["version"] == value


def test_a_text_is_written_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    write = os.write

    def record(file: int, data: bytes) -> int:
        written.append(data)
        return write(file, data)

    monkeypatch.setattr(os, "write", record)
    append(str(path), "é" * 500_000)
    assert written == ["é".encode() * 500_000]


def test_a_lone_surrogate_is_replaced(path: Path) -> None:
    append(str(path), "a\udce9b")
    assert path.read_text() == "another=1\na?b"


def test_a_named_pipe_without_a_reader_is_an_error(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="No such device"):
        append(str(pipe), "x")
