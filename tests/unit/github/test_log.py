"""The step's log, which never stops a stage."""

import io
import sys

import pytest

from deployment_events.github.log import Log


class FullDisk(io.StringIO):
    """A stream whose first line is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = False

    def write(self, text: str) -> int:
        if not self.failed:
            self.failed = True
            raise OSError("No space left on device")
        return super().write(text)


def test_lines_are_written_to_the_stream() -> None:
    stream = io.StringIO()
    Log(stream).write("one")
    assert stream.getvalue() == "one\n"


def test_what_is_printed_meanwhile_reaches_the_log() -> None:
    stream = io.StringIO()
    with Log(stream).open():
        print("one")
    assert stream.getvalue() == "one\n"


def test_after_a_failure_nothing_is_written() -> None:
    """The lost line may be the command that masks a key."""
    stream = FullDisk()
    log = Log(stream)
    log.write("::add-mask::key")
    log.write("key")
    with log.open():
        print("key")
    assert log.is_lost
    assert stream.getvalue() == ""


def test_a_closed_stream_does_not_raise() -> None:
    stream = io.StringIO()
    stream.close()
    log = Log(stream)
    log.write("one")
    assert log.is_lost


def test_after_the_log_takes_over_no_library_can_print(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    log = Log.take_over()
    print("from a library")
    print("from a library", file=sys.stderr)
    log.write("one")
    assert (out.getvalue(), err.getvalue()) == ("one\n", "")


def test_without_stdout_the_log_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    monkeypatch.setattr(sys, "stdout", None)
    log = Log.take_over()
    log.write("one")
    assert log.is_lost
