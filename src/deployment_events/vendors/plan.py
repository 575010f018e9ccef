"""Deployments → the messages for every vendor, and why a vendor receives none. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from ..deployment import Deployment, Event, Service
from ..messages import DeliveryResult, Message, Status
from ..values.unique import unique
from .base import Skip
from .registry import VENDORS
from .settings import Settings


class VendorSettings(NamedTuple):
    """The settings of each vendor, and those that single services override."""

    shared: Mapping[str, Settings]
    """By vendor."""
    overridden: Mapping[tuple[str, str], Settings] = {}
    """By vendor and service."""

    def of(self, vendor: str, service: str) -> Settings:
        """Return a vendor's settings for one service."""
        return self.overridden.get((vendor, service), self.shared[vendor])

    def enabled(self) -> "VendorSettings":
        """Return the settings of the vendors whose key is set."""
        shared = {name: settings for name, settings in self.shared.items() if settings.enabled}
        return VendorSettings(shared, self.overridden)


class OverrideError(NamedTuple):
    """One service's overrides are invalid for one vendor."""

    vendor: str
    service: Service
    cause: ValidationError


def override(
    shared: Mapping[str, Settings], services: Iterable[Service]
) -> tuple[VendorSettings, list[OverrideError]]:
    """Apply the services' overrides, and return what is invalid about them."""
    overridden: dict[tuple[str, str], Settings] = {}
    errors: list[OverrideError] = []
    for service in services:
        if not service.overrides:
            continue
        for name, settings in shared.items():
            try:
                overridden[name, service.name] = settings.with_overrides(service.overrides)
            except ValidationError as error:
                errors.append(OverrideError(name, service, error))
    return VendorSettings(shared, overridden), errors


class Plan(NamedTuple):
    """What is sent, and what is not."""

    messages: tuple[Message, ...]
    skipped: tuple[DeliveryResult, ...]
    notes: tuple[str, ...]
    """What was changed for a vendor: a sentence each."""
    warnings: tuple[str, ...]
    """Which vendor receives nothing because a value is missing: a sentence each."""
    ids: Mapping[str, str]
    """The first service's deployment ID at each vendor, if known before anything is sent."""


def make_plan(
    deployments: Sequence[Deployment], settings: VendorSettings, event: Event, now: int
) -> Plan:
    """Return the messages that report `event` to every vendor; `now` is Unix milliseconds."""
    messages: list[Message] = []
    skipped: list[DeliveryResult] = []
    notes: list[str] = []
    warnings: list[str] = []
    services: dict[tuple[str, str], str] = {}
    for deployment in deployments:
        service = deployment.service.name
        for name in settings.shared:
            vendor, given = VENDORS[name], settings.of(name, service)
            planned = vendor.plan(given, deployment, event, now)
            if isinstance(planned, Skip):
                skipped.append(_skipped(service, name, event, planned))
                if not planned.by_design:
                    warnings.append(planned.reason)
                continue
            messages.append(planned)
            other = services.setdefault((name, vendor.deployment_key(planned)), service)
            if other != service:
                notes.append(
                    f"{vendor.title} treats {other} and {service} as the same deployment: "
                    "give each another key."
                )
            notes.append(vendor.note(given, deployment))
    return Plan(
        messages=tuple(messages),
        skipped=tuple(skipped),
        notes=unique(notes),
        warnings=unique(warnings),
        ids=_known_ids(deployments[0], settings),
    )


def pin_ids(deployments: Sequence[Deployment], settings: VendorSettings) -> tuple[Deployment, ...]:
    """Return the deployments with their generated IDs as overrides.

    So an ID is made once, and post receives it with the saved state.
    """
    return tuple(
        deployment._replace(service=_with_ids(deployment, settings)) for deployment in deployments
    )


def _with_ids(deployment: Deployment, settings: VendorSettings) -> Service:
    ids = {
        f"{name}-deployment-id": id_
        for name, id_ in _known_ids(deployment, settings).items()
        if id_
    }
    overrides = {**deployment.service.overrides, **ids}
    return deployment.service.model_copy(update={"overrides": overrides})


def _known_ids(deployment: Deployment, settings: VendorSettings) -> dict[str, str]:
    service = deployment.service.name
    return {
        name: VENDORS[name].deployment_id(settings.of(name, service), deployment)
        for name in settings.shared
    }


def _skipped(service: str, vendor: str, event: Event, skip: Skip) -> DeliveryResult:
    return DeliveryResult(
        service=service, vendor=vendor, event=event, status=Status.SKIPPED, error=skip.reason
    )
