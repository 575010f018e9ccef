"""Which keys are sent in which headers."""

from support.deployments import settings
from support.keys import DATADOG_API_KEY, DATADOG_APP_KEY

from deployment_events.vendors.datadog.credentials import api_key_header, both_key_headers
from deployment_events.vendors.datadog.settings import DatadogSettings

API_KEY_HEADER = {"DD-API-KEY": DATADOG_API_KEY}


def test_the_header_of_every_request_contains_the_api_key_only() -> None:
    assert api_key_header(settings("datadog", app_key=DATADOG_APP_KEY)) == API_KEY_HEADER


def test_a_change_also_has_the_application_key() -> None:
    headers = both_key_headers(settings("datadog", app_key=DATADOG_APP_KEY))
    assert headers == {**API_KEY_HEADER, "DD-APPLICATION-KEY": DATADOG_APP_KEY}


def test_a_missing_key_has_no_header() -> None:
    assert both_key_headers(settings("datadog")) == API_KEY_HEADER
    assert both_key_headers(DatadogSettings()) == {}
