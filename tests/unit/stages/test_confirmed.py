"""Main's second value for post: which of the planned messages were confirmed."""

import json
from typing import Any

import pytest
from support.deployments import message
from support.step import Step

from deployment_events.github.runner import Runner
from deployment_events.messages import DeliveryResult, Message, Status
from deployment_events.stages.confirmed import Confirmed, load_confirmed, save_confirmed
from deployment_events.stages.send import Sent

PLANNED = tuple(message(service=name) for name in ("api", "web", "shop"))


def result(message: Message, status: Status) -> DeliveryResult:
    return DeliveryResult(message.service, message.vendor, message.event, status)


def sent(*statuses: Status, kept: bool = True) -> Sent:
    """Return the planned messages with these results, and a skipped event."""
    results = [result(message, status) for message, status in zip(PLANNED, statuses, strict=True)]
    return Sent(PLANNED, [*results, result(PLANNED[0], Status.SKIPPED)], kept)


def through(step: Step, *statuses: Status, kept: bool = True) -> Confirmed | None:
    """Return what post reads of what main saved."""
    save_confirmed(Runner(), sent(*statuses, kept=kept))
    step.hand_over()
    return load_confirmed(Runner())


@pytest.mark.parametrize("kept", [True, False])
def test_post_reads_which_messages_were_confirmed(step: Step, kept: bool) -> None:
    saved = through(step, Status.DELIVERED, Status.REFUSED, Status.UNDELIVERED, kept=kept)
    assert saved is not None
    assert saved.kept is kept
    assert saved.split(PLANNED) == (PLANNED[:1], PLANNED[1:])


def test_a_plan_that_differs_from_main_s_has_no_confirmed_message(step: Step) -> None:
    saved = through(step, Status.DELIVERED, Status.DELIVERED, Status.DELIVERED)
    assert saved is not None
    assert saved.split(PLANNED) == (PLANNED, ())
    assert saved.split(PLANNED[:2]) == ((), PLANNED[:2])


def test_the_digits_of_the_largest_input_fit_into_the_environment(step: Step) -> None:
    count = 65_536
    results = [result(PLANNED[0], Status.DELIVERED)] * count
    save_confirmed(Runner(), Sent(PLANNED[:1] * count, results, kept=True))
    assert len(step.saved["confirmed"]) < 100 * 1024


GOOD = json.loads(Confirmed(messages="101", kept=True).model_dump_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[" * 100_000,
        json.dumps({**GOOD, "format": 2}),
        json.dumps({**GOOD, "messages": "102"}),
        json.dumps({**GOOD, "messages": [1]}),
        json.dumps({**GOOD, "more": 1}),
    ],
    ids=lambda text: text[:40],
)
def test_without_a_valid_value_nothing_is_known_to_be_confirmed(step: Step, text: str) -> None:
    step.monkeypatch.setenv("STATE_confirmed", text)
    assert load_confirmed(Runner()) is None


def test_a_runner_without_state_stops_nothing(step: Step, monkeypatch: Any) -> None:
    monkeypatch.delenv("GITHUB_STATE")
    save_confirmed(Runner(), sent(*[Status.DELIVERED] * 3))
    assert load_confirmed(Runner()) is None
