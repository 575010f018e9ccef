"""Events that were not delivered: the cause, the fix and the next step of each."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from ..errors import Section
from ..messages import DeliveryResult, Status
from ..vendors.registry import VENDORS

_MOST_NAMES = 3
"""Services that one message names."""


class NextStep(StrEnum):
    """What becomes of an event that was not delivered: each has exactly one."""

    REPORT_AGAIN = (
        "Fix this and report the event again; a replay would send the same invalid event."
    )
    POST_RESENDS = "The post stage resends it when the job ends."
    REPLAY_FILE = "The event was saved; resend it with `event: replay`."
    REPLAY_LOG = "The event is in this log; resend it with `event: replay`."


class Loss(NamedTuple):
    """Events of one vendor that were not delivered for the same reason."""

    results: tuple[DeliveryResult, ...]
    """They differ only in service, ID and attempts."""
    next_step: NextStep

    @property
    def status(self) -> Status:
        """Refused or undelivered."""
        return self.results[0].status

    @property
    def verdict(self) -> Status:
        """Refused only if the vendor itself refused it, and not a proxy or this action's TLS."""
        return Status.UNDELIVERED if self.section is Section.NETWORK else self.status

    @property
    def vendor_title(self) -> str:
        """The vendor's name for people."""
        return VENDORS[self.results[0].vendor].title

    @property
    def section(self) -> Section:
        """The section of the documentation that has more."""
        default = Section.REFUSED if self.status is Status.REFUSED else Section.NETWORK
        return self.results[0].section or default

    @property
    def text(self) -> str:
        """One line: vendor, event, services, cause, fix and next step."""
        first = self.results[0]
        verb = "refused" if self.verdict is Status.REFUSED else "did not receive"
        what = f"{self.vendor_title} {verb} the {first.event} event of {self._services}"
        # A vendor's message may end with a full stop.
        cause = f"{first.error.removesuffix('.')}{self._tries}."
        return " ".join(filter(None, [f"{what}: {cause}", first.fix, self.next_step]))

    @property
    def _services(self) -> str:
        names = [result.service for result in self.results]
        more = len(names) - _MOST_NAMES
        shown = ", ".join(names[:_MOST_NAMES])
        return f"{shown} and {more} more" if more > 0 else shown

    @property
    def _tries(self) -> str:
        attempts = [result.attempts for result in self.results]
        least, most = min(attempts), max(attempts)
        if most < 2:
            return ""
        return f" ({most} tries)" if least == most else f" ({least} to {most} tries)"


def find_losses(
    results: Iterable[DeliveryResult], resend: NextStep = NextStep.REPLAY_FILE
) -> list[Loss]:
    """Return what was not delivered, with the services that share a cause together.

    The runner shows only ten annotations of a level. `resend` is the next step of events whose
    content no vendor has rejected.
    """
    groups: dict[DeliveryResult, list[DeliveryResult]] = {}
    for result in results:
        if result.status.is_lost:
            shared = result._replace(service="", id="", attempts=0)
            groups.setdefault(shared, []).append(result)
    return [
        Loss(tuple(group), NextStep.REPORT_AGAIN if shared.retry_is_useless else resend)
        for shared, group in groups.items()
    ]
