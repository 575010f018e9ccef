"""The requests that verify Datadog's keys. See docs/vendors.md#datadog-key-validation."""

from typing import Any

from ...messages import Request
from ..base import Check
from .credentials import api_key_header, both_key_headers
from .settings import DatadogSettings

# See docs/vendors.md#datadog-data-source.
_UNSEEN = (
    "that the API is selected as the source of deployments, and that the plan includes DORA metrics"
)


def make_checks(settings: DatadogSettings) -> list[Check]:
    """Return the check of the API key, and that of the application key if it is set."""
    where = f"`{settings.site_or_host}`"
    checks = [
        Check(
            subject=f"`datadog-api-key` at {where}",
            request=Request(
                "GET", f"{settings.api_url}/api/v1/validate", credentials=api_key_header(settings)
            ),
            not_verified=_UNSEEN,
            read=_read_valid,
        )
    ]
    if settings.app_key is not None:
        checks.append(
            Check(
                subject=f"`datadog-app-key` at {where}",
                request=Request(
                    "GET",
                    f"{settings.api_url}/api/v2/validate_keys",
                    credentials=both_key_headers(settings),
                ),
                not_verified=f"its scope `dora_metrics_write`, {_UNSEEN}",
                read=_read_ok,
            )
        )
    return checks


def _read_valid(body: Any) -> bool | None:
    """Read `{"valid": true}`."""
    valid = body.get("valid") if isinstance(body, dict) else None
    return valid if isinstance(valid, bool) else None


def _read_ok(body: Any) -> bool | None:
    """Read `{"status": "ok"}`, the only status that is documented."""
    return True if isinstance(body, dict) and body.get("status") == "ok" else None
