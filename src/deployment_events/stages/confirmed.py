"""Which of main's messages were confirmed: a second value that main appends after sending.

The runner reads the state when the step ends, so main can add to it. If main is killed before
that, there is only the first value: nothing is then known to be confirmed.
"""

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, ValidationError

from ..github.runner import Runner
from ..messages import Message, Status
from ..values.frozen import Frozen
from .send import Sent

CONFIRMED = "confirmed"
"""The name of the value."""


class Confirmed(Frozen):
    """What became of the planned messages. Post plans them again, from the same state."""

    format: Literal[1] = 1
    messages: str = Field(pattern=r"^[01]*$")
    """A digit for each message in the order of the plan: 1 if the vendor confirmed it."""
    kept: bool
    """Whether the others are in the outbox."""

    def split(self, planned: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
        """Return the confirmed messages and the others.

        If the plan has another number of messages than main's, none is confirmed.
        """
        if len(self.messages) != len(planned):
            return (), tuple(planned)
        pairs = list(zip(planned, self.messages, strict=True))
        confirmed = tuple(message for message, digit in pairs if digit == "1")
        others = tuple(message for message, digit in pairs if digit == "0")
        return confirmed, others


def save_confirmed(runner: Runner, sent: Sent) -> None:
    """Save what became of the planned messages."""
    results = sent.results[: len(sent.messages)]
    digits = "".join(str(int(result.status is Status.DELIVERED)) for result in results)
    confirmed = Confirmed(messages=digits, kept=sent.kept)
    runner.save_state(CONFIRMED, json.dumps(confirmed.model_dump(mode="json")))


def load_confirmed(runner: Runner) -> Confirmed | None:
    """Return what main saved after sending, or None: then nothing is known to be confirmed."""
    try:
        return Confirmed.model_validate(json.loads(runner.state(CONFIRMED)))
    except (ValidationError, ValueError, RecursionError):
        return None
