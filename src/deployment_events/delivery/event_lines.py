"""Undelivered events as lines of JSON, in the outbox, in the log and in the summary.

A line contains a vendor, a kind of message and a body, but no key, host, URL or header. An
untrusted file can report a deployment, but cannot send a key anywhere.
"""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from ..errors import OutboxError
from ..messages import DeliveryResult, Message
from ..values.strict_json import DEEPEST, load_json
from ..vendors.registry import VENDORS
from .copied_lines import copied_lines

LARGEST_LINE = 1024 * 1024
"""Characters of one line. An input has at most 128 KiB, and JSON may need six for each."""
_WRAPPER_LEVELS = 10
"""Levels of nesting that a line and a body add to the user's values."""
_ESCAPED_COMMAND = r"\u0023\u0023["
"""`##[` in JSON. The runner takes a line that contains `##[` for a command."""


def with_cause(message: Message, result: DeliveryResult) -> Message:
    """Return the message with the reason why it was not delivered."""
    return message.model_copy(update={"cause": result.error})


def dump(messages: Iterable[Message]) -> str:
    """Return the messages as lines of ASCII, which the runner's log shows unchanged."""
    lines = (json.dumps(message.model_dump(mode="json")) for message in messages)
    return "".join(f"{line.replace('##[', _ESCAPED_COMMAND)}\n" for line in lines)


def parse(text: str) -> list[Message]:
    """Return the messages of an outbox, the oldest first. Raises `OutboxError`."""
    return _oldest_first(
        _parse_event(number, _load(number, line), copied=False) for number, line in _lines(text)
    )


def parse_copied(text: str) -> list[Message]:
    """Return the messages in what users copy, the oldest first. Raises `OutboxError`.

    Other lines and other JSON, such as an input's value in a log, are left out.
    """
    # Without a line of an event, the first line is parsed, so that the error names it.
    lines = list(copied_lines(text)) or _lines(text)[:1]
    values = [(number, _load(number, line)) for number, line in lines]
    events = [(number, value) for number, value in values if _is_event(value)]
    return _oldest_first(
        _parse_event(number, value, copied=True) for number, value in events or values
    )


def _lines(text: str) -> list[tuple[int, str]]:
    """Return number and text of each line that is not blank."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _oldest_first(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda message: message.at)


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.keys() & {"format", "vendor"})


def _load(number: int, line: str) -> Any:
    if len(line) > LARGEST_LINE:
        raise OutboxError(f"has a line {number} longer than {LARGEST_LINE // 1024} KiB")
    try:
        return load_json(line, DEEPEST + _WRAPPER_LEVELS)
    except ValueError as error:
        raise _no_event(f"line {number} is not JSON ({error})") from None


def _parse_event(number: int, value: Any, *, copied: bool) -> Message:
    try:
        message = Message.model_validate(value)
        VENDORS[message.vendor].validate(message, copied=copied)
    # The name is not shown: it may contain anything.
    except KeyError:
        raise OutboxError(
            f"has a vendor or a kind in line {number} that is not supported"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise _no_event(f"line {number}, {place}: {first['msg']}") from None
    except ValueError as error:
        raise _no_event(f"line {number} {error}") from None
    return message


def _no_event(reason: str) -> OutboxError:
    return OutboxError(f"is not a list of undelivered events: {reason}")
