"""Messages, which delivery sends, and the results that it returns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from .deployment import Event
from .errors import Section
from .values.frozen import Frozen


class Message(Frozen):
    """One event for one vendor: all that is needed to send it now, or from a file in a later run.

    It contains no host, URL, header or key. Those come from the inputs of the run that sends it.
    """

    format: Literal[1] = 1
    vendor: str
    kind: str
    """One of the vendor's kinds of message."""
    service: str
    event: Event
    at: int
    """When the event happened, in Unix milliseconds: the oldest is sent first."""
    body: Any
    """JSON, as the vendor accepts it."""
    id: str = ""
    """The deployment's ID at the vendor, if it is known before the message is sent."""
    search: dict[str, Any] | None = None
    """What the vendor needs to look up that ID."""
    cause: str = ""
    """Why it could not be delivered so far."""


@dataclass(frozen=True)
class Request:
    """An HTTP request."""

    method: Literal["GET", "POST", "PATCH"]
    url: str
    body: Any = None
    """JSON, or None for no body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The headers that contain keys: never printed and never saved."""


class Response(NamedTuple):
    """An HTTP response. The body may be cut: `complete` is then False."""

    status: int
    headers: Mapping[str, str]
    """Names are looked up in any case."""
    body: bytes
    complete: bool = True

    @property
    def accepted(self) -> bool:
        """Whether the vendor accepted the request: any 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as JSON, or None if it is anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Status(StrEnum):
    """What became of one event at one vendor."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    SKIPPED = "skipped"
    DRY_RUN = "dry-run"
    VALID = "valid"
    """Only of `event: check`."""

    @property
    def is_lost(self) -> bool:
        """Whether the vendor should have received the event and has not accepted it."""
        return self in {Status.REFUSED, Status.UNDELIVERED}


class DeliveryResult(NamedTuple):
    """What became of one event of one service at one vendor: an entry of `results`."""

    service: str
    vendor: str
    event: Event
    status: Status
    id: str = ""
    attempts: int = 0
    error: str = ""
    """Why it was not delivered; for a skipped event, why it was not sent."""
    fix: str = ""
    """How to fix it: a sentence or two, or empty."""
    section: Section | None = None
    """The section of the documentation that has more, if there is a fix."""
    note: str = ""
    """What is unusual about a delivered event: a sentence, or empty."""
    retry_is_useless: bool = False
    """Whether the vendor rejected the content: a replay would send the same content again."""

    def as_output(self) -> dict[str, str | int]:
        """Return the object that the `results` output contains."""
        return {
            "service": self.service,
            "vendor": self.vendor,
            "event": self.event.value,
            "status": self.status.value,
            "id": self.id,
            "attempts": self.attempts,
            "error": self.error,
            "note": self.note,
        }


class CheckResult(NamedTuple):
    """What became of one check of `event: check`: an entry of `results`."""

    vendor: str
    status: Status
    subject: str
    """What was checked."""
    not_verified: str
    """What the check cannot verify: a noun phrase."""
    attempts: int = 0
    error: str = ""
    """Why it is not valid, or not known to be."""
    fix: str = ""
    """How to fix it: a sentence or two, or empty."""
    section: Section | None = None
    """The section of the documentation that has more, if there is a fix."""

    def as_output(self) -> dict[str, str | int]:
        """Return the object that the `results` output contains."""
        return {
            "service": "",
            "vendor": self.vendor,
            "event": "check",
            "status": self.status.value,
            "id": "",
            "attempts": self.attempts,
            "error": self.error,
            "note": self.subject if self.status is not Status.VALID else self.verdict,
        }

    @property
    def verdict(self) -> str:
        """What is valid, and what was not verified."""
        return f"{self.subject}. Not verified: {self.not_verified}."


def undelivered(message: Message, error: str) -> DeliveryResult:
    """Return the result of a message that no vendor answered."""
    return DeliveryResult(
        service=message.service,
        vendor=message.vendor,
        event=message.event,
        status=Status.UNDELIVERED,
        id=message.id,
        error=error,
    )
