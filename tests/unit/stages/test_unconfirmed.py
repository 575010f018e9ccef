"""Which of main's messages post sends again, and in which file it keeps them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from support.deployments import deployments
from support.raw import inputs
from support.step import Step

from deployment_events.delivery.event_lines import dump
from deployment_events.deployment import Event
from deployment_events.github.runner import Runner
from deployment_events.stages.confirmed import Confirmed
from deployment_events.stages.state import make_state
from deployment_events.stages.unconfirmed import Unconfirmed, find_unconfirmed
from deployment_events.vendors.plan import make_plan

OUTBOX = "deployment-events/undelivered-1.jsonl"
SERVICES = ("one", "two", "three")
DEPLOYMENTS = deployments(*SERVICES)
PLANNED = make_plan(
    DEPLOYMENTS, inputs().enabled, Event.STARTED, DEPLOYMENTS[0].facts.started_at
).messages
CHANGED = "was deleted or changed after the main stage"
KILLED = "ended before it saved which events were delivered"
ALL_KEPT = Confirmed(messages="000", kept=True)
ONE_CONFIRMED = Confirmed(messages="100", kept=True)


def find(step: Step, runner: Runner, saved: Confirmed | None = None) -> Unconfirmed:
    """Return what post finds after main has saved this."""
    text = saved.model_dump_json() if saved else ""
    step.monkeypatch.setenv("STATE_confirmed", text)
    given = inputs()
    return find_unconfirmed(runner, make_state(given, DEPLOYMENTS, OUTBOX), given.enabled)


def write_outbox(step: Step, text: str) -> Path:
    path = step.temp / OUTBOX
    path.parent.mkdir()
    path.write_text(text)
    return path


def lines_of(services: Sequence[str]) -> str:
    return dump(message for message in PLANNED if message.service in services)


@pytest.mark.parametrize(
    ("saved", "file", "expected", "warning"),
    [
        (ALL_KEPT, SERVICES, SERVICES, ""),
        (ONE_CONFIRMED, ("two", "three"), ("two", "three"), ""),
        # Main could not rewrite the file.
        (ONE_CONFIRMED, SERVICES, ("two", "three"), ""),
        (ONE_CONFIRMED, ("two",), ("two", "three"), CHANGED),
        (ONE_CONFIRMED, (), ("two", "three"), CHANGED),
        (ONE_CONFIRMED, None, ("two", "three"), CHANGED),
        # Main has warned that it could not save the file.
        (Confirmed(messages="100", kept=False), None, ("two", "three"), ""),
        (Confirmed(messages="111", kept=True), None, (), ""),
        (None, SERVICES, SERVICES, ""),
        # A main stage that was killed has removed what was confirmed until then.
        (None, ("two",), ("two",), ""),
        (None, (), SERVICES, KILLED),
        (None, None, SERVICES, KILLED),
    ],
)
def test_each_message_that_is_not_confirmed_is_found_once(
    step: Step,
    saved: Confirmed | None,
    file: Sequence[str] | None,
    expected: Sequence[str],
    warning: str,
) -> None:
    if file is not None:
        write_outbox(step, lines_of(file))
    runner = Runner()
    found = find(step, runner, saved)
    assert tuple(message.service for message in found.messages) == tuple(expected)
    assert found.outbox == OUTBOX
    assert len(runner.annotations) == bool(warning)
    assert warning in "".join(runner.annotations)


def test_a_damaged_outbox_stays_unchanged_and_another_file_is_used(step: Step) -> None:
    path = write_outbox(step, '{"format": 1,')
    runner = Runner()
    found = find(step, runner, ONE_CONFIRMED)
    assert found.messages == PLANNED[1:]
    assert found.outbox != OUTBOX
    assert path.read_text() == '{"format": 1,'
    [warning] = runner.annotations
    assert "It stays as it is" in warning


def test_the_cause_of_a_failure_does_not_distinguish_messages(step: Step) -> None:
    failed = [message.model_copy(update={"cause": "HTTP 503"}) for message in PLANNED]
    write_outbox(step, dump(failed))
    runner = Runner()
    assert find(step, runner, ONE_CONFIRMED).messages == tuple(failed[1:])
    assert runner.annotations == []


def test_a_dry_run_has_sent_nothing(step: Step) -> None:
    given = inputs(dry_run="true")
    state = make_state(given, DEPLOYMENTS, OUTBOX)
    runner = Runner()
    assert find_unconfirmed(runner, state, given.enabled) == Unconfirmed((), OUTBOX)
    assert runner.annotations == []
