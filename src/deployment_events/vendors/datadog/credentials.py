"""The headers that contain Datadog's keys. See docs/vendors.md#datadog-keys."""

from .settings import DatadogSettings

APP_KEY_HEADER = "DD-APPLICATION-KEY"


def api_key_header(settings: DatadogSettings) -> dict[str, str]:
    """Return the header that every request needs."""
    key = settings.api_key
    return {"DD-API-KEY": key.get_secret_value()} if key else {}


def both_key_headers(settings: DatadogSettings) -> dict[str, str]:
    """Return the headers of a request that also needs the application key."""
    key = settings.app_key
    app_key = {APP_KEY_HEADER: key.get_secret_value()} if key else {}
    return {**api_key_header(settings), **app_key}
