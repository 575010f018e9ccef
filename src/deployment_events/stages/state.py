"""What main saves for post: everything resolved, typed, versioned, and without keys.

See docs/vendors.md#runner-state.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from errno import ENOENT
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from pydantic import ValidationError

from ..delivery.runner_files import FOLDER, read_regular_file, write_for_runner
from ..deployment import Deployment, Facts, Service
from ..errors import StateError, StateMissing
from ..github.runner import Runner
from ..values.frozen import Frozen
from ..vendors.input_names import input_name
from ..vendors.plan import VendorSettings, override, pin_ids
from ..vendors.registry import VENDORS
from ..vendors.settings import Settings

if TYPE_CHECKING:
    from ..inputs.model import Inputs

STATE = "deployment"
"""The name of the state."""

_DONE = "done"
"""The name of the mark that post has nothing to do; post.py reads it before any import."""

_LARGEST_VALUE = 100 * 1024
"""Bytes; a container cannot start with an environment variable over 128 KiB."""


class State(Frozen):
    """The deployments of one step between its two stages."""

    format: Literal[2] = 2
    facts: Facts
    services: tuple[Service, ...]
    settings: dict[str, dict[str, Any]]
    """Of the vendors whose key was set in main, without the keys."""
    on_cancelled: str
    timeout_seconds: float
    fail_on_error: bool
    dry_run: bool
    outbox: str
    """The file of undelivered events, relative to the runner's temporary folder."""

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """The deployments as main resolved them."""
        return tuple(Deployment(service, self.facts) for service in self.services)


def make_state(inputs: "Inputs", deployments: Sequence[Deployment], outbox: str) -> State:
    """Return the state of the deployments that main has resolved."""
    enabled = inputs.enabled.shared
    return State(
        facts=deployments[0].facts,
        services=tuple(pinned.service for pinned in pin_ids(deployments, inputs.enabled)),
        settings={name: settings.without_secrets() for name, settings in enabled.items()},
        on_cancelled=inputs.on_cancelled,
        timeout_seconds=inputs.timeout_seconds,
        fail_on_error=inputs.fail_on_error,
        dry_run=inputs.dry_run,
        outbox=outbox,
    )


def save_done(runner: Runner) -> None:
    """Save that post has nothing to do."""
    runner.save_state(_DONE, "true")


def save(runner: Runner, state: State) -> None:
    """Save the state for post. Raises `StateError` if the runner provides no way to."""
    text = json.dumps(state.model_dump(mode="json"))
    if len(text) > _LARGEST_VALUE:
        text = _save_in_file(runner, text)
    if not runner.save_state(STATE, text):
        raise StateError("GITHUB_STATE does not exist or is not writable")


def _save_in_file(runner: Runner, text: str) -> str:
    """Save a large state in a file. The digest shows whether another step has changed it."""
    name = f"{FOLDER}/state-{uuid4().hex[:12]}.json"
    try:
        write_for_runner(_temp(runner) / name, text)
    except OSError as error:
        raise StateError(
            "its state is larger than 100 KiB, and the runner's temporary folder is not writable "
            f"({error.strerror})"
        ) from None
    return json.dumps({"file": name, "sha256": sha256(text.encode()).hexdigest()})


def load(runner: Runner) -> State:
    """Return what main saved. Raises `StateError` with a reason."""
    text = runner.state(STATE)
    if not text:
        raise StateMissing("the main stage ended before it saved its state")
    try:
        value = json.loads(text)
        if isinstance(value, dict) and "file" in value:
            value = json.loads(_load_from_file(runner, value))
        return State.model_validate(_upgrade(value))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise StateError(f"it is damaged ({place}: {first['msg']})") from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise StateError("it is damaged") from None


def _upgrade(value: Any) -> Any:
    """Return a saved state in the current format. Raises `StateError` for an unknown format."""
    if not isinstance(value, dict) or value.get("format") == 2:
        return value
    if value.get("format") != 1:
        raise StateError("it was written by another version of this action")
    facts = dict(value.pop("rollout"))
    services = [
        {"name": service["name"], "overrides": service.get("attributes", {})}
        for service in facts.pop("services")
    ]
    facts["start_source"] = "now" if facts.pop("start_is_known", True) else "job"
    return {**value, "format": 2, "facts": facts, "services": services}


def _load_from_file(runner: Runner, value: Mapping[str, Any]) -> str:
    try:
        path = _temp(runner) / str(value["file"])
        text = read_regular_file(path).decode("ascii")
    except OSError as error:
        raise StateError(f"its file cannot be read ({error.strerror})") from None
    if sha256(text.encode()).hexdigest() != value.get("sha256"):
        raise StateError("its file was changed after the main stage")
    # A file that cannot be deleted does no harm.
    with suppress(OSError):
        path.unlink()
    return text


def _temp(runner: Runner) -> Path:
    if runner.temp is None:
        raise FileNotFoundError(ENOENT, "RUNNER_TEMP is not an existing directory")
    return runner.temp


def restore_settings(state: State, raw: Mapping[str, str]) -> VendorSettings:
    """Return the vendors' settings with the keys of this stage's inputs. Raises `StateError`.

    A vendor whose key is missing or invalid now is disabled; the others are not affected.
    """
    shared: dict[str, Settings] = {}
    for name, saved in state.settings.items():
        try:
            shared[name] = _restore_vendor(name, saved, raw)
        except (KeyError, ValidationError):
            raise StateError(f"its settings for {name} cannot be used") from None
    settings, errors = override(shared, state.services)
    if errors:
        raise StateError(f"its settings for {errors[0].vendor} cannot be used")
    return settings


def _restore_vendor(name: str, saved: Mapping[str, Any], raw: Mapping[str, str]) -> Settings:
    """Return a vendor's settings. Raises `KeyError` and `ValidationError`."""
    model = VENDORS[name].settings
    keys = {field: raw.get(input_name(name, field)) or None for field in model.secret_fields()}
    try:
        restored: Settings = model.model_validate({**saved, **keys})
    except ValidationError:
        # A key is invalid, or what was saved.
        restored = model.model_validate(saved)
    return restored
