"""One vendor's threads: the ids that calls need, the calls, then the ids that are nice to have."""

from collections import deque
from collections.abc import Callable, Mapping
from threading import Thread

from ..calls import Call, Receipt, Status
from ..deployment import Event
from ..errors import CallFailed
from .vendor import Vendor

THREADS = 10
"""Connections to one vendor at a time. A vendor shares one rate limit among all of an account's callers,
in windows of about 10 s: more would take the others' share, fewer would make a hundred services at
100 ms an answer slower than a second."""

Chain = list[tuple[int, Call]]
"""One service's calls, by their number, in the order in which they happened."""


class Lane:
    """Delivers one vendor's calls, given by number, and reports each receipt once it is known."""

    def __init__(self, vendor: Vendor, calls: Mapping[int, Call], report: Callable[[int, Receipt], None]) -> None:
        """`report` is called from several threads; a receipt may come again once its id is known."""
        self._vendor = vendor
        self._calls = dict(calls)
        self._report = report
        self._receipts: dict[int, Receipt] = {}
        self._waiting: deque[Chain] = deque()

    def run(self) -> None:
        """Deliver everything; returns when the last receipt is reported."""
        self._search()
        self._waiting.extend(self._chains())
        helpers = [Thread(target=self._work, daemon=True) for _ in range(min(THREADS, len(self._waiting)) - 1)]
        for helper in helpers:
            helper.start()
        self._work()
        for helper in helpers:
            helper.join()
        self._read_back()

    def _search(self) -> None:
        """Find the ids without which some calls cannot be sent; without a search no such call is."""
        needing = {number: call for number, call in self._calls.items() if self._vendor.provider.needs_id(call)}
        try:
            found = self._vendor.search(needing) if needing else {}
        except CallFailed as failure:
            for number in needing:
                self._settle(number, self._vendor.failed(self._calls.pop(number), failure))
        else:
            for number, its_id in found.items():
                self._calls[number] = self._calls[number].model_copy(update={"id": its_id})

    def _chains(self) -> list[Chain]:
        by_service: dict[str, Chain] = {}
        for number, call in self._calls.items():
            by_service.setdefault(call.service, []).append((number, call))
        return [sorted(chain, key=lambda item: item[1].at) for chain in by_service.values()]

    def _work(self) -> None:
        while True:
            try:
                chain = self._waiting.popleft()
            except IndexError:
                return
            self._send(chain)

    def _send(self, chain: Chain) -> None:
        """Send a service's calls; after a failure the rest of the same deployment waits.

        An end before its start would be a deployment that took no time. Nothing depends on a custom event.
        """
        failed: set[str] = set()
        for number, call in chain:
            subject = self._vendor.provider.subject(call)
            if subject in failed:
                receipt = unsent(call, "not sent, because the event before it was not accepted")
            else:
                receipt = self._deliver(call)
            if receipt.status.is_lost and call.event is not Event.CUSTOM:
                failed.add(subject)
            self._settle(number, receipt)

    def _deliver(self, call: Call) -> Receipt:
        try:
            return self._vendor.deliver(call)
        except Exception as bug:  # noqa: BLE001  a bug of ours must not take the other services along
            return unsent(call, f"an error in this action, {type(bug).__name__}: please report it")

    def _read_back(self) -> None:
        without = {
            number: self._calls[number]
            for number, receipt in self._receipts.items()
            if receipt.status is Status.DELIVERED and not receipt.id and self._calls[number].search
        }
        found = self._vendor.read_back(without) if without else {}
        unlisted = (
            f"{self._vendor.provider.title} took the event, but its list did not show the deployment in time: "
            "the id is empty."
        )
        for number in without:
            its_id = found.get(number, "")
            note = self._receipts[number].note if its_id else unlisted
            self._settle(number, self._receipts[number]._replace(id=its_id, note=note))

    def _settle(self, number: int, receipt: Receipt) -> None:
        self._receipts[number] = receipt
        self._report(number, receipt)


def unsent(call: Call, why: str) -> Receipt:
    """Return the receipt of a call that never got an answer."""
    return Receipt(call.service, call.vendor, call.event, Status.UNDELIVERED, call.id, error=why)
