"""A message with a secret is not sent, and what is kept of it has no secret."""

import json

import pytest
from support.deployments import message
from support.keys import DATADOG_API_KEY, JOB_TOKEN
from support.step import Step

from deployment_events.delivery.event_lines import dump, parse_copied
from deployment_events.errors import OutboxError
from deployment_events.github.runner import Runner
from deployment_events.messages import Message, Status
from deployment_events.stages.withhold import withhold


@pytest.fixture
def runner(step: Step, capsys: pytest.CaptureFixture[str]) -> Runner:
    one = Runner()
    one.mask([DATADOG_API_KEY, "short"])
    return one


def with_service(name: str) -> Message:
    attributes = {"service": name, "started_at": 1, "finished_at": 2, "custom_tags": ["a:short"]}
    return message(service=name, body={"data": {"attributes": attributes}})


def test_messages_without_a_secret_are_unchanged(runner: Runner) -> None:
    messages = [with_service("api"), with_service("short")]
    assert withhold(runner, messages) == (messages, {})


@pytest.mark.parametrize(
    "secret",
    [
        DATADOG_API_KEY,
        JOB_TOKEN,
        f"https://x.example/?key=%2F{DATADOG_API_KEY}",
        json.dumps(JOB_TOKEN),
    ],
)
def test_a_message_with_a_secret_is_withheld(runner: Runner, secret: str) -> None:
    messages, results = withhold(runner, [with_service("api"), with_service(secret)])
    assert messages[0] == with_service("api")
    assert list(results) == [1]
    assert (results[1].status, results[1].event) == (Status.UNDELIVERED, messages[1].event)
    kept = dump(messages)
    for text in (kept, json.dumps(results[1].as_output())):
        assert DATADOG_API_KEY not in text
        assert JOB_TOKEN not in text
    assert "***" in messages[1].service
    assert messages[1].at == with_service(secret).at
    with pytest.raises(OutboxError, match="masked a part"):
        parse_copied(kept)


@pytest.mark.parametrize("field", ["id", "cause"])
def test_every_field_of_a_message_is_searched(runner: Runner, field: str) -> None:
    _, results = withhold(runner, [message(**{field: f"a-{DATADOG_API_KEY}"})])
    assert list(results) == [0]
    assert DATADOG_API_KEY not in str(results)
