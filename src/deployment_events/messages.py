"""What is sent and what came of it: messages go into delivery, results come out."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from .deployment import Event, Frozen


class Message(Frozen):
    """One event for one vendor: all that is needed to send it now, or from a file in a later run.

    It names no host, URL or header and holds no key: those come from the inputs of the run that sends it.
    """

    format: Literal[1] = 1
    vendor: str
    kind: str
    """One of the vendor's kinds of message."""
    service: str
    event: Event
    at: int
    """When it happened, in Unix milliseconds: the oldest is sent first."""
    body: Any
    """JSON, as the vendor takes it."""
    id: str = ""
    """The deployment's id at the vendor, where it is known before the message."""
    search: dict[str, Any] | None = None
    """What the vendor needs to find that id by itself."""
    cause: str = ""
    """Why it could not be delivered so far."""


class Request(NamedTuple):
    """An HTTP request without its secrets."""

    method: Literal["GET", "POST", "PATCH"]
    url: str
    body: Any = None
    """JSON, or None for no body."""
    headers: Mapping[str, str] | None = None


class Response(NamedTuple):
    """An HTTP response: its body is at most as long as delivery reads, and may be cut."""

    status: int
    headers: Mapping[str, str]
    """Names are looked up in any case."""
    body: bytes
    complete: bool = True

    @property
    def accepted(self) -> bool:
        """Whether the vendor took it: any 2xx."""
        return 200 <= self.status < 300


class Status(StrEnum):
    """What became of one event at one vendor."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    SKIPPED = "skipped"
    DRY_RUN = "dry-run"

    @property
    def is_lost(self) -> bool:
        """Whether the vendor should have it and does not."""
        return self in {Status.REFUSED, Status.UNDELIVERED}


class DeliveryResult(NamedTuple):
    """What became of one event of one service at one vendor: a row of `results`."""

    service: str
    vendor: str
    event: Event
    status: Status
    id: str = ""
    attempts: int = 0
    error: str = ""
    """Why it is not delivered; of a skipped one, why it is not sent."""
    fix: str = ""
    """What to do about it: a sentence for a person."""
    note: str = ""
    """What is odd about a delivered one."""
    retry_is_useless: bool = False
    """Whether the vendor refused what the event says: a replay would only say it again."""

    def as_result(self) -> dict[str, str | int]:
        """Return the object that the `results` output promises."""
        return {
            "service": self.service,
            "vendor": self.vendor,
            "event": self.event.value,
            "status": self.status.value,
            "id": self.id,
            "attempts": self.attempts,
            "error": self.error,
        }


class Skip(NamedTuple):
    """A vendor does not hear of an event: `reason` is for people."""

    reason: str
    by_design: bool = True
    """Else a fact is missing that the vendor needs, of which people must be warned."""
