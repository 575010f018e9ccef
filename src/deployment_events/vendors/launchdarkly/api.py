"""What every request to LaunchDarkly has: the path, a header and the credentials."""

from .settings import LaunchDarklySettings

API = "/api/v2/engineering-insights"
HEADERS = {"LD-API-Version": "beta"}
"""See docs/vendors.md#launchdarkly-beta-header."""


def credentials(settings: LaunchDarklySettings) -> dict[str, str]:
    """Return the header with the token, without "Bearer".

    See docs/vendors.md#launchdarkly-authentication.
    """
    token = settings.access_token
    return {"Authorization": token.get_secret_value()} if token else {}
