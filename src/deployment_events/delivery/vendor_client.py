"""One vendor's messages: each attempt judged, repeated or given up, and the ids that must be looked up."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import DeliveryFailed, Refused, Unavailable
from ..http.deadline import Clock, Deadline, run_with_deadline
from ..http.transport import Transport
from ..messages import DeliveryResult, Message, Request, Response, Status
from ..values.text import clean, shorten
from ..vendors.base import Lookup, Settings, Vendor
from .retry import POLICY, Backoff, RateLimitGate, asked_wait

_LOOKUP_SECONDS = 2.0  # s for reading ids back: they are a nicety, the events are in
_LOOKUP_PAUSES = (
    0.25,
    0.5,
    1.0,
)  # s between the tries: a new deployment takes a moment to be listed
_WRONG_EVENT = frozenset({400, 404, 413, 422})  # what the event says is refused, not who sends it
_TOO_MANY = 429  # meant for all of the account's callers, not for one thread
_LONGEST_WORDS = 300  # characters of a vendor's own words


class Tools(NamedTuple):
    """What delivery needs from outside: the network, time, and someone to tell."""

    transport: Transport
    clock: Clock
    budget: Deadline
    hide: Callable[[str], str]
    """Takes keys out of a text."""
    tell: Callable[[str], None]
    """Takes one line for the log."""


class VendorClient:
    """Sends one vendor's messages; shared by that vendor's threads."""

    def __init__(self, provider: Vendor[Any], settings: Settings, tools: Tools) -> None:
        self.provider = provider
        self._settings = settings
        self._tools = tools
        self._gate = RateLimitGate(tools.clock)

    def url(self, message: Message) -> str:
        """Return where a message goes."""
        return self.provider.request(self._settings, message).url

    def deliver(self, message: Message) -> DeliveryResult:
        """Send one message until it is accepted, refused or out of time."""
        backoff = Backoff()
        try:
            if self.provider.needs_id(message):
                raise Refused(
                    f"{self.provider.title} lists no deployment of this version: nothing was changed"
                )
            request = self.provider.request(self._settings, message)
            answer = self._send(
                request, self.provider.keys(self._settings, message), backoff, self._tools.budget
            )
        except DeliveryFailed as failure:
            return self.failed(message, failure, backoff.attempts)
        return self._accepted(message, answer, backoff.attempts)

    def failed(
        self, message: Message, failure: DeliveryFailed, attempts: int = 0
    ) -> DeliveryResult:
        """Return the result of a message that did not succeed, with the fix where the vendor's answer tells one."""
        fix, status = "", Status.UNDELIVERED
        if isinstance(failure, Refused):
            status = Status.REFUSED
        if failure.status is not None and failure.status < 500 and failure.status not in {407, 408}:
            fix = self.provider.advice(self._settings, failure.status, failure.attribute)
        said_wrong = failure.status in _WRONG_EVENT
        said = (
            message.service,
            message.vendor,
            message.event,
            status,
            message.id,
            attempts,
            str(failure),
            fix,
        )
        return DeliveryResult(*said, retry_is_useless=said_wrong)

    def search(self, messages: Mapping[int, Message]) -> Mapping[int, str]:
        """Return the ids that messages need before they can be sent. Raises `Refused` and `Unavailable`."""
        lookup = self.provider.lookup(self._settings, messages)
        return self._ask(lookup, self._tools.budget) if lookup else {}

    def read_back(self, messages: Mapping[int, Message]) -> Mapping[int, str]:
        """Return the ids of accepted messages, by index, as far as they can be found soon."""
        budget = self._tools.budget.part(_LOOKUP_SECONDS)
        found: dict[int, str] = {}
        run_with_deadline(budget, lambda: self._look_for(messages, budget, found))
        return {
            key: its_id for key, its_id in list(found.items()) if self._tools.hide(its_id) == its_id
        }

    def _look_for(
        self, messages: Mapping[int, Message], budget: Deadline, found: dict[int, str]
    ) -> None:
        """A new deployment takes a moment to be listed: ask a few times for what is still missing in `found`."""
        for pause in (*_LOOKUP_PAUSES, 0):
            missing = {key: message for key, message in messages.items() if key not in found}
            lookup = self.provider.lookup(self._settings, missing) if missing else None
            if lookup is None:
                break
            try:
                found.update(self._ask(lookup, budget))
            except DeliveryFailed as failure:
                self._tools.tell(
                    f"{self.provider.title}: the deployments' ids could not be read ({failure})"
                )
                break
            if len(found) == len(messages) or not 0 < pause < budget.left():
                break
            self._tools.clock.wait(pause)

    def _ask(self, lookup: Lookup, budget: Deadline) -> Mapping[int, str]:
        found: Mapping[int, str] = {}
        while request := lookup.request():
            answer = self._send(
                request, self.provider.keys(self._settings, None), Backoff(), budget
            )
            found = lookup.take(_parse(answer))
        return found

    def _send(
        self, request: Request, keys: Mapping[str, str], backoff: Backoff, budget: Deadline
    ) -> Response:
        """Raises `Refused` and `Unavailable`; both carry words fit for a person."""
        while True:
            if not self._gate.wait(budget) or not budget.left():
                raise Unavailable("not sent: the time allowed was used up before")
            backoff.attempts += 1
            try:
                answer = self._tools.transport.send(request, keys, budget)
                if answer.accepted:
                    return answer
                self._judge(answer)
            except Unavailable as failure:
                if self._tools.clock.stopped_at is not None:
                    raise Unavailable(f"{failure}; the job was cancelled", failure.status) from None
                wait = backoff.after(failure, budget)
                self._tools.tell(f"{self.provider.title}: {failure}; next try in {wait:.1f} s")
                if failure.wait is not None or failure.status == _TOO_MANY:
                    self._gate.close(wait)
                else:
                    self._tools.clock.wait(wait)

    def _judge(self, answer: Response) -> None:
        """Raise what an answer other than 2xx means."""
        words, attribute = self.provider.words(_parse(answer))
        said = shorten(clean(self._tools.hide(words)), _LONGEST_WORDS)
        told = f"HTTP {answer.status}" + (f", {said}" if said else "")
        if POLICY.is_retry("POST", answer.status):
            limited = (
                answer.status == _TOO_MANY
            )  # beside other answers a vendor's limits are only for information
            own = self.provider.pause(answer.headers, self._tools.clock.now()) if limited else None
            raise Unavailable(told, answer.status, asked_wait(answer.headers, own))
        if answer.status < 300:
            told += ", which is no answer of this API"
        elif answer.status < 400:
            told += ", which is no answer of this API: redirects are not followed, as they would carry the key along"
        raise Refused(told, answer.status, attribute)

    def _accepted(self, message: Message, answer: Response, attempts: int) -> DeliveryResult:
        found, note = "", ""
        try:
            found = self.provider.identify(message, _parse(answer))
            if self._tools.hide(found) != found:
                raise ValueError("the id held a key")
        except ValueError as error:
            found, note = "", f"{self.provider.title} accepted the event, but {error}"
        return DeliveryResult(
            message.service,
            message.vendor,
            message.event,
            Status.DELIVERED,
            found,
            attempts,
            note=note,
        )


def _parse(answer: Response) -> Any:
    """A vendor's JSON, or None for anything else: an answer is never trusted to be what it should."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
