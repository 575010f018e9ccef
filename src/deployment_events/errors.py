"""Everything that can go wrong, and what each error knows.

    DeploymentEventsError
    ├── InputError     what the user wrote is wrong: every problem at once, nothing sent
    ├── StateError     what main left for post cannot be used
    ├── OutboxError    a file of undelivered events cannot be used: it is left as it was
    └── DeliveryFailed     one message to a vendor did not succeed
        ├── Refused    it never will as it stands: not tried again
        └── Unavailable       it may later: tried again run_with_deadline the time allowed

`str()` of each is one line for a person: cause first, fix last.
"""

from collections.abc import Sequence
from typing import NamedTuple

from .values.text import clean, quoted


class DeploymentEventsError(Exception):
    """The root: catch it to catch everything this package raises on purpose."""


class Problem(NamedTuple):
    """One thing wrong with one input, in the words the user will read."""

    input: str
    """The input's name as in action.yml."""
    rule: str
    """What it must be, without a full stop."""
    given: str | None
    """The value, or None for a secret's, which is never shown."""
    fix: str
    """What to do next: a sentence."""

    def __str__(self) -> str:
        given = "" if self.given is None else f", but it is {quoted(self.given)}"
        return f"{clean(self.input)} {self.rule}{given}. {self.fix}"


class InputError(DeploymentEventsError):
    """The inputs are wrong; `problems` lists every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


class StateError(DeploymentEventsError):
    """The state that main saved is missing, damaged or of another version."""


class OutboxError(DeploymentEventsError):
    """A file of undelivered events is truncated, foreign or too large."""


class DeliveryFailed(DeploymentEventsError):
    """One message did not succeed.

    `status` is the HTTP status, or None when there was no answer; `attribute` is the part of the body
    that the vendor named, or empty.
    """

    attribute = ""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Refused(DeliveryFailed):
    """The vendor, a proxy or TLS said no: sending the same again changes nothing."""

    def __init__(self, message: str, status: int | None = None, attribute: str = "") -> None:
        super().__init__(message, status)
        self.attribute = attribute


class Unavailable(DeliveryFailed):
    """Nobody answered, or the answer was "later"; `wait` is how long, in seconds, if it said so."""

    def __init__(self, message: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message, status)
        self.wait = wait
