"""Rollouts, settings, messages and results that are in order."""

from typing import Any

from deployment_events.deployment import Deployment, Event, Origin, Rollout, Service
from deployment_events.messages import DeliveryResult, Message, Status
from deployment_events.vendors.base import Settings
from deployment_events.vendors.registry import VENDORS
from support.github import SHA
from support.moments import EARLIER, NOW
from support.raw import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN

KEYS = {
    "launchdarkly": {"access_token": LAUNCHDARKLY_TOKEN},
    "datadog": {"api_key": DATADOG_API_KEY},
}


def settings(vendor: str, **changes: Any) -> Any:
    """Return a vendor's settings with its key."""
    return VENDORS[vendor].settings.model_validate(KEYS[vendor] | changes)


def keys_of(one: Settings) -> list[str]:
    """Return the values of the keys that settings hold."""
    values = [getattr(one, name) for name in one.secret_fields()]
    return [value.get_secret_value() for value in values if value is not None]


def both() -> dict[str, Settings]:
    """Return both vendors' settings."""
    return {vendor: settings(vendor) for vendor in VENDORS}


def origin(**changes: str) -> Origin:
    base = {
        "repository": "octo-org/octo-repo",
        "run_id": "17500000000",
        "run_attempt": "1",
        "job": "deploy",
        "job_index": "0",
    }
    return Origin(**(base | changes))


def rollout(*services: str, **changes: Any) -> Rollout:
    """Return a finished deployment of `checkout`, or of the services named."""
    base = {
        "services": tuple(Service(name=name) for name in services or ("checkout",)),
        "environment": "production",
        "version": "1.4.0",
        "commit_sha": SHA,
        "repository_url": "https://github.com/octo-org/octo-repo",
        "started_at": EARLIER,
        "finished_at": NOW,
        "origin": origin(),
    }
    return Rollout.model_validate(base | changes)


def deployment(**changes: Any) -> Deployment:
    """Return the deployment of the rollout's first service."""
    one = rollout(**changes)
    return one.deployment(one.services[0])


def message(**changes: Any) -> Message:
    """Return a Datadog message that replay would take."""
    base = {
        "vendor": "datadog",
        "kind": "deployment",
        "service": "checkout",
        "event": Event.FINISHED,
        "at": NOW,
        "body": {
            "data": {
                "attributes": {"service": "checkout", "started_at": EARLIER, "finished_at": NOW}
            }
        },
        "id": "17500000000.1:checkout",
    }
    return Message.model_validate(base | changes)


def result(status: Status = Status.DELIVERED, **changes: Any) -> DeliveryResult:
    """Return what became of LaunchDarkly's `finished` of `checkout`."""
    base = {"service": "checkout", "vendor": "launchdarkly", "event": Event.FINISHED, "attempts": 1}
    return DeliveryResult(status=status, **(base | changes))
