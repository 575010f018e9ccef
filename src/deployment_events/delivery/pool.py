"""The worker pool of one vendor: looks up required IDs, sends the messages, reads IDs back."""

from collections import deque
from collections.abc import Callable, Mapping
from threading import Thread

from ..deployment import Event
from ..errors import DeliveryFailed, describe_bug
from ..messages import DeliveryResult, Message, Status, undelivered
from .id_lookup import find_ids, read_ids_back
from .network import THREADS
from .vendor_client import VendorClient, failed

Chain = list[tuple[int, Message]]
"""One service's messages with their numbers, the oldest first."""


class WorkerPool:
    """Delivers one vendor's messages in several threads.

    The threads are daemons, so nothing waits for one that hangs.
    """

    def __init__(
        self,
        client: VendorClient,
        messages: Mapping[int, Message],
        report: Callable[[int, DeliveryResult], None],
    ) -> None:
        """`messages` and results are identified by number.

        `report` is called from several threads. It receives a message's result a second time once
        its ID was read back.
        """
        self._client = client
        self._vendor = client.vendor
        self._messages = dict(messages)
        self._report = report
        self._results: dict[int, DeliveryResult] = {}
        self._chains: deque[Chain] = deque()

    def run(self) -> None:
        """Deliver all messages. Every message has a result when this returns."""
        try:
            if self._prepare():
                self._find_required_ids()
                self._send_all()
                self._read_ids_back()
        # A bug must not be reported as a lack of time.
        except Exception as bug:  # noqa: BLE001
            self._fail_unreported(_internal_error(bug))

    def _prepare(self) -> bool:
        """Prepare the connections. Return False if no message can be sent.

        This thread does it, because reading the CA bundle may take forever.
        """
        try:
            self._client.prepare(next(iter(self._messages.values())))
        except DeliveryFailed as failure:
            for number, message in self._messages.items():
                self._set_result(number, failed(message, failure))
            return False
        return True

    def _find_required_ids(self) -> None:
        """Look up the IDs without which some messages cannot be sent."""
        needing = {
            number: message
            for number, message in self._messages.items()
            if self._vendor.needs_lookup(message)
        }
        if not needing:
            return
        try:
            found = find_ids(self._client, needing)
        # The messages that need no look-up must be sent nevertheless.
        except Exception as bug:  # noqa: BLE001
            error = _internal_error(bug)
            for number in needing:
                self._set_result(number, undelivered(self._messages.pop(number), error))
            return
        for number, message in needing.items():
            if number in found.ids:
                changed = {"id": found.ids[number]}
                self._messages[number] = message.model_copy(update=changed)
            elif found.failure is not None:
                del self._messages[number]
                self._set_result(number, failed(message, found.failure))

    def _send_all(self) -> None:
        self._chains.extend(self._make_chains())
        helpers = self._start_helpers(min(THREADS, len(self._chains)) - 1)
        self._work()
        for helper in helpers:
            helper.join()

    def _start_helpers(self, count: int) -> list[Thread]:
        """Start threads, or fewer if the system allows no more."""
        helpers: list[Thread] = []
        for _ in range(count):
            helper = Thread(target=self._work, daemon=True)
            try:
                helper.start()
            except RuntimeError:
                break
            helpers.append(helper)
        return helpers

    def _make_chains(self) -> list[Chain]:
        by_service: dict[str, Chain] = {}
        for number, message in self._messages.items():
            by_service.setdefault(message.service, []).append((number, message))
        return [sorted(chain, key=lambda item: item[1].at) for chain in by_service.values()]

    def _work(self) -> None:
        """Send one chain after the other until none is left."""
        while True:
            try:
                chain = self._chains.popleft()
            except IndexError:
                return
            self._send_chain(chain)

    def _send_chain(self, chain: Chain) -> None:
        """Send a service's messages. After a failure, the rest of the same deployment is not sent.

        A `finished` event without its `started` event would be a deployment of no duration.
        """
        failures: dict[str, DeliveryResult] = {}
        for number, message in chain:
            self._set_result(number, self._send(message, failures))

    def _send(self, message: Message, failures: dict[str, DeliveryResult]) -> DeliveryResult:
        """Send a message. `failures`: the first failure, by the vendor's key of the deployment."""
        deployment = ""
        try:
            deployment = self._vendor.deployment_key(message)
            if deployment in failures:
                return _not_sent(message, failures[deployment])
            result = self._client.deliver(message)
        # A bug must not stop the other messages.
        except Exception as bug:  # noqa: BLE001
            result = undelivered(message, _internal_error(bug))
        # No other event depends on a custom event.
        if result.status.is_lost and message.event is not Event.CUSTOM:
            failures[deployment] = result
        return result

    def _read_ids_back(self) -> None:
        """Add the IDs of delivered messages whose responses contained none."""
        without_id = {
            number: self._messages[number]
            for number, result in self._results.items()
            if result.status is Status.DELIVERED and not result.id and self._messages[number].search
        }
        if not without_id:
            return
        title = self._vendor.title
        ids: Mapping[int, str] = {}
        note = (
            f"{title} accepted the event, but did not list the deployment in time: the ID is empty."
        )
        try:
            ids = read_ids_back(self._client, without_id)
        except Exception as bug:  # noqa: BLE001
            error = _internal_error(bug)
            self._client.log(f"the deployment IDs could not be read ({error})")
            note = f"{title} accepted the event, but its ID could not be read ({error})."
        for number in without_id:
            result = self._results[number]
            id_ = ids.get(number, "")
            self._set_result(number, result._replace(id=id_, note=result.note if id_ else note))

    def _set_result(self, number: int, result: DeliveryResult) -> None:
        self._results[number] = result
        self._report(number, result)

    def _fail_unreported(self, error: str) -> None:
        for number, message in self._messages.items():
            if number not in self._results:
                self._set_result(number, undelivered(message, error))


def _not_sent(message: Message, failure: DeliveryResult) -> DeliveryResult:
    """Return the result of a message after a failure, with the failure's section and next step."""
    error = f"not sent, because the `{failure.event}` event was not accepted"
    return undelivered(message, error)._replace(
        section=failure.section, retry_is_useless=failure.retry_is_useless
    )


def _internal_error(bug: Exception) -> str:
    return f"internal error, {describe_bug(bug)}: please open an issue"
