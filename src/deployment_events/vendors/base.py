"""The interface between a vendor and the rest of the code.

A new vendor is a folder beside this file with a `Settings` class (its inputs: `settings.py`) and a
`Vendor` class (its messages, requests and responses), and a line in `registry.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from ..deployment import Deployment, Event
from ..errors import Advice
from ..messages import Message, Request, Response
from .settings import Settings

S = TypeVar("S", bound=Settings)


class Listed(NamedTuple):
    """A deployment in a vendor's list."""

    id: str
    started_at: int
    """Unix milliseconds."""
    is_open: bool
    """Whether it has started and has neither finished nor failed."""


class Skip(NamedTuple):
    """A vendor does not receive an event."""

    reason: str
    """A sentence."""
    by_design: bool = True
    """False: a value is missing that the vendor requires, and a warning says so."""


class Lookup(ABC):
    """A search for deployment IDs that takes one or more requests, page after page.

    The number of pages is limited.
    """

    complete = True
    """Whether all pages were read so far; False if a list repeats itself or is too long."""

    @abstractmethod
    def request(self) -> Request | None:
        """Return the next request, or None after the last page."""

    @property
    def listed(self) -> Mapping[int, Listed]:
        """The deployments found so far, by the message's number."""
        return {}

    @abstractmethod
    def take(self, page: Any) -> Mapping[int, str]:
        """Read one page (any JSON) and return all IDs found so far, by the message's number."""


class Explanation(NamedTuple):
    """Why a vendor rejected a request."""

    message: str
    """The vendor's message, or empty."""
    advice: Advice
    """The likely cause and how to fix it."""
    by_vendor: bool = True
    """Whether the vendor judged the request.

    Otherwise the response may come from a gateway, or from a host without this API.
    """


class Check(NamedTuple):
    """A request that verifies a credential and changes nothing."""

    subject: str
    """What it verifies: names of inputs, and values of those that are not secret."""
    request: Request
    not_verified: str
    """What it cannot verify: a noun phrase."""
    read: Callable[[Any], bool | None]
    """Reads the JSON of a 2xx response: valid, invalid, or None if it is not as documented."""


class Vendor(ABC, Generic[S]):
    """One vendor. Everything here is pure: no clock, no network, no environment."""

    name: ClassVar[str]
    """The prefix of its inputs and outputs, and its name in `results`."""
    title: ClassVar[str]
    """Its name for people."""
    settings: type[S]

    @abstractmethod
    def plan(self, settings: S, deployment: Deployment, event: Event, now: int) -> Message | Skip:
        """Return the message that reports `event`, or why there is none.

        `now` is the time of this stage in Unix milliseconds.
        """

    @abstractmethod
    def request(self, settings: S, message: Message) -> Request:
        """Return the HTTP request of a message; its destination comes from `settings` only."""

    @abstractmethod
    def validate(self, message: Message, *, copied: bool) -> None:
        """Check a message from a file. Raises `ValueError`.

        `copied`: it may have been copied from a log, in which the runner masks secrets.
        """

    @abstractmethod
    def read_id(self, message: Message, body: Any) -> str:
        """Return the deployment's ID from an accepted message's response, or an empty string.

        `body` is any JSON. Raises `ValueError` with a reason if it is not as documented.
        """

    @abstractmethod
    def explain(self, settings: S, request: Request, response: Response) -> Explanation:
        """Return why the vendor rejected a request: the response's status is not 2xx."""

    def deployments_url(self, settings: S) -> str:
        """Return the URL at which people see deployments, or empty if it is unknown."""
        return ""

    def checks(self, settings: S, environment: str) -> Sequence[Check]:
        """Return the requests that verify the credentials, one for each.

        `environment` is the input, or empty.
        """
        return ()

    def response_note(self, message: Message, body: Any) -> str:
        """Return how the response to an accepted message differs from the request, or empty.

        `body` is any JSON.
        """
        return ""

    def replay_warning(self, message: Message) -> str:
        """Return why a later run may do something else with this message, or empty."""
        return ""

    def note(self, settings: S, deployment: Deployment) -> str:
        """Return what was changed for this vendor: a sentence, or empty."""
        return ""

    def deployment_id(self, settings: S, deployment: Deployment) -> str:
        """Return the deployment's ID if it is known before any message is sent, or empty."""
        return ""

    def deployment_key(self, message: Message) -> str:
        """Return what identifies the message's deployment.

        If a message fails, later messages about the same deployment are not sent.
        """
        return message.id or message.service

    def lookup(self, settings: S, messages: Mapping[int, Message]) -> Lookup | None:
        """Return a search for the IDs of these messages' deployments, or None if there is none."""
        return None

    def needs_lookup(self, message: Message) -> bool:
        """Return whether the message can be sent only after its deployment's ID was found."""
        return False

    def rate_limit_wait(self, headers: Mapping[str, str], now: int) -> float | None:
        """Return the wait in seconds that the rate-limit headers of a 429 ask for.

        `now` is Unix milliseconds.
        """
        return None
