"""One vendor's requests: each response is judged, and the request repeated or given up."""

from typing import Any

from ..errors import Advice, DeliveryFailed, Refused, Section, Unavailable
from ..http.deadline import Deadline
from ..messages import DeliveryResult, Message, Request, Response, Status
from ..values.text import clean, shorten
from ..vendors.base import Explanation, Vendor
from ..vendors.settings import Settings
from .network import Network
from .retry import POLICY, Backoff, RateLimitGate, requested_wait, response_time

_CONTENT_STATUSES = frozenset({400, 404, 422})
"""The statuses with which a vendor rejects the content of a request, and not its sender."""
_TOO_LARGE = 413
"""The status that rejects the content also if a gateway sends it."""
_PROXY_AUTHENTICATION = 407
"""The status of a proxy that forwards requests without encryption."""
_TIMEOUT = 408
"""The status below 500 that means the same as a 5xx."""
_RATE_LIMITED = 429
"""The status that applies to all callers of the account, and not to one request."""
_LONGEST_MESSAGE = 300
"""Characters of a vendor's message."""


class VendorClient:
    """Sends requests to one vendor; threads may share it."""

    def __init__(self, vendor: Vendor[Any], settings: Settings, network: Network) -> None:
        self.vendor = vendor
        self.settings = settings
        self.network = network
        self._gate = RateLimitGate(network.clock)

    def with_deadline(self, deadline: Deadline) -> "VendorClient":
        """Return this client with another deadline."""
        network = self.network._replace(deadline=deadline)
        return VendorClient(self.vendor, self.settings, network)

    def prepare(self, message: Message) -> None:
        """Prepare the transport for the host of a message, before threads use it.

        Raises `Refused` and `Unavailable` if that host cannot be reached with this proxy or CA
        bundle.
        """
        url = self.vendor.request(self.settings, message).url
        self.network.transport.prepare(url, self.network.deadline)

    def deliver(self, message: Message) -> DeliveryResult:
        """Send a message until it is accepted, refused or out of time."""
        backoff = Backoff()
        try:
            if self.vendor.needs_lookup(message):
                error = f"{self.vendor.title} lists no deployment of this version"
                raise Refused(error, advice=set_id(self.vendor))
            request = self.vendor.request(self.settings, message)
            response = self.send(request, backoff, self.network.deadline)
        except DeliveryFailed as failure:
            return failed(message, failure, backoff.attempts)
        return self._accepted(message, response, backoff.attempts)

    def log(self, line: str) -> None:
        """Log a line about this vendor."""
        self.network.log(f"{self.vendor.title}: {line}")

    def send(self, request: Request, backoff: Backoff, deadline: Deadline) -> Response:
        """Return the response that accepts a request. Raises `Refused` and `Unavailable`."""
        while True:
            if not self._gate.wait(deadline) or not deadline.left():
                raise Unavailable("not sent, because no time was left")
            backoff.attempts += 1
            try:
                response = self.network.transport.send(request, deadline)
                if response.accepted:
                    return response
                raise self._failure(request, response)
            except Unavailable as failure:
                self._wait_for_retry(failure, backoff, deadline)

    def _wait_for_retry(self, failure: Unavailable, backoff: Backoff, deadline: Deadline) -> None:
        """Raises `Unavailable` if there is no next attempt."""
        clock = self.network.clock
        if clock.stopped_at is not None:
            message = f"{failure}; the job was cancelled"
            raise Unavailable(message, failure.status, failure.advice) from None
        wait = backoff.next_wait(failure, deadline)
        self.log(f"{failure}; next try in {wait:.1f} s")
        if failure.wait is not None or failure.status == _RATE_LIMITED:
            self._gate.close(wait)
        else:
            clock.wait(wait)

    def _failure(self, request: Request, response: Response) -> Refused | Unavailable:
        """Return what a response other than 2xx means."""
        status = response.status
        explanation = self.vendor.explain(self.settings, request, response)
        message = self._error(status, explanation)
        advice = self._advice(status, explanation)
        by_vendor = advice is explanation.advice and explanation.by_vendor and status >= 400
        if POLICY.is_retry("POST", status):
            return Unavailable(message, status, advice, self._requested_wait(response))
        return Refused(message, status, advice, by_vendor=by_vendor)

    def _advice(self, status: int, explanation: Explanation) -> Advice:
        title = self.vendor.title
        if status >= 500 or status == _TIMEOUT:
            fix = f"{title} or a gateway before it is unavailable: check {title}'s status page."
            return Advice(fix, Section.NETWORK)
        if status == _PROXY_AUTHENTICATION:
            fix = "A proxy requires credentials: set them in HTTP_PROXY or ALL_PROXY."
            return Advice(fix, Section.NETWORK)
        return explanation.advice

    def _error(self, status: int, explanation: Explanation) -> str:
        message = shorten(clean(self.network.hide(explanation.message)), _LONGEST_MESSAGE)
        quoted = message.removesuffix(".")
        error = f'HTTP {status}, "{quoted}"' if quoted else f"HTTP {status}"
        if status < 300:
            return f"{error}, which is not a response from this API"
        if status < 400:
            return (
                f"{error}, which is not a response from this API: "
                "redirects are not followed, because they would pass on the key"
            )
        return error

    def _requested_wait(self, response: Response) -> float | None:
        rate_limit_wait = None
        # In other responses, the vendor's rate-limit headers are only informative.
        if response.status == _RATE_LIMITED:
            now = response_time(response.headers, self.network.clock.now())
            rate_limit_wait = self.vendor.rate_limit_wait(response.headers, now)
        return requested_wait(response.headers, rate_limit_wait)

    def _accepted(self, message: Message, response: Response, attempts: int) -> DeliveryResult:
        body = response.json()
        id_, note = "", self.network.hide(self.vendor.response_note(message, body))
        try:
            id_ = self.vendor.read_id(message, body)
            if self.contains_key(id_):
                raise ValueError("the ID contained a key")
        except ValueError as error:
            id_, note = "", f"{self.vendor.title} accepted the event, but {error}"
        return DeliveryResult(
            service=message.service,
            vendor=message.vendor,
            event=message.event,
            status=Status.DELIVERED,
            id=id_,
            attempts=attempts,
            note=note,
        )

    def contains_key(self, text: str) -> bool:
        """Return whether a text contains a key."""
        return self.network.hide(text) != text


def set_id(vendor: Vendor[Any]) -> Advice:
    """Return the advice for a change whose deployment the vendor does not list."""
    fix = f"Set `{vendor.name}-deployment-id`, or correct the service, environment or version."
    return Advice(fix, Section.UPDATE)


def failed(message: Message, failure: DeliveryFailed, attempts: int = 0) -> DeliveryResult:
    """Return the result of a message that was not accepted."""
    status = Status.REFUSED if isinstance(failure, Refused) else Status.UNDELIVERED
    advice = failure.advice
    return DeliveryResult(
        service=message.service,
        vendor=message.vendor,
        event=message.event,
        status=status,
        id=message.id,
        attempts=attempts,
        error=str(failure),
        fix=advice.fix if advice else "",
        section=advice.section if advice else None,
        retry_is_useless=_is_content_rejected(failure),
    )


def _is_content_rejected(failure: DeliveryFailed) -> bool:
    if failure.status == _TOO_LARGE:
        return True
    return failure.by_vendor and failure.status in _CONTENT_STATUSES
