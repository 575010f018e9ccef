"""The validated inputs."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

from ..deployment import GITHUB_STATUSES, Event, Service, Tag
from ..values.frozen import Frozen
from ..values.rules import (
    Boolean,
    FullSha,
    RepositoryUrl,
    Seconds,
    Secret,
    Time,
    checked_by,
    one_of,
)
from ..values.single_line import Identifier, SingleLine, single_line
from ..vendors.input_names import input_name, key_input
from ..vendors.plan import VendorSettings
from ..vendors.registry import VENDORS
from ..vendors.settings import Settings
from .services import NoService
from .tags import parse_tags

CHECK = "check"
"""The value of `event` that verifies the setup and reports nothing."""

_EVENTS = ("auto", *Event, "replay", CHECK, *GITHUB_STATUSES, "cancelled")


def _digits(text: str) -> str:
    """Return digits, and an empty string for any other line: the user does not set this input."""
    return text if re.fullmatch(r"[0-9]{1,20}", single_line(text)) else ""


class Options(Frozen):
    """The inputs that belong to no vendor. A field's name with hyphens is the input's."""

    event: Annotated[str, one_of(*_EVENTS)] = "auto"
    on_cancelled: Annotated[str, one_of("failed", "finished", "ignore")] = "failed"
    environment: Identifier = ""
    version: Identifier = ""
    commit_sha: FullSha = ""
    repository_url: RepositoryUrl = ""
    started_at: Time | None = None
    finished_at: Time | None = None
    tags: Annotated[tuple[Tag, ...], checked_by(parse_tags)] = ()
    github_metadata: Boolean = True
    fail_on_error: Boolean = False
    dry_run: Boolean = False
    timeout_seconds: Seconds = 30.0
    replay: str = ""
    github_token: Secret | None = None
    job_status: SingleLine = ""
    job_index: SingleLine = ""
    job_id: Annotated[str, checked_by(_digits)] = ""


class Inputs(Options):
    """All inputs."""

    services: tuple[Service, ...] = ()
    """Empty: the repository is the service, unless there is `no_service`."""
    no_service: NoService | None = None
    """Why nothing is reported."""
    settings: VendorSettings = VendorSettings({})
    warnings_of_values: tuple[str, ...] = ()
    """What is probably a mistake in single inputs: a sentence each."""
    notices: tuple[str, ...] = ()
    """What the user should know, and is nearly always right: a sentence each."""

    @property
    def enabled(self) -> VendorSettings:
        """The settings of the vendors whose key is set."""
        return self.settings.enabled()

    def warnings(self) -> Iterator[str]:
        """Yield what is allowed and probably a mistake: a sentence each."""
        yield from self.warnings_of_values
        for name, settings in self.settings.shared.items():
            changed = _changed_fields(settings)
            if settings.enabled:
                yield from settings.warnings(environment=self.environment, events=self._events)
                unused = _names(name, settings.update_only & changed)
                if unused and self.event not in {Event.UPDATE, CHECK}:
                    yield f"Only `event: update` uses {unused}. This event is `{self.event}`."
            elif changed:
                yield (
                    f"Nothing is sent to {VENDORS[name].title}, because `{key_input(name)}` is "
                    f"not set. These inputs are ignored: {_names(name, changed)}."
                )

    @property
    def _events(self) -> frozenset[Event]:
        """The events that this step may report."""
        if self.event == "auto":
            return frozenset({Event.STARTED, Event.FINISHED, Event.FAILED})
        status = self.on_cancelled if self.event == "cancelled" else self.event
        event = GITHUB_STATUSES.get(status, status)
        return frozenset(known for known in Event if known == event)


def input_names() -> list[str]:
    """Return every input's name, as in action.yml."""
    options = [input_name("", field) for field in Options.model_fields]
    vendors = [
        input_name(name, field)
        for name, vendor in VENDORS.items()
        for field in vendor.settings.model_fields
    ]
    return [*options, "service", *vendors]


def _names(vendor: str, fields: Iterable[str]) -> str:
    return ", ".join(f"`{input_name(vendor, field)}`" for field in sorted(fields))


def _changed_fields(settings: Settings) -> set[str]:
    """Return the fields that differ from action.yml's defaults, which the runner passes on."""
    fields = type(settings).model_fields
    given = settings.model_fields_set - set(settings.secret_fields())
    return {name for name in given if getattr(settings, name) != fields[name].default}
