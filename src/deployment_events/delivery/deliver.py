"""Delivers a stage's messages: all vendors in parallel, before one deadline.

The worker pools send all that they do to one queue, which the caller's thread reads. After the
deadline the caller goes on without them. Without threads, the caller's thread delivers.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from ..errors import Section
from ..http.deadline import Deadline, Throttle
from ..messages import DeliveryResult, Message, undelivered
from ..vendors.input_names import key_input
from ..vendors.registry import VENDORS
from ..vendors.settings import Settings
from .event_lines import with_cause
from .network import LATE_SECONDS, Network
from .outbox import Outbox
from .pool import WorkerPool
from .vendor_client import VendorClient

_SAVE_SECONDS = 0.2
"""Seconds between two rewrites of the outbox while results come in."""
_SAVE_FACTOR = 10
"""The same, as a multiple of the last rewrite's duration: a large outbox takes long to write."""
_PROGRESS_SECONDS = 2.0
"""Seconds between two lines of progress, without which a long list looks like a hang."""
_POLL_SECONDS = 0.1
"""Seconds until a cancel is noticed."""


class Delivery(NamedTuple):
    """What became of a stage's messages."""

    results: tuple[DeliveryResult, ...]
    """One for each message, in the order of the messages."""
    kept: bool
    """Whether what was not accepted is on disk."""


def deliver(
    messages: Sequence[Message],
    settings: Mapping[str, Settings],
    outbox: Outbox,
    network: Network,
    withheld: Mapping[int, DeliveryResult] | None = None,
) -> Delivery:
    """Send messages, and keep in the outbox what is not accepted.

    `settings` are those of the vendors whose key is set: messages of other vendors are not sent.
    `withheld` are the results of messages that must not be sent, by the message's number.
    """
    collector = _Collector(messages, outbox, network)
    collector.add(withheld or {})
    for name, numbered in _by_vendor(messages, withheld or {}).items():
        if name in settings:
            collector.start(
                VendorClient(VENDORS[name], settings[name], collector.network), numbered
            )
        else:
            collector.add({number: _without_key(message) for number, message in numbered.items()})
    collector.collect()
    return Delivery(collector.finish(), outbox.works)


def _by_vendor(
    messages: Sequence[Message], withheld: Collection[int]
) -> dict[str, dict[int, Message]]:
    """Return each vendor's messages by their number, in the order of the messages."""
    by_vendor: dict[str, dict[int, Message]] = {}
    for number, message in enumerate(messages):
        if number not in withheld:
            by_vendor.setdefault(message.vendor, {})[number] = message
    return by_vendor


class _Collector:
    """Collects the results of the worker pools, and rewrites the outbox meanwhile."""

    def __init__(self, messages: Sequence[Message], outbox: Outbox, network: Network) -> None:
        self._messages = messages
        self._outbox = outbox
        self._clock = network.clock
        self._deadline = network.deadline
        self._log = network.log
        self._queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._results: dict[int, DeliveryResult] = {}
        self._running = 0
        self._unstarted: list[tuple[VendorClient, Mapping[int, Message]]] = []
        """The vendors for whose worker pool the system had no thread left."""
        self.network = network._replace(log=self._log_later)
        """The network for the worker pools: their lines are logged on the caller's thread."""

    def start(self, client: VendorClient, messages: Mapping[int, Message]) -> None:
        """Start the worker pool of one vendor."""
        pool = WorkerPool(client, messages, self._add_later)
        try:
            Thread(target=self._run, args=(pool,), daemon=True).start()
        except RuntimeError:
            self._unstarted.append((client, messages))
        else:
            self._running += 1

    def add(self, results: Mapping[int, DeliveryResult]) -> None:
        """Add results, by the message's number."""
        hide = self.network.hide
        # An error can contain what the environment contains, such as a key in a path.
        self._results.update(
            {
                number: result._replace(error=hide(result.error))
                for number, result in results.items()
            }
        )

    def collect(self) -> None:
        """Read the queue until all worker pools have ended, or until the deadline."""
        self._run_unstarted()
        save_throttle = Throttle(self._clock, _SAVE_SECONDS)
        progress_throttle = Throttle(self._clock, _PROGRESS_SECONDS)
        late_deadline = Deadline(self._clock, self._deadline.left() + LATE_SECONDS)
        changed = False
        while not self._queue.empty() or (self._running and late_deadline.left()):
            with suppress(Empty):
                self._queue.get(timeout=max(0.001, min(_POLL_SECONDS, late_deadline.left())))()
                changed = True
            if progress_throttle.over() and len(self._messages) > 1:
                self._log_progress()
            if changed and save_throttle.over():
                save_throttle = self._save_and_pause()
                changed = False

    def finish(self) -> tuple[DeliveryResult, ...]:
        """Return one result for each message, after the last rewrite of the outbox."""
        for number, message in enumerate(self._messages):
            title = VENDORS[message.vendor].title
            error = f"timed out before {title} responded"
            self._results.setdefault(number, undelivered(message, error))
        self._save()
        return tuple(self._results[number] for number in range(len(self._messages)))

    def _run_unstarted(self) -> None:
        """Run worker pools on this thread. Each gets its share of the time that is left.

        One vendor that is down would use up the time of the others.
        """
        while self._unstarted:
            share = self._deadline.left() / len(self._unstarted)
            client, messages = self._unstarted.pop(0)
            limited = client.with_deadline(self._deadline.part(share))
            WorkerPool(limited, messages, self._add_later).run()

    def _run(self, pool: WorkerPool) -> None:
        try:
            pool.run()
        finally:
            self._queue.put(self._end_pool)

    def _end_pool(self) -> None:
        self._running -= 1

    def _add_later(self, number: int, result: DeliveryResult) -> None:
        self._queue.put(lambda: self.add({number: result}))

    def _log_later(self, line: str) -> None:
        self._queue.put(lambda: self._log(line))

    def _log_progress(self) -> None:
        self._log(f"{len(self._results)} of {len(self._messages)} responses received")

    def _save_and_pause(self) -> Throttle:
        """Rewrite the outbox, and return the throttle of the next rewrite."""
        began = self._clock.monotonic()
        self._save()
        seconds = self._clock.monotonic() - began
        return Throttle(self._clock, max(_SAVE_SECONDS, _SAVE_FACTOR * seconds))

    def _save(self) -> None:
        """Keep the messages that have no result yet, or were not accepted."""
        left = []
        for number, message in enumerate(self._messages):
            result = self._results.get(number)
            if result is None:
                left.append(message)
            elif result.status.is_lost:
                left.append(with_cause(message, result))
        self._outbox.keep(left)


def _without_key(message: Message) -> DeliveryResult:
    error = f"{VENDORS[message.vendor].title}'s key is not set"
    return undelivered(message, error)._replace(
        fix=f"Set `{key_input(message.vendor)}`.", section=Section.REPLAY
    )
