"""All messages of a stage, all vendors at once, run_with_deadline one budget.

Threads are daemons and report through one queue: when the budget ends, the caller goes on without
them, and a stuck one holds nothing up.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

from ..deployment import Event
from ..errors import DeliveryFailed, Refused
from ..http.deadline import Clock, Deadline, Throttle
from ..http.transport import Transport
from ..messages import DeliveryResult, Message, Status
from ..vendors.base import Settings
from ..vendors.registry import VENDORS
from .outbox import Outbox, with_cause
from .vendor_client import Tools, VendorClient

THREADS = 10
"""Connections to one vendor at a time. A vendor shares one rate limit among all of an account's callers,
in windows of about 10 s: more would take the others' share, fewer would make a hundred services at
100 ms an answer slower than a second."""

Chain = list[tuple[int, Message]]
"""One service's messages, by their number, in the order in which they happened."""


class Lane:
    """Delivers one vendor's messages, given by number, and reports each result once it is known."""

    def __init__(
        self,
        vendor: VendorClient,
        messages: Mapping[int, Message],
        report: Callable[[int, DeliveryResult], None],
    ) -> None:
        """`report` is called from several threads; a result may come again once its id is known."""
        self._vendor = vendor
        self._messages = dict(messages)
        self._report = report
        self._results: dict[int, DeliveryResult] = {}
        self._waiting: deque[Chain] = deque()

    def run(self) -> None:
        """Deliver everything; returns when the last result is reported."""
        self._search()
        self._waiting.extend(self._chains())
        helpers = [
            Thread(target=self._work, daemon=True)
            for _ in range(min(THREADS, len(self._waiting)) - 1)
        ]
        for helper in helpers:
            helper.start()
        self._work()
        for helper in helpers:
            helper.join()
        self._read_back()

    def _search(self) -> None:
        """Find the ids without which some messages cannot be sent; without a search no such message is."""
        needing = {
            number: message
            for number, message in self._messages.items()
            if self._vendor.provider.needs_id(message)
        }
        try:
            found = self._vendor.search(needing) if needing else {}
        except DeliveryFailed as failure:
            for number in needing:
                self._settle(number, self._vendor.failed(self._messages.pop(number), failure))
        else:
            for number, its_id in found.items():
                self._messages[number] = self._messages[number].model_copy(update={"id": its_id})

    def _chains(self) -> list[Chain]:
        by_service: dict[str, Chain] = {}
        for number, message in self._messages.items():
            by_service.setdefault(message.service, []).append((number, message))
        return [sorted(chain, key=lambda item: item[1].at) for chain in by_service.values()]

    def _work(self) -> None:
        while True:
            try:
                chain = self._waiting.popleft()
            except IndexError:
                return
            self._send(chain)

    def _send(self, chain: Chain) -> None:
        """Send a service's messages; after a failure the rest of the same deployment waits.

        An end before its start would be a deployment that took no time. Nothing depends on a custom event.
        """
        failed: set[str] = set()
        for number, message in chain:
            subject = self._vendor.provider.subject(message)
            if subject in failed:
                result = unsent(message, "not sent, because the event before it was not accepted")
            else:
                result = self._deliver(message)
            if result.status.is_lost and message.event is not Event.CUSTOM:
                failed.add(subject)
            self._settle(number, result)

    def _deliver(self, message: Message) -> DeliveryResult:
        try:
            return self._vendor.deliver(message)
        except Exception as bug:  # noqa: BLE001  a bug of ours must not take the other services along
            return unsent(
                message, f"an error in this action, {type(bug).__name__}: please report it"
            )

    def _read_back(self) -> None:
        without = {
            number: self._messages[number]
            for number, result in self._results.items()
            if result.status is Status.DELIVERED and not result.id and self._messages[number].search
        }
        found = self._vendor.read_back(without) if without else {}
        unlisted = (
            f"{self._vendor.provider.title} took the event, but its list did not show the deployment in time: "
            "the id is empty."
        )
        for number in without:
            its_id = found.get(number, "")
            note = self._results[number].note if its_id else unlisted
            self._settle(number, self._results[number]._replace(id=its_id, note=note))

    def _settle(self, number: int, result: DeliveryResult) -> None:
        self._results[number] = result
        self._report(number, result)


def unsent(message: Message, why: str) -> DeliveryResult:
    """Return the result of a message that never got an answer."""
    return DeliveryResult(
        message.service, message.vendor, message.event, Status.UNDELIVERED, message.id, error=why
    )


_SAVE_EVERY = 0.2  # s between two rewrites of the outbox while results come in
_SAVE_SHARE = 10  # times as long as the last rewrite took, where a large one took long
_POLL = 0.1  # s until a cancel is noticed
_TELL_EVERY = 2.0  # s between two lines of progress: a long list must not look like a hang
_LATE = 0.25  # s for threads whose sockets ran out of time with the budget: what they learnt must not be lost


class Courier:
    """Delivers a stage's messages and keeps its outbox true meanwhile."""

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        budget: Deadline,
        *,
        hide: Callable[[str], str] = str,
        log: Callable[[str], None],
    ) -> None:
        """`hide` takes keys out of a text; `log` takes one line, always on the caller's thread."""
        self._transport = transport
        self._clock = clock
        self._budget = budget
        self._log = log
        self._news: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._tools = Tools(
            transport, clock, budget, hide, lambda line: self._news.put(lambda: log(line))
        )
        self._results: dict[int, DeliveryResult] = {}
        self._running = 0

    def deliver(
        self, messages: Sequence[Message], settings: Mapping[str, Settings], outbox: Outbox
    ) -> list[DeliveryResult]:
        """Return one result for each message, in their order; what is not accepted stays in the outbox.

        `settings` are those of the vendors that have their key: messages of others are not sent.
        """
        for name in dict.fromkeys(message.vendor for message in messages):
            own = {
                number: message for number, message in enumerate(messages) if message.vendor == name
            }
            if name in settings:
                self._start(VendorClient(VENDORS[name], settings[name], self._tools), own)
            else:
                why = f"{VENDORS[name].title}'s key is empty"
                self._results.update(
                    {number: unsent(message, why) for number, message in own.items()}
                )
        self._collect(messages, outbox)
        for number, message in enumerate(messages):
            why = f"the time allowed was used up before {VENDORS[message.vendor].title} answered"
            self._results.setdefault(number, unsent(message, why))
        self._save(messages, outbox)
        return [self._results[number] for number in range(len(messages))]

    def _start(self, vendor: VendorClient, messages: Mapping[int, Message]) -> None:
        try:
            self._transport.prepare(vendor.url(next(iter(messages.values()))))
        except Refused as refused:
            self._results.update(
                {number: vendor.failed(message, refused) for number, message in messages.items()}
            )
            return
        self._running += 1
        Thread(target=self._run, args=(Lane(vendor, messages, self._report),), daemon=True).start()

    def _run(self, lane: Lane) -> None:
        try:
            lane.run()
        finally:
            self._news.put(self._finish)

    def _report(self, number: int, result: DeliveryResult) -> None:
        self._news.put(lambda: self._results.update({number: result}))

    def _finish(self) -> None:
        self._running -= 1

    def _collect(self, messages: Sequence[Message], outbox: Outbox) -> None:
        """Take the threads' news until all are done or the budget is."""
        saving, telling = Throttle(self._clock, _SAVE_EVERY), Throttle(self._clock, _TELL_EVERY)
        patience = Deadline(self._clock, self._budget.left() + _LATE)
        changed = False
        while self._running and (patience.left() or not self._news.empty()):
            with suppress(Empty):
                self._news.get(timeout=max(0.001, min(_POLL, patience.left())))()
                changed = True
            if telling.over() and len(messages) > 1:
                self._log(f"{len(self._results)} of {len(messages)} events answered so far")
            if changed and saving.over():
                began = self._clock.monotonic()
                self._save(messages, outbox)
                saving = Throttle(
                    self._clock, max(_SAVE_EVERY, _SAVE_SHARE * (self._clock.monotonic() - began))
                )
                changed = False

    def _save(self, messages: Sequence[Message], outbox: Outbox) -> None:
        left = []
        for number, message in enumerate(messages):
            result = self._results.get(number)
            if result is None:
                left.append(message)
            elif result.status.is_lost:
                left.append(with_cause(message, result))
        outbox.keep(left)
