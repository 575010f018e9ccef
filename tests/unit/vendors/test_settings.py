"""What the settings of every vendor promise."""

import pytest
from pydantic import ValidationError
from support.deployments import VENDOR_KEYS, keys_of, settings

from deployment_events.vendors.registry import VENDORS
from deployment_events.vendors.settings import Settings

NAMES = sorted(VENDORS)


def test_the_vendors_have_the_order_in_which_people_see_them() -> None:
    assert [(name, vendor.title) for name, vendor in VENDORS.items()] == [
        ("launchdarkly", "LaunchDarkly"),
        ("datadog", "Datadog"),
    ]


@pytest.mark.parametrize("vendor", NAMES)
def test_a_vendor_is_enabled_by_its_first_key(vendor: str) -> None:
    kind = VENDORS[vendor].settings
    assert settings(vendor).enabled
    assert not kind().enabled
    assert kind.key_field in VENDOR_KEYS[vendor]


@pytest.mark.parametrize(
    ("vendor", "fields"), [("launchdarkly", ["access_token"]), ("datadog", ["api_key", "app_key"])]
)
def test_the_secret_fields_are_the_keys(vendor: str, fields: list[str]) -> None:
    assert VENDORS[vendor].settings.secret_fields() == fields


@pytest.mark.parametrize("vendor", NAMES)
def test_saved_settings_contain_no_key_and_no_default(vendor: str) -> None:
    one: Settings = settings(vendor)
    assert one.without_secrets() == {}
    assert keys_of(one) == list(VENDOR_KEYS[vendor].values())
    assert not [key for key in keys_of(one) if key in repr(one)]


@pytest.mark.parametrize("vendor", NAMES)
def test_a_default_that_the_runner_passed_on_is_not_saved(vendor: str) -> None:
    kind = VENDORS[vendor].settings
    given = {
        name: field.default
        for name, field in kind.model_fields.items()
        if isinstance(field.default, str)
    }
    assert given
    assert settings(vendor, **given).without_secrets() == {}


@pytest.mark.parametrize("vendor", NAMES)
def test_what_is_saved_is_read_back_the_same(vendor: str) -> None:
    one = settings(vendor, deployment_id="my-own-id-0123456789", base_url="https://proxy.example")
    kind = VENDORS[vendor].settings
    assert kind.model_validate(one.without_secrets() | VENDOR_KEYS[vendor]) == one


@pytest.mark.parametrize("vendor", NAMES)
def test_attributes_of_a_line_name_fields_of_the_settings(vendor: str) -> None:
    kind = VENDORS[vendor].settings
    assert set(kind.service_keys.values()) <= set(kind.model_fields)
    assert kind.update_only <= set(kind.model_fields)
    assert kind.update_field in kind.update_only


@pytest.mark.parametrize("vendor", NAMES)
def test_an_override_changes_one_field_only(vendor: str) -> None:
    shared = settings(vendor, base_url="https://proxy.example")
    key, field = next(iter(shared.service_keys.items()))
    overridden = shared.with_overrides({key: "core", "version": "2"})
    assert getattr(overridden, field) == "core"
    assert overridden.model_copy(update={field: getattr(shared, field)}) == shared
    assert shared.with_overrides({"version": "2"}) is shared


@pytest.mark.parametrize("vendor", NAMES)
def test_a_misspelt_setting_is_an_error(vendor: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        settings(vendor, base_ulr="https://x.example")
