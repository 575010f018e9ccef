"""Calls → results → what people and later steps see of them. Both stages and replay end here."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ..delivery import outbox as files
from ..delivery.deliver import THREADS, Courier
from ..deployment import Rollout
from ..errors import Problem
from ..github.runner import Runner
from ..http.deadline import Clock, Deadline
from ..http.transport import Transport
from ..messages import DeliveryResult, Message, Status
from ..values.text import shorten
from ..vendors.base import Settings
from ..vendors.registry import VENDORS
from . import summary
from .outcome import judge, wrong_inputs

_MOST_LINES = 20  # results that are logged one by one; more are counted


class Desk(NamedTuple):
    """What a stage needs to send anything."""

    runner: Runner
    clock: Clock
    transport: Transport
    budget: Deadline

    @classmethod
    def open(cls, runner: Runner, clock: Clock, seconds: float) -> "Desk":
        """Return a desk whose network time is limited to so many s from now on."""
        return cls(runner, clock, Transport(THREADS), Deadline(clock, seconds))


class Turn(NamedTuple):
    """One stage's work: what to send, and how its end is to be told."""

    messages: tuple[Message, ...]
    settings: Mapping[str, Settings]
    """Of the vendors that have their key."""
    outbox: str
    """The file of undelivered events, relative to the runner's temporary folder."""
    shown_outbox: str = ""
    """The same for later steps, where the file lies elsewhere."""
    rollout: Rollout | None = None
    """None for a replay: its events may be of many deployments."""
    skipped: tuple[DeliveryResult, ...] = ()
    ids: Mapping[str, str] = MappingProxyType({})
    """The first service's id at each vendor, as far as known before any message."""
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
    """Send a turn's messages, tell people and later steps what became of them, and return the exit code.

    `box`: the turn's outbox, where it is open already.
    """
    runner = desk.runner
    box = box or open_outbox(runner, turn.outbox)
    sent = (
        rehearse(runner, turn.messages, turn.settings) if turn.dry_run else deliver(desk, turn, box)
    )
    results = [*sent, *turn.skipped]
    log_receipts(runner, results)
    carried_on = turn.post_follows and box.works
    lines = [] if carried_on else log_undelivered(runner, turn.messages, sent)
    if not turn.is_post:
        set_outputs(runner, results, turn, kept=box.works)
    if not turn.post_follows:
        runner.summarize(
            summary.render(results, turn.rollout, lines, kept=box.works, said=runner.said)
        )
    judged = [result for result in results if result.vendor not in turn.keyless]
    follows, kept = turn.post_follows, box.works
    return runner.annotate(
        judge(judged, fail_on_error=turn.fail_on_error, post_follows=follows, kept=kept)
    )


def deliver(desk: Desk, turn: Turn, box: files.Outbox) -> list[DeliveryResult]:
    """Send the messages; what is not accepted stays in the outbox."""
    box.keep(turn.messages)
    courier = Courier(
        desk.transport, desk.clock, desk.budget, hide=desk.runner.hide, log=desk.runner.log
    )
    return courier.deliver(turn.messages, turn.settings, box)


def rehearse(
    runner: Runner, messages: Sequence[Message], settings: Mapping[str, Settings]
) -> list[DeliveryResult]:
    """Print what would be sent, keys replaced, and send nothing."""
    for message in messages:
        provider = VENDORS[message.vendor]
        if message.vendor not in settings:
            runner.log(
                f"dry-run: {provider.title}'s key is empty: {message.event} of {message.service} would not be sent"
            )
            continue
        request = provider.request(settings[message.vendor], message)
        keys = dict.fromkeys(provider.keys(settings[message.vendor], message), "***")
        headers = {"Content-Type": "application/json", **(request.headers or {}), **keys}
        title = f"dry-run: {message.event} of {shorten(message.service, 100)} to {provider.title}"
        with runner.group(f"{title}: {request.method} {request.url}"):
            for name, value in headers.items():
                runner.log(f"{name}: {value}")
            runner.log(json.dumps(request.body, indent=2))
            if provider.needs_id(message):
                runner.log(
                    f"Its deployment's id would be looked for first: {json.dumps(message.search)}"
                )
    return [
        DeliveryResult(message.service, message.vendor, message.event, Status.DRY_RUN, message.id)
        for message in messages
    ]


def log_receipts(runner: Runner, results: Sequence[DeliveryResult]) -> None:
    """Say in the log what became of every event, briefly."""
    for result in results[:_MOST_LINES]:
        runner.log(_line(result))
    rest = results[_MOST_LINES:]
    if rest:
        counts = {status: sum(result.status is status for result in rest) for status in Status}
        told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        runner.log(f"… and {len(rest)} more: {told}")


def _line(result: DeliveryResult) -> str:
    title = VENDORS[result.vendor].title
    told = f"{title}: {result.event} of {shorten(result.service, 100)}: {result.status}"
    if result.status is Status.DELIVERED:
        tries = f" after {result.attempts} tries" if result.attempts > 1 else ""
        return f"{told}{tries}" + (f", id {result.id}" if result.id else "")
    return f"{told} - {result.error}" if result.error else told


def log_undelivered(
    runner: Runner, messages: Sequence[Message], results: Sequence[DeliveryResult]
) -> list[str]:
    """Print the lines of what was not delivered: a hosted runner's disk ends with the job, its log does not."""
    pairs = zip(messages, results, strict=True)
    lost = [files.with_cause(message, result) for message, result in pairs if result.status.is_lost]
    if not lost:
        return []
    lines = runner.hide(files.dump(lost)).splitlines()
    with runner.group(
        f"{len(lost)} undelivered event{'s' if len(lost) > 1 else ''}, for event: replay"
    ):
        for line in lines:
            runner.log(line)
    return lines


def keep_unsent(runner: Runner, messages: Sequence[Message], outbox: str, rollout: Rollout) -> None:
    """Say where the events are that main could not deliver and post has no end for."""
    runner.warning(
        f"What main could not deliver is not sent either: it stays in {outbox}, for event: replay."
    )
    unheard = "main ended before it was answered"
    lost = [
        DeliveryResult(
            one.service, one.vendor, one.event, Status.UNDELIVERED, error=one.cause or unheard
        )
        for one in messages
    ]
    lines = log_undelivered(runner, messages, lost)
    runner.summarize(summary.render(lost, rollout, lines, said=runner.said))


def reject(runner: Runner, problems: Sequence[Problem]) -> int:
    """Tell what is wrong with the inputs, and return the exit code."""
    set_no_results(runner)
    hidden = [one._replace(given=one.given and runner.hide(one.given)) for one in problems]
    runner.summarize(summary.render_problems(hidden))
    return runner.annotate(wrong_inputs(hidden))


def set_outputs(
    runner: Runner, results: Sequence[DeliveryResult], turn: Turn, *, kept: bool
) -> None:
    """Set `results`, `undelivered-path` and the first service's id at each vendor."""
    lost = kept and any(result.status.is_lost for result in results)
    runner.set_output("results", json.dumps([result.as_result() for result in results]))
    runner.set_output("undelivered-path", (turn.shown_outbox or turn.outbox) if lost else "")
    services = (
        [one.name for one in turn.rollout.services]
        if turn.rollout
        else [one.service for one in results]
    )
    for name in VENDORS:
        ids = [
            one.id
            for one in results
            if one.vendor == name and one.service == services[0] and one.id
        ]
        runner.set_output(f"{name}-deployment-id", ids[0] if ids else turn.ids.get(name, ""))


def set_no_results(runner: Runner) -> None:
    """Set `results` for a step that sends nothing: a later step's fromJSON takes no empty text."""
    runner.set_output("results", "[]")
