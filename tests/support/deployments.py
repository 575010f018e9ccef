"""Valid deployments, settings, messages and results."""

import json
from typing import Any

from deployment_events.deployment import Deployment, Event, Facts, Origin, Service, StartSource
from deployment_events.messages import DeliveryResult, Message, Request, Response, Status
from deployment_events.vendors.plan import VendorSettings, override
from deployment_events.vendors.registry import VENDORS
from deployment_events.vendors.settings import Settings
from support.github import SHA
from support.keys import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN
from support.moments import EARLIER, NOW

VENDOR_KEYS = {
    "launchdarkly": {"access_token": LAUNCHDARKLY_TOKEN},
    "datadog": {"api_key": DATADOG_API_KEY},
}


def settings(vendor: str, **changes: Any) -> Any:
    """Return a vendor's settings with its key."""
    return VENDORS[vendor].settings.model_validate(VENDOR_KEYS[vendor] | changes)


def keys_of(vendor_settings: Settings) -> list[str]:
    """Return the values of the keys that settings hold."""
    values = [getattr(vendor_settings, name) for name in vendor_settings.secret_fields()]
    return [value.get_secret_value() for value in values if value is not None]


def both(*services: Service) -> VendorSettings:
    """Return both vendors' settings, with the overrides of these services."""
    return override({vendor: settings(vendor) for vendor in VENDORS}, services)[0]


def origin(**changes: str) -> Origin:
    base = {
        "repository": "octo-org/octo-repo",
        "run_id": "17500000000",
        "run_attempt": "1",
        "job": "deploy",
        "job_index": "0",
    }
    return Origin(**(base | changes))


def facts(**changes: Any) -> Facts:
    """Return the facts that the deployments of a finished job share."""
    base = {
        "environment": "production",
        "version": "1.4.0",
        "commit_sha": SHA,
        "repository_url": "https://github.com/octo-org/octo-repo",
        "started_at": EARLIER,
        "start_source": StartSource.NOW,
        "finished_at": NOW,
        "origin": origin(),
    }
    return Facts.model_validate(base | changes)


def deployments(
    *names: str, services: tuple[Service, ...] = (), **changes: Any
) -> tuple[Deployment, ...]:
    """Return finished deployments of `checkout`, or of the services given."""
    chosen = services or tuple(Service(name=name) for name in names or ("checkout",))
    shared = facts(**changes)
    return tuple(Deployment(service, shared) for service in chosen)


def deployment(**changes: Any) -> Deployment:
    """Return the first of these deployments."""
    return deployments(**changes)[0]


def message(**changes: Any) -> Message:
    """Return a Datadog message that replay accepts."""
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
    """Return the result of LaunchDarkly's `finished` event of `checkout`."""
    base = {"service": "checkout", "vendor": "launchdarkly", "event": Event.FINISHED, "attempts": 1}
    return DeliveryResult(status=status, **(base | changes))


def request(vendor: str, method: str = "POST", **changes: Any) -> Request:
    """Return a request of a vendor: of an event, of a change (PATCH), or of its last check."""
    given = settings(vendor, **changes)
    if method == "GET":
        return VENDORS[vendor].checks(given, "production")[-1].request
    event = Event.FINISHED if method == "POST" else Event.UPDATE
    planned = VENDORS[vendor].plan(given, deployment(), event, NOW)
    assert isinstance(planned, Message)
    return VENDORS[vendor].request(given, planned)


def response(status: int, body: Any = None) -> Response:
    """Return a vendor's response with this JSON."""
    return Response(status, {}, json.dumps(body).encode())
