"""Main's messages that no vendor has confirmed: post sends them again."""

from collections.abc import Sequence
from typing import NamedTuple

from ..delivery.event_lines import dump
from ..delivery.outbox import new_name, read
from ..deployment import Event
from ..errors import OutboxError, Section
from ..github.runner import Runner
from ..messages import Message
from ..vendors.plan import VendorSettings, make_plan
from .confirmed import Confirmed, load_confirmed
from .state import State


class Unconfirmed(NamedTuple):
    """What main planned and no vendor has confirmed."""

    messages: tuple[Message, ...]
    outbox: str
    """The file for what post cannot deliver either, relative to the temporary folder."""


def find_unconfirmed(runner: Runner, state: State, settings: VendorSettings) -> Unconfirmed:
    """Return the messages of main's outbox that are not confirmed.

    Without a usable outbox, they are planned again from the state, as main planned them.
    """
    if state.dry_run:
        return Unconfirmed((), state.outbox)
    planned = make_plan(state.deployments, settings, Event.STARTED, state.facts.started_at).messages
    saved = load_confirmed(runner)
    confirmed, others = saved.split(planned) if saved else ((), planned)
    if not others:
        return Unconfirmed((), state.outbox)
    path = runner.temp / state.outbox if runner.temp else None
    if path is None or not path.exists():
        _warn_of_missing_outbox(runner, state.outbox, saved)
        return Unconfirmed(others, state.outbox)
    try:
        kept = read(path)
    except OutboxError as error:
        runner.warning(
            f"The file of undelivered events {state.outbox} {error}. It stays as it is, and the "
            "events are taken from the saved state of the main stage.",
            Section.NO_RESULT,
        )
        return Unconfirmed(others, new_name())
    # A file that could not be rewritten contains confirmed messages, too.
    lines = set(map(_line, confirmed))
    messages = [message for message in kept if _line(message) not in lines]
    messages += _missing(runner, state.outbox, saved, others, kept)
    return Unconfirmed(tuple(messages), state.outbox)


def _missing(
    runner: Runner,
    outbox: str,
    saved: Confirmed | None,
    others: Sequence[Message],
    kept: Sequence[Message],
) -> list[Message]:
    """Return the unconfirmed messages that another step has removed from the file.

    If nothing was saved after sending, main may have removed them itself. It leaves no empty file.
    """
    if saved is None and kept:
        return []
    lines = set(map(_line, kept))
    missing = [message for message in others if _line(message) not in lines]
    if missing:
        _warn_of_missing_outbox(runner, outbox, saved)
    return missing


def _warn_of_missing_outbox(runner: Runner, outbox: str, saved: Confirmed | None) -> None:
    if saved is None:
        runner.warning(
            "The main stage ended before it saved which events were delivered, and its file of "
            f"undelivered events {outbox} is missing or empty: its events may be sent a second "
            "time.",
            Section.NO_RESULT,
        )
    # If the events could not be saved, main has warned already.
    elif saved.kept:
        runner.warning(
            f"The file of undelivered events {outbox} was deleted or changed after the main stage: "
            "the missing events are taken from its saved state. Do not empty RUNNER_TEMP in a step "
            "of the job.",
            Section.NO_RESULT,
        )


def _line(message: Message) -> str:
    """Return what identifies a message: its line without the cause, which changes."""
    return dump([message.model_copy(update={"cause": ""})])
