"""What the step's log shows about messages and results."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ..delivery.event_lines import dump, with_cause
from ..github.runner import Runner
from ..messages import DeliveryResult, Message, Request, Status
from ..values.text import shorten
from ..vendors.registry import VENDORS
from ..vendors.settings import Settings

_MOST_LINES = 20
"""Results that are logged one by one; the others are counted."""
_LONGEST_NAME = 100
"""Characters of a service's name in a line."""


def log_dry_run(
    runner: Runner, messages: Sequence[Message], settings: Mapping[str, Settings]
) -> list[DeliveryResult]:
    """Print the requests without their keys instead of sending them."""
    for message in messages:
        vendor = VENDORS[message.vendor]
        if message.vendor not in settings:
            runner.log(
                f"Dry run: {vendor.title}'s key is not set, so {message.event} ({message.service}) "
                "would not be sent"
            )
            continue
        _log_request(runner, message, settings[message.vendor])
    return [_dry_run_result(message) for message in messages]


def _log_request(runner: Runner, message: Message, settings: Settings) -> None:
    vendor = VENDORS[message.vendor]
    name = shorten(runner.hide(message.service), _LONGEST_NAME)
    title = f"Dry run: {message.event} ({name}) to {vendor.title}"
    with log_request(runner, title, vendor.request(settings, message)):
        if vendor.needs_lookup(message):
            search = json.dumps(message.search)
            runner.log(f"The deployment ID would be looked up first: {search}")


@contextmanager
def log_request(runner: Runner, title: str, request: Request) -> Iterator[None]:
    """Print a request without its keys in a group, together with what is logged meanwhile."""
    headers = {**request.headers, **dict.fromkeys(request.credentials, "***")}
    if request.body is not None:
        headers = {"Content-Type": "application/json", **headers}
    with runner.group(f"{title}: {request.method} {request.url}"):
        for header, value in headers.items():
            runner.log(f"{header}: {value}")
        if request.body is not None:
            runner.log(json.dumps(request.body, indent=2))
        yield


def _dry_run_result(message: Message) -> DeliveryResult:
    return DeliveryResult(
        service=message.service,
        vendor=message.vendor,
        event=message.event,
        status=Status.DRY_RUN,
        id=message.id,
    )


def log_results(
    runner: Runner, results: Sequence[DeliveryResult], *, cancelled: bool = False
) -> None:
    """Log what became of every event.

    `cancelled`: the job was cancelled, and is reported with another event, that of the last result.
    """
    if cancelled and results:
        runner.log(f"The job was cancelled (reported as {results[-1].event})")
    for result in results[:_MOST_LINES]:
        runner.log(_line(runner, result))
    rest = results[_MOST_LINES:]
    if rest:
        counts = {status: sum(result.status is status for result in rest) for status in Status}
        summary = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        runner.log(f"… and {len(rest)} more: {summary}")


def _line(runner: Runner, result: DeliveryResult) -> str:
    title = VENDORS[result.vendor].title
    name = shorten(runner.hide(result.service), _LONGEST_NAME)
    line = f"{title}: {result.event} ({name}) {result.status}"
    if result.status is not Status.DELIVERED:
        return f"{line}: {result.error}" if result.error else line
    if result.attempts > 1:
        line += f" after {result.attempts} tries"
    return f"{line}, ID {result.id}" if result.id else line


def log_undelivered(
    runner: Runner, messages: Sequence[Message], results: Sequence[DeliveryResult]
) -> list[str]:
    """Print what was not delivered as lines for `event: replay`, and return the lines.

    A hosted runner's disk is lost with the job, but the log is kept.
    """
    pairs = zip(messages, results, strict=False)
    lost = [with_cause(message, result) for message, result in pairs if result.status.is_lost]
    if not lost:
        return []
    lines = runner.hide(dump(lost)).splitlines()
    title = "1 undelivered event" if len(lost) == 1 else f"{len(lost)} undelivered events"
    if not all(result.retry_is_useless for result in results if result.status.is_lost):
        title += ", for event: replay"
    with runner.group(title):
        for line in lines:
            runner.log(line)
    return lines
