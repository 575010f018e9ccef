"""`event: replay` without a valid event."""

from support.dry_run import Capture, annotations, dry_run
from support.step import Step


def test_a_replay_without_a_valid_event_is_an_error_that_sends_nothing(
    step: Step, capsys: Capture
) -> None:
    (step.temp / "events.jsonl").write_text('{"vendor": "acme"}')
    for given, expected in (
        ("events.jsonl", "line 1"),
        ("other.jsonl", "'other.jsonl'"),
        ('{"a": 1}', "line 1"),
    ):
        assert dry_run(step, event="replay", replay=given) == 1
        [error] = annotations(capsys, "error")
        assert error.startswith("`replay` ")
        assert expected in error
    assert (step.temp / "events.jsonl").read_text() == '{"vendor": "acme"}'
    assert step.outputs == {"results": "[]"}


def test_a_replay_of_an_empty_file_is_a_notice(step: Step, capsys: Capture) -> None:
    (step.temp / "events.jsonl").write_text("\n")
    assert dry_run(step, event="replay", replay="events.jsonl") == 0
    [notice] = annotations(capsys, "notice")
    assert "contains no events" in notice
    assert step.outputs == {"results": "[]"}
