"""Helpers of more than one vendor."""

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo

from ..errors import Advice, Problem, Section
from ..values.invalid import InvalidValue
from ..values.rules import checked_by

RATE_LIMIT = Advice(
    "The account's rate limit is used up: deploy less often, or replay the event later.",
    Section.NETWORK,
)

REPLAY_MAY_MATCH_ANOTHER = (
    "A change in this replay selects its deployment by version, not by ID: if the same version was "
    "deployed again since, the newer deployment may be changed. To change an exact deployment, use "
    "`event: update` with its ID."
)

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def is_id(text: str) -> bool:
    """Return whether `text` can be a deployment ID in a URL path, an output and the summary.

    This is no vendor's format: vendors document no format of the IDs that they generate, and each
    folder checks the format of those that it generates itself. The rule protects what this action
    does with any ID. `.` and `..` would change the path. `::` at the beginning would make a step
    that prints the output run a workflow command: docs/vendors.md#runner-log-commands.
    """
    if text in {".", ".."} or text.startswith("::"):
        return False
    return _ID.fullmatch(text) is not None


def _deployment_id(text: str) -> str:
    if not is_id(text):
        raise InvalidValue(
            "must be the ID of a deployment: at most 128 letters, digits, '_', '.', ':' or '-'",
            "'.', '..' and '::' at the beginning are not allowed. "
            "Take it from the output of the step that reported the deployment.",
        )
    return text


DeploymentId = Annotated[str, checked_by(_deployment_id)]


def version_is_needed(id_input: str) -> Problem:
    """Return the problem of a change without an ID whose version the user has not set."""
    rule = f"must be set to change a deployment without `{id_input}`"
    fix = (
        "Set it, as an input or in the line of the service, to the version that was reported: the "
        "default is the commit of this run, not the deployment to change. If the ID should come "
        "from another job, check `needs`; GitHub drops job outputs that contain a secret's value."
    )
    return Problem("version", rule, None, fix)


COPIED = "copied"
"""The validation context of text that may come from a log, in which the runner masks secrets."""


def _not_masked(text: str, info: ValidationInfo) -> str:
    if info.context == COPIED and "***" in text:
        raise ValueError("the log masked a part of this (***): replace it with the value")
    return text


Name = Annotated[str, Field(min_length=1), AfterValidator(_not_masked)]
"""A value that identifies the deployment."""


def check_id(text: str) -> None:
    """Check an ID from a file. Raises `ValueError`."""
    if text and not is_id(text):
        raise ValueError("has an invalid ID")


def foreign_response(vendor: str, url: str, base_url_input: str) -> Advice:
    """Return the advice about a rejection that is not in the vendor's format."""
    fix = (
        f"The response is not in {vendor}'s format. A gateway, proxy or firewall between the "
        f"runner and `{host_of(url)}` probably sent it: check its rules, `HTTPS_PROXY`, "
        f"`NO_PROXY` and `{base_url_input}`."
    )
    return Advice(fix, Section.NETWORK)


def host_of(url: str) -> str:
    """Return the host of a URL, with its port if there is one."""
    return urlsplit(url).netloc


def as_list(value: Any) -> list[Any]:
    """Return a JSON list unchanged, and anything else as an empty list."""
    return value if isinstance(value, list) else []


def without_empty(**fields: Any) -> dict[str, Any]:
    """Return the fields that are neither None nor empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [])}


def number_header(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header's whole number, or None if it is missing or something else."""
    text = headers.get(name, "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text) else None
