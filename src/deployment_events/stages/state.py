"""What main hands to post: everything resolved, typed, versioned, and free of keys."""

import json
from collections.abc import Mapping
from contextlib import suppress
from errno import ENOENT
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from pydantic import ValidationError

from ..delivery.outbox import FOLDER, write_for_runner
from ..deployment import Frozen, Rollout
from ..errors import StateError
from ..github.runner import Runner
from ..vendors.base import Settings
from ..vendors.input_names import input_name
from ..vendors.registry import VENDORS

if TYPE_CHECKING:
    from ..inputs.read import Inputs

STATE = "deployment"
"""The name of the state that main leaves to post."""

_DONE = "done"  # post.py reads it before it imports anything
_LARGEST_VALUE = 100 * 1024  # bytes; one environment string over 128 KiB cannot start a container


class State(Frozen):
    """One deployment between its two stages."""

    format: Literal[1] = 1
    rollout: Rollout
    settings: dict[str, dict[str, Any]]
    """Of the vendors that had their key in main; without the keys."""
    on_cancelled: str
    timeout_seconds: float
    fail_on_error: bool
    dry_run: bool
    outbox: str
    """The file of undelivered events, relative to the runner's temporary folder."""


def make_state(inputs: "Inputs", rollout: Rollout, outbox: str) -> State:
    """Return the state of a deployment that main has resolved."""
    return State(
        rollout=rollout,
        settings={name: settings.without_secrets() for name, settings in inputs.enabled.items()},
        on_cancelled=inputs.on_cancelled,
        timeout_seconds=inputs.timeout_seconds,
        fail_on_error=inputs.fail_on_error,
        dry_run=inputs.dry_run,
        outbox=outbox,
    )


def save_done(runner: Runner) -> None:
    """Tell post that there is nothing left to do."""
    runner.save_state(_DONE, "true")


def save(runner: Runner, state: State) -> None:
    """Hand the state to post. Raises `StateError` where the runner gives no way to."""
    text = json.dumps(state.model_dump(mode="json"))
    if len(text) > _LARGEST_VALUE:
        text = _save_beside(runner, text)
    if not runner.save_state(STATE, text):
        raise StateError("GITHUB_STATE is not there or not writable")


def _save_beside(runner: Runner, text: str) -> str:
    """A large state lives in a file; its digest keeps another step from changing it unnoticed."""
    name = f"{FOLDER}/state-{uuid4().hex[:12]}.json"
    try:
        path = _temp(runner) / name
        write_for_runner(path, text)
    except OSError as error:
        raise StateError(
            f"the runner's temporary folder is not writable ({error.strerror})"
        ) from None
    return json.dumps({"file": name, "sha256": sha256(text.encode()).hexdigest()})


def load(runner: Runner) -> State:
    """Return what main saved. Raises `StateError` with a reason."""
    text = runner.state(STATE)
    if not text:
        raise StateError("the main stage ended before it had saved any")
    try:
        value = json.loads(text)
        if isinstance(value, dict) and "file" in value:
            value = json.loads(_load_beside(runner, value))
        if isinstance(value, dict) and value.get("format") != 1:
            raise StateError("it was written by another version of this action")
        return State.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise StateError(
            f"it is damaged ({'.'.join(map(str, first['loc']))}: {first['msg']})"
        ) from None
    except (ValueError, RecursionError):
        raise StateError("it is damaged") from None


def _load_beside(runner: Runner, value: Mapping[str, Any]) -> str:
    try:
        path = _temp(runner) / str(value["file"])
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise StateError(f"its file cannot be read ({error.strerror})") from None
    if sha256(text.encode()).hexdigest() != value.get("sha256"):
        raise StateError("its file was changed since main wrote it")
    with suppress(OSError):  # a leftover is untidy, no more
        path.unlink()
    return text


def _temp(runner: Runner) -> Path:
    if runner.temp is None:
        raise FileNotFoundError(ENOENT, "RUNNER_TEMP is not set")
    return runner.temp


def restore_settings(state: State, raw: Mapping[str, str]) -> dict[str, Settings]:
    """Return the vendors' settings with the keys of this stage's inputs. Raises `StateError`.

    A vendor whose key cannot be used now is there without it: the other one still hears of the end.
    """
    settings: dict[str, Settings] = {}
    for name, saved in state.settings.items():
        try:
            model = VENDORS[name].settings
            settings[name] = model.model_validate(saved)
        except (KeyError, ValidationError):
            raise StateError(f"its settings for {name} cannot be used") from None
        keys = {field: raw.get(input_name(name, field)) or None for field in model.secret_fields()}
        with suppress(ValidationError):
            settings[name] = model.model_validate({**saved, **keys})
    return settings
