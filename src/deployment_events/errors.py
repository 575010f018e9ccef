"""The exceptions of this package.

    DeploymentEventsError
    ├── InputError          the inputs are invalid: nothing is sent
    ├── StateError          the state from the main stage cannot be used
    │   └── StateMissing    there is no state
    ├── OutboxError         a file of undelivered events cannot be used and is left unchanged
    └── DeliveryFailed      one message was not accepted
        ├── Refused         a retry cannot help
        └── Unavailable     a retry may help

`str()` of each is one line for the user: the cause first, the fix last.
"""

import os
import traceback
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from .values.text import quoted

_PACKAGE = __file__.removesuffix("errors.py")


class DeploymentEventsError(Exception):
    """The base of all exceptions that this package raises on purpose."""


class Problem(NamedTuple):
    """One problem with one input."""

    input: str
    """The input's name as in action.yml."""
    rule: str
    """What it must be, without a full stop."""
    given: str | None
    """The value, or None if it is not shown: a secret, or a value that the rule contains."""
    fix: str
    """What to do next: a sentence."""

    def __str__(self) -> str:
        given = "" if self.given is None else f", not {quoted(self.given)}"
        return f"`{self.input}` {self.rule}{given}. {self.fix}"


class InputError(DeploymentEventsError):
    """The inputs are invalid; `problems` lists every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


class StateError(DeploymentEventsError):
    """The state that main saved is missing, damaged or of another version."""


class StateMissing(StateError):
    """There is no state: main ended early, or the runner lost it."""


class OutboxError(DeploymentEventsError):
    """A file of undelivered events is truncated, foreign or too large."""


class Section(StrEnum):
    """The sections of docs/troubleshooting.md, by their anchors.

    Links in old logs and summaries contain an anchor, so it stays if its heading changes.
    """

    NOT_SHOWN = "not-shown"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not-found"
    NO_SECRETS = "no-secrets"
    SITE = "site"
    START_TIME = "start-time"
    COMMIT = "commit"
    NETWORK = "network"
    REFUSED = "refused"
    SKIPPED = "skipped"
    NO_RESULT = "no-result"
    REPLAY = "replay"
    UPDATE = "update"
    CHECK = "check"
    INVALID_INPUT = "invalid-input"
    EMPTY_INPUT = "empty-input"
    BUG = "bug"


class Advice(NamedTuple):
    """How to fix a failure."""

    fix: str
    """The likely cause and the fix: a sentence or two."""
    section: Section
    """The section of the documentation that has more."""


class DeliveryFailed(DeploymentEventsError):
    """One message was not accepted.

    `status` is the HTTP status, or None without a response; `advice` is how to fix it, if known.
    `by_vendor`: the vendor itself responded, and not a gateway or proxy before it.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        advice: Advice | None = None,
        *,
        by_vendor: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.advice = advice
        self.by_vendor = by_vendor


class Refused(DeliveryFailed):
    """The vendor, a proxy or TLS refused the request: sending it again changes nothing."""


class Unavailable(DeliveryFailed):
    """There was no response, or the response asked to try later.

    `wait` is the time that the response asked to wait, in seconds, or None.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        advice: Advice | None = None,
        wait: float | None = None,
    ) -> None:
        super().__init__(message, status, advice)
        self.wait = wait


def describe_bug(bug: Exception) -> str:
    """Return the type of an unexpected error and its place: `KeyError at vendors/plan.py:12`.

    The error's message is left out, because it may contain a key.
    """
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    # Several modules have the same name.
    name = frame.filename.removeprefix(_PACKAGE)
    if name == frame.filename:
        # os.path instead of pathlib: the file's name may not be a path.
        name = os.path.basename(frame.filename)  # noqa: PTH119
    return f"{type(bug).__name__} at {name}:{frame.lineno}"
