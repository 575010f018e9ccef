"""Messages to LaunchDarkly, made by the vendor itself."""

from typing import Any

from deployment_events.deployment import Event
from deployment_events.messages import Message
from deployment_events.vendors.registry import VENDORS
from support.deployments import deployment, settings
from support.moments import NOW

LAUNCHDARKLY = VENDORS["launchdarkly"]
PATCH = [
    {"op": "replace", "path": "/status", "value": None},
    {"op": "remove", "path": "/metadata/a"},
]


def planned(
    event: Event = Event.FINISHED, fields: dict[str, Any] | None = None, **changes: Any
) -> Message:
    """Return the message that reports an event with these inputs and facts."""
    message = LAUNCHDARKLY.plan(
        settings("launchdarkly", **fields or {}), deployment(**changes), event, NOW
    )
    assert isinstance(message, Message)
    return message
