"""The names of the inputs, and which of them contain keys."""

from collections.abc import Mapping

from .registry import VENDORS

_JOB_SECRETS = ("github-token",)
"""The inputs of no vendor that contain keys: the fields of `Options` that are a `Secret`."""


def input_name(vendor: str, field: str) -> str:
    """Return the input of a settings field; `vendor` is empty for inputs of no vendor."""
    name = field.replace("_", "-")
    return f"{vendor}-{name}" if vendor else name


def key_input(vendor: str) -> str:
    """Return the input with the vendor's key."""
    return input_name(vendor, VENDORS[vendor].settings.key_field)


def secret_names() -> list[str]:
    """Return the inputs that contain keys."""
    keys = [
        input_name(name, field)
        for name, vendor in VENDORS.items()
        for field in vendor.settings.secret_fields()
    ]
    return [*keys, *_JOB_SECRETS]


def secret_values(raw: Mapping[str, str]) -> list[str]:
    """Return the keys among the inputs, valid or not."""
    return [raw[name] for name in secret_names() if raw.get(name)]


def vendor_of_secret(name: str) -> str:
    """Return the title of the vendor that receives this secret input, or an empty string."""
    titles = (
        vendor.title
        for prefix, vendor in VENDORS.items()
        for field in vendor.settings.secret_fields()
        if input_name(prefix, field) == name
    )
    return next(titles, "")
