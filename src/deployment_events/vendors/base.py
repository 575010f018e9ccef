"""What a vendor is to the rest of the code.

A new vendor is one file beside this one: a `Settings` (its inputs), a `Vendor` (its messages, its ids,
its advice), and a line in `providers/__init__.py`. Nothing else learns its name.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from ..deployment import Deployment, Event, Frozen
from ..errors import Problem
from ..messages import Message, Request, Skip
from .shared import DeploymentId


class Settings(Frozen):
    """A vendor's inputs. Field `base_url` of vendor `acme` is the input `acme-base-url`."""

    update_only: ClassVar[frozenset[str]] = frozenset()
    """Fields that mean something to `event: update` alone."""

    deployment_id: DeploymentId = ""
    """The deployment's id at this vendor, where the user knows or chooses it."""

    @classmethod
    def secret_fields(cls) -> list[str]:
        """Return the fields that hold keys: they are masked, never saved, and read again in post."""
        return [
            name for name, field in cls.model_fields.items() if "SecretStr" in str(field.annotation)
        ]

    def without_secrets(self) -> dict[str, Any]:
        """Return what may be saved."""
        return self.model_dump(exclude=set(self.secret_fields()), exclude_defaults=True)


S = TypeVar("S", bound=Settings)


class Lookup(ABC):
    """A search for ids that takes one or more requests, page after page."""

    @abstractmethod
    def request(self) -> Request | None:
        """Return the next request, or None when there is nothing left to ask."""

    @abstractmethod
    def take(self, page: Any) -> Mapping[int, str]:
        """Read one answered page (any JSON) and return the ids found in it, by the message's index."""


class Vendor(ABC, Generic[S]):
    """One vendor. Everything here is pure: no clock, no network, no environment."""

    name: ClassVar[str]
    """The prefix of its inputs and outputs, and its name in `results`."""
    title: ClassVar[str]
    """Its name for people."""
    settings: type[S]
    attributes: Mapping[str, str]
    """Keys of a service's line → the settings field they override for that service."""

    @property
    @abstractmethod
    def bodies(self) -> Mapping[str, type[BaseModel]]:
        """Kinds of message → the model that a body from a file must fit."""

    @property
    def searches(self) -> Mapping[str, type[BaseModel]]:
        """Kinds of message → the model that a search from a file must fit, where the vendor searches for ids."""
        return {}

    key_field: ClassVar[str]
    """The settings field with the key: a vendor without it hears nothing."""
    update_field: ClassVar[str] = ""
    """The settings field that says what `event: update` changes, at a vendor that allows changes."""

    def enabled(self, settings: S) -> bool:
        """Whether the user gave this vendor its key."""
        return getattr(settings, self.key_field) is not None

    def updates(self, settings: S) -> bool:
        """Whether the user gave this vendor anything to change."""
        return bool(self.update_field) and getattr(settings, self.update_field) is not None

    def check(self, settings: S, *, environment: str, update: bool) -> Iterable[Problem]:
        """Return what is wrong across this vendor's inputs; called when it is enabled."""
        return ()

    def warn(self, settings: S) -> Iterable[str]:
        """Return what is allowed but probably not meant, a sentence each."""
        return ()

    def note(self, settings: S, deployment: Deployment) -> str:
        """Return what was changed on the way to this vendor, a sentence, or nothing."""
        return ""

    def known_id(self, settings: S, deployment: Deployment) -> str:
        """Return the deployment's id at this vendor where it is known before any message; else an empty string."""
        return ""

    @abstractmethod
    def plan(self, settings: S, deployment: Deployment, event: Event, now: int) -> Message | Skip:
        """Return the message that tells this vendor of `event`, or why there is none.

        `now` is the time of this stage, in Unix milliseconds.
        """

    @abstractmethod
    def request(self, settings: S, message: Message) -> Request:
        """Return the HTTP request of a message; its destination comes from `settings` alone."""

    @abstractmethod
    def keys(self, settings: S, message: Message | None) -> Mapping[str, str]:
        """Return the headers that hold secrets, for a message or (None) for a look-up."""

    @abstractmethod
    def identify(self, message: Message, answer: Any) -> str:
        """Return the id that an accepted message's answer (any JSON) gives, or an empty string.

        Raises `ValueError` with a reason when the answer is not what the vendor documents.
        """

    def subject(self, message: Message) -> str:
        """Return which deployment the message is about: after a failed message no later one about the same is sent."""
        return message.id or message.service

    def lookup(self, settings: S, messages: Mapping[int, Message]) -> Lookup | None:
        """Return a search for the ids of these messages, by index, where the answers do not give them."""
        return None

    def needs_id(self, message: Message) -> bool:
        """Whether the message can only be sent once its deployment's id has been looked up."""
        return False

    @abstractmethod
    def words(self, answer: Any) -> tuple[str, str]:
        """Return a refusal's own words and the attribute it names, either possibly empty."""

    @abstractmethod
    def advice(self, settings: S, status: int, attribute: str) -> str:
        """Return the likely cause of a refusal and its fix, a sentence or two."""

    def pause(self, headers: Mapping[str, str], now: int) -> float | None:
        """Return how long the vendor's own rate-limit headers of a 429 ask to wait, in s; `now` in Unix ms."""
        return None
