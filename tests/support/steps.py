"""A workflow's step that uses the action against a sandbox."""

from sandbox import Sandbox
from support.sandboxes import vendor_inputs


def with_keys(sandbox: Sandbox, **inputs: str) -> dict[str, str]:
    """Return the step's `with:` for both vendors; `fail_on_error="true"` sets fail-on-error."""
    return {
        "environment": "production",
        **vendor_inputs(sandbox),
        **{name.replace("_", "-"): value for name, value in inputs.items()},
    }


def event_types(sandbox: Sandbox) -> list[str]:
    """Return the types of the events that LaunchDarkly accepted, in their order."""
    return [
        request.body["eventType"]
        for request in sandbox.requests("launchdarkly")
        if request.method == "POST" and request.accepted
    ]
