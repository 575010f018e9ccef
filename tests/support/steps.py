"""What a workflow writes to use the action against the sandbox."""

from sandbox import DATADOG_API_KEY, LAUNCHDARKLY_TOKEN, Sandbox

GITHUB_TOKEN = "sandbox-github-token"


def with_keys(sandbox: Sandbox, **inputs: str) -> dict[str, str]:
    """The step's `with:`, both vendors on; `fail_on_error="true"` is the input fail-on-error."""
    return {
        "environment": "production",
        "launchdarkly-access-token": LAUNCHDARKLY_TOKEN,
        "launchdarkly-base-url": sandbox.launchdarkly_url,
        "datadog-api-key": DATADOG_API_KEY,
        "datadog-base-url": sandbox.datadog_url,
        **{name.replace("_", "-"): value for name, value in inputs.items()},
    }


def event_types(sandbox: Sandbox) -> list[str]:
    """The events LaunchDarkly accepted, in their order."""
    posts = [
        one for one in sandbox.requests("launchdarkly") if one.method == "POST" and one.accepted
    ]
    return [one.body["eventType"] for one in posts]
