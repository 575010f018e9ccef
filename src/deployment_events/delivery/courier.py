"""All calls of a stage, all vendors at once, within one budget.

Threads are daemons and report through one queue: when the budget ends, the caller goes on without
them, and a stuck one holds nothing up.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

from ..calls import Call, Receipt
from ..errors import Refused
from ..outbox import Outbox, with_cause
from ..providers import PROVIDERS
from ..providers.base import Settings
from .clock import Budget, Clock, Interval
from .lane import Lane, unsent
from .transport import Transport
from .vendor import Tools, Vendor

_SAVE_EVERY = 0.2  # s between two rewrites of the outbox while receipts come in
_SAVE_SHARE = 10  # times as long as the last rewrite took, where a large one took long
_POLL = 0.1  # s until a cancel is noticed
_TELL_EVERY = 2.0  # s between two lines of progress: a long list must not look like a hang
_LATE = 0.25  # s for threads whose sockets ran out of time with the budget: what they learnt must not be lost


class Courier:
    """Delivers a stage's calls and keeps its outbox true meanwhile."""

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        budget: Budget,
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
        self._tools = Tools(transport, clock, budget, hide, lambda line: self._news.put(lambda: log(line)))
        self._receipts: dict[int, Receipt] = {}
        self._running = 0

    def deliver(self, calls: Sequence[Call], settings: Mapping[str, Settings], outbox: Outbox) -> list[Receipt]:
        """Return one receipt for each call, in their order; what is not accepted stays in the outbox.

        `settings` are those of the vendors that have their key: calls of others are not sent.
        """
        for name in dict.fromkeys(call.vendor for call in calls):
            own = {number: call for number, call in enumerate(calls) if call.vendor == name}
            if name in settings:
                self._start(Vendor(PROVIDERS[name], settings[name], self._tools), own)
            else:
                why = f"{PROVIDERS[name].title}'s key is empty"
                self._receipts.update({number: unsent(call, why) for number, call in own.items()})
        self._collect(calls, outbox)
        for number, call in enumerate(calls):
            why = f"the time allowed was used up before {PROVIDERS[call.vendor].title} answered"
            self._receipts.setdefault(number, unsent(call, why))
        self._save(calls, outbox)
        return [self._receipts[number] for number in range(len(calls))]

    def _start(self, vendor: Vendor, calls: Mapping[int, Call]) -> None:
        try:
            self._transport.prepare(vendor.url(next(iter(calls.values()))))
        except Refused as refused:
            self._receipts.update({number: vendor.failed(call, refused) for number, call in calls.items()})
            return
        self._running += 1
        Thread(target=self._run, args=(Lane(vendor, calls, self._report),), daemon=True).start()

    def _run(self, lane: Lane) -> None:
        try:
            lane.run()
        finally:
            self._news.put(self._finish)

    def _report(self, number: int, receipt: Receipt) -> None:
        self._news.put(lambda: self._receipts.update({number: receipt}))

    def _finish(self) -> None:
        self._running -= 1

    def _collect(self, calls: Sequence[Call], outbox: Outbox) -> None:
        """Take the threads' news until all are done or the budget is."""
        saving, telling = Interval(self._clock, _SAVE_EVERY), Interval(self._clock, _TELL_EVERY)
        patience = Budget(self._clock, self._budget.left() + _LATE)
        changed = False
        while self._running and (patience.left() or not self._news.empty()):
            with suppress(Empty):
                self._news.get(timeout=max(0.001, min(_POLL, patience.left())))()
                changed = True
            if telling.over() and len(calls) > 1:
                self._log(f"{len(self._receipts)} of {len(calls)} events answered so far")
            if changed and saving.over():
                began = self._clock.monotonic()
                self._save(calls, outbox)
                saving = Interval(self._clock, max(_SAVE_EVERY, _SAVE_SHARE * (self._clock.monotonic() - began)))
                changed = False

    def _save(self, calls: Sequence[Call], outbox: Outbox) -> None:
        left = []
        for number, call in enumerate(calls):
            receipt = self._receipts.get(number)
            if receipt is None:
                left.append(call)
            elif receipt.status.is_lost:
                left.append(with_cause(call, receipt))
        outbox.keep(left)
