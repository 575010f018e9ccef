"""The inputs' names, and which of them hold keys: all that post must know of the inputs."""

from collections.abc import Mapping

from .registry import VENDORS


def input_name(vendor: str, field: str) -> str:
    """Return the input of a settings field; `vendor` is empty for the inputs that belong to none."""
    name = field.replace("_", "-")
    return f"{vendor}-{name}" if vendor else name


def secret_names() -> list[str]:
    """Return the inputs that hold keys."""
    vendors = (
        input_name(name, field)
        for name, one in VENDORS.items()
        for field in one.settings.secret_fields()
    )
    return [*vendors, "github-token"]


def secret_values(raw: Mapping[str, str]) -> list[str]:
    """Return the keys among the inputs, whether they are well-formed or not."""
    return [raw[name] for name in secret_names() if raw.get(name)]
