"""Calls → receipts → what people and later steps see of them. Both stages and replay end here."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from . import outbox as files
from . import summary
from .calls import Call, Receipt, Status
from .delivery.clock import Budget, Clock
from .delivery.courier import Courier
from .delivery.lane import THREADS
from .delivery.transport import Transport
from .deployment import Rollout
from .errors import Problem
from .outcomes import judge, wrong_inputs
from .providers import PROVIDERS
from .providers.base import Settings
from .runner import Runner
from .text import shorten

_MOST_LINES = 20  # receipts that are logged one by one; more are counted


class Desk(NamedTuple):
    """What a stage needs to send anything."""

    runner: Runner
    clock: Clock
    transport: Transport
    budget: Budget

    @classmethod
    def open(cls, runner: Runner, clock: Clock, seconds: float) -> "Desk":
        """Return a desk whose network time is limited to so many s from now on."""
        return cls(runner, clock, Transport(THREADS), Budget(clock, seconds))


class Turn(NamedTuple):
    """One stage's work: what to send, and how its end is to be told."""

    calls: tuple[Call, ...]
    settings: Mapping[str, Settings]
    """Of the vendors that have their key."""
    outbox: str
    """The file of undelivered events, relative to the runner's temporary folder."""
    shown_outbox: str = ""
    """The same for later steps, where the file lies elsewhere."""
    rollout: Rollout | None = None
    """None for a replay: its events may be of many deployments."""
    skipped: tuple[Receipt, ...] = ()
    ids: Mapping[str, str] = MappingProxyType({})
    """The first service's id at each vendor, as far as known before any call."""
    dry_run: bool = False
    fail_on_error: bool = False
    post_follows: bool = False
    is_post: bool = False
    keyless: frozenset[str] = frozenset()
    """Vendors whose key was lost between the stages: their events stay undelivered, and no step fails for it."""


def open_outbox(runner: Runner, path: str) -> files.Outbox:
    """Return the outbox at `path`, relative to the runner's temporary folder."""
    return files.Outbox(runner.temp / path if runner.temp else None, runner.warning)


def carry_out(desk: Desk, turn: Turn, box: files.Outbox | None = None) -> int:
    """Send a turn's calls, tell people and later steps what became of them, and return the exit code.

    `box`: the turn's outbox, where it is open already.
    """
    runner = desk.runner
    box = box or open_outbox(runner, turn.outbox)
    sent = rehearse(runner, turn.calls, turn.settings) if turn.dry_run else deliver(desk, turn, box)
    receipts = [*sent, *turn.skipped]
    log_receipts(runner, receipts)
    carried_on = turn.post_follows and box.works
    lines = [] if carried_on else log_undelivered(runner, turn.calls, sent)
    if not turn.is_post:
        set_outputs(runner, receipts, turn, kept=box.works)
    if not turn.post_follows:
        runner.summarize(summary.render(receipts, turn.rollout, lines, kept=box.works, said=runner.said))
    judged = [receipt for receipt in receipts if receipt.vendor not in turn.keyless]
    follows, kept = turn.post_follows, box.works
    return runner.announce(judge(judged, fail_on_error=turn.fail_on_error, post_follows=follows, kept=kept))


def deliver(desk: Desk, turn: Turn, box: files.Outbox) -> list[Receipt]:
    """Send the calls; what is not accepted stays in the outbox."""
    box.keep(turn.calls)
    courier = Courier(desk.transport, desk.clock, desk.budget, hide=desk.runner.hide, log=desk.runner.log)
    return courier.deliver(turn.calls, turn.settings, box)


def rehearse(runner: Runner, calls: Sequence[Call], settings: Mapping[str, Settings]) -> list[Receipt]:
    """Print what would be sent, keys replaced, and send nothing."""
    for call in calls:
        provider = PROVIDERS[call.vendor]
        if call.vendor not in settings:
            runner.log(f"dry-run: {provider.title}'s key is empty: {call.event} of {call.service} would not be sent")
            continue
        request = provider.request(settings[call.vendor], call)
        keys = dict.fromkeys(provider.keys(settings[call.vendor], call), "***")
        headers = {"Content-Type": "application/json", **(request.headers or {}), **keys}
        title = f"dry-run: {call.event} of {shorten(call.service, 100)} to {provider.title}"
        with runner.group(f"{title}: {request.method} {request.url}"):
            for name, value in headers.items():
                runner.log(f"{name}: {value}")
            runner.log(json.dumps(request.body, indent=2))
            if provider.needs_id(call):
                runner.log(f"Its deployment's id would be looked for first: {json.dumps(call.search)}")
    return [Receipt(call.service, call.vendor, call.event, Status.DRY_RUN, call.id) for call in calls]


def log_receipts(runner: Runner, receipts: Sequence[Receipt]) -> None:
    """Say in the log what became of every event, briefly."""
    for receipt in receipts[:_MOST_LINES]:
        runner.log(_line(receipt))
    rest = receipts[_MOST_LINES:]
    if rest:
        counts = {status: sum(receipt.status is status for receipt in rest) for status in Status}
        told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        runner.log(f"… and {len(rest)} more: {told}")


def _line(receipt: Receipt) -> str:
    title = PROVIDERS[receipt.vendor].title
    told = f"{title}: {receipt.event} of {shorten(receipt.service, 100)}: {receipt.status}"
    if receipt.status is Status.DELIVERED:
        tries = f" after {receipt.attempts} tries" if receipt.attempts > 1 else ""
        return f"{told}{tries}" + (f", id {receipt.id}" if receipt.id else "")
    return f"{told} - {receipt.error}" if receipt.error else told


def log_undelivered(runner: Runner, calls: Sequence[Call], receipts: Sequence[Receipt]) -> list[str]:
    """Print the lines of what was not delivered: a hosted runner's disk ends with the job, its log does not."""
    pairs = zip(calls, receipts, strict=True)
    lost = [files.with_cause(call, receipt) for call, receipt in pairs if receipt.status.is_lost]
    if not lost:
        return []
    lines = runner.hide(files.dump(lost)).splitlines()
    with runner.group(f"{len(lost)} undelivered event{'s' if len(lost) > 1 else ''}, for event: replay"):
        for line in lines:
            runner.log(line)
    return lines


def keep_unsent(runner: Runner, calls: Sequence[Call], outbox: str, rollout: Rollout) -> None:
    """Say where the events are that main could not deliver and post has no end for."""
    runner.warning(f"What main could not deliver is not sent either: it stays in {outbox}, for event: replay.")
    unheard = "main ended before it was answered"
    lost = [
        Receipt(one.service, one.vendor, one.event, Status.UNDELIVERED, error=one.cause or unheard) for one in calls
    ]
    lines = log_undelivered(runner, calls, lost)
    runner.summarize(summary.render(lost, rollout, lines, said=runner.said))


def reject(runner: Runner, problems: Sequence[Problem]) -> int:
    """Tell what is wrong with the inputs, and return the exit code."""
    set_no_results(runner)
    hidden = [one._replace(given=one.given and runner.hide(one.given)) for one in problems]
    runner.summarize(summary.render_problems(hidden))
    return runner.announce(wrong_inputs(hidden))


def set_outputs(runner: Runner, receipts: Sequence[Receipt], turn: Turn, *, kept: bool) -> None:
    """Set `results`, `undelivered-path` and the first service's id at each vendor."""
    lost = kept and any(receipt.status.is_lost for receipt in receipts)
    runner.set_output("results", json.dumps([receipt.as_result() for receipt in receipts]))
    runner.set_output("undelivered-path", (turn.shown_outbox or turn.outbox) if lost else "")
    services = [one.name for one in turn.rollout.services] if turn.rollout else [one.service for one in receipts]
    for name in PROVIDERS:
        ids = [one.id for one in receipts if one.vendor == name and one.service == services[0] and one.id]
        runner.set_output(f"{name}-deployment-id", ids[0] if ids else turn.ids.get(name, ""))


def set_no_results(runner: Runner) -> None:
    """Set `results` for a step that sends nothing: a later step's fromJSON takes no empty text."""
    runner.set_output("results", "[]")
