"""What an outcome means for the step: the one place that decides between red, yellow and green.

| what happened | annotation | exit code |
|---|---|---|
| no vendor has its key (forks, Dependabot) | warning | 0 |
| an input is wrong | error, one each | 1 |
| a vendor, a proxy or TLS refuses an event | error | 0; 1 with `fail-on-error` |
| an event is not delivered in time | warning | 0; 1 with `fail-on-error` |
| the same two in the main stage of `auto` | the refusal an error, else a notice | 0: post tries again |
| an error of this action itself | warning | 0; 1 with `fail-on-error` |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .calls import Receipt, Status
from .providers import PROVIDERS

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the step ends."""

    exit_code: int
    annotations: tuple[tuple[Level, str], ...]


def judge(receipts: Sequence[Receipt], *, fail_on_error: bool, post_follows: bool) -> Verdict:
    """Return the verdict on a stage's receipts; `post_follows`: this is the main stage of `auto`."""
    notes = dict.fromkeys(receipt.note for receipt in receipts if receipt.note)
    annotations: list[tuple[Level, str]] = [("notice", note) for note in notes]
    lost = _alike(receipts)
    annotations += [(_level(group[0], post_follows), _describe(group, post_follows)) for group in lost]
    failed = bool(lost) and fail_on_error and not post_follows
    return Verdict(int(failed), tuple(annotations))


def describe_all(receipts: Sequence[Receipt]) -> list[str]:
    """Return the annotations' own words on everything that a vendor should have and does not."""
    return [_describe(group, post_follows=False) for group in _alike(receipts)]


def _describe(group: Sequence[Receipt], post_follows: bool) -> str:
    """One line on receipts that failed alike: who, what, how many, why, and what to do."""
    first = group[0]
    vendor = PROVIDERS[first.vendor].title
    verb = "refused" if first.status is Status.REFUSED else "did not get"
    services = ", ".join(receipt.service for receipt in group[:3])
    more = f" and {len(group) - 3} more" if len(group) > 3 else ""
    next_step = "It is sent again when the job ends." if post_follows else _KEPT
    return " ".join(
        filter(
            None,
            (f"{vendor} {verb} the {first.event} event of {services}{more}: {first.error}.", first.cure, next_step),
        )
    )


_KEPT = "The event is kept in the undelivered events: see event: replay."


def _level(receipt: Receipt, post_follows: bool) -> Level:
    if receipt.status is Status.REFUSED:
        return "error"
    return "notice" if post_follows else "warning"


def _alike(receipts: Iterable[Receipt]) -> list[list[Receipt]]:
    """The runner shows ten annotations of a level: forty services with one cause share one."""
    groups: dict[tuple[str, ...], list[Receipt]] = {}
    for receipt in receipts:
        if not receipt.status.is_lost:
            continue
        key = (receipt.vendor, receipt.event, receipt.status, receipt.error)
        groups.setdefault(key, []).append(receipt)
    return list(groups.values())
