"""A rollout → every vendor's messages and, where a vendor hears nothing, why. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from ..deployment import Event, Rollout
from ..inputs.services import settings_of
from ..messages import DeliveryResult, Message, Skip, Status
from .base import Settings
from .registry import VENDORS


class Plan(NamedTuple):
    """What is to be sent, and what is not."""

    messages: tuple[Message, ...]
    skipped: tuple[DeliveryResult, ...]
    notes: tuple[str, ...]
    """What was changed on the way to a vendor: a sentence each."""
    warnings: tuple[str, ...]
    """Which vendor hears nothing for want of a fact: a sentence each."""
    ids: Mapping[str, str]
    """The first service's deployment id at each vendor, as far as it is known before any message."""


def plan(rollout: Rollout, settings: Mapping[str, Settings], event: Event, now: int) -> Plan:
    """Return the messages that tell every vendor of `event`; `now` is Unix milliseconds."""
    messages: list[Message] = []
    skipped: list[DeliveryResult] = []
    notes: dict[str, None] = {}
    warnings: dict[str, None] = {}
    subjects: dict[tuple[str, str], str] = {}
    ids: dict[str, str] = {}
    for service in rollout.services:
        deployment = rollout.deployment(service)
        for name, vendor_settings in settings.items():
            provider, own = VENDORS[name], settings_of(name, vendor_settings, service)
            ids.setdefault(name, provider.known_id(own, deployment))
            planned = provider.plan(own, deployment, event, now)
            if isinstance(planned, Skip):
                skipped.append(
                    DeliveryResult(service.name, name, event, Status.SKIPPED, error=planned.reason)
                )
                if not planned.by_design:
                    warnings[planned.reason] = None
                continue
            messages.append(planned)
            other = subjects.setdefault((name, provider.subject(planned)), service.name)
            if other != service.name:
                notes[
                    f"{provider.title} takes {other} and {service.name} for one deployment: give each its own key."
                ] = None
            if note := provider.note(own, deployment):
                notes[note] = None
    return Plan(tuple(messages), tuple(skipped), tuple(notes), tuple(warnings), ids)
