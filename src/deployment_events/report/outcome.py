"""What an outcome means for the step: the one place that decides exit code and annotations.

| what happened | annotation | exit code |
|---|---|---|
| no vendor has its key (forks, Dependabot) | warning | 0 |
| an input is invalid | error, one each | 1 |
| a vendor, a proxy or TLS refuses an event | error | 0; 1 with `fail-on-error` |
| an event is not delivered in time | warning | 0; 1 with `fail-on-error` |
| the same two in the main stage of `auto` | the refusal an error, else a notice | 0: post retries |
| an internal error | warning | 0; 1 with `fail-on-error`, except in the main stage of `auto` |
| `event: check`: no vendor has its key, or a check is refused or undelivered | error | 1 |
| `event: check`: an internal error | warning | 1 |
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..errors import Problem
from ..github.runner import Level, Runner
from ..messages import DeliveryResult, Status
from ..vendors.input_names import key_input
from ..vendors.plan import unique
from ..vendors.registry import VENDORS

_MOST_NAMES = 3
"""Services that one annotation names."""


class Outcome(NamedTuple):
    """How the step ends."""

    exit_code: int
    annotations: tuple[tuple[Level, str], ...]


def apply(runner: Runner, outcome: Outcome) -> int:
    """Write the annotations and return the exit code."""
    for level, text in outcome.annotations:
        runner.annotate(level, text)
    return outcome.exit_code


def invalid_inputs(problems: Iterable[Problem]) -> Outcome:
    """Return the outcome of invalid inputs: nothing was sent."""
    return Outcome(1, tuple(("error", str(problem)) for problem in problems))


def no_vendor() -> Outcome:
    """Return the outcome of a step without any key, which is normal in a fork's pull request."""
    keys = " nor ".join(key_input(name) for name in VENDORS)
    text = (
        f"Nothing is reported: neither {keys} is set. Runs from forks and of Dependabot have no "
        "secrets; elsewhere, check the secrets' names."
    )
    return Outcome(0, (("warning", text),))


def internal_error(error: str, *, fail_on_error: bool) -> Outcome:
    """Return the outcome of an error in this action; `error` names it and its place."""
    text = (
        f"This action has a bug: {error}. Deployments may not be reported completely; "
        "please open an issue with this line."
    )
    return Outcome(int(fail_on_error), (("warning", text),))


def judge(
    results: Sequence[DeliveryResult],
    *,
    fail_on_error: bool,
    post_follows: bool = False,
    kept: bool = True,
) -> Outcome:
    """Return the outcome of a stage's results.

    `post_follows`: this is the main stage of `auto`. `kept`: a file has what was not delivered.
    """
    annotations: list[tuple[Level, str]] = [
        ("notice", note) for note in unique(result.note for result in results)
    ]
    lost = _groups(results)
    for group in lost:
        next_step = _next_step(group[0], post_follows=post_follows, kept=kept)
        level = _level(group[0], post_follows=post_follows)
        annotations.append((level, f"{_describe(group)} {next_step}"))
    failed = bool(lost) and fail_on_error and not post_follows
    return Outcome(int(failed), tuple(annotations))


def describe_lost(results: Sequence[DeliveryResult], *, kept: bool = True) -> list[str]:
    """Return the text of the annotations about everything that was not delivered."""
    return [
        f"{_describe(group)} {_next_step(group[0], post_follows=False, kept=kept)}"
        for group in _groups(results)
    ]


def _describe(group: Sequence[DeliveryResult]) -> str:
    """Return one line about results that failed alike: vendor, event, services, cause and fix."""
    first = group[0]
    vendor = VENDORS[first.vendor].title
    verb = "refused" if first.status is Status.REFUSED else "did not get"
    services = ", ".join(result.service for result in group[:_MOST_NAMES])
    if len(group) > _MOST_NAMES:
        services += f" and {len(group) - _MOST_NAMES} more"
    # A vendor's message may end with a full stop.
    error = first.error.removesuffix(".")
    fix = f" {first.fix}" if first.fix else ""
    return f"{vendor} {verb} the {first.event} event of {services}: {error}{_tries(group)}.{fix}"


def _tries(group: Sequence[DeliveryResult]) -> str:
    attempts = [result.attempts for result in group]
    if max(attempts) < 2:
        return ""
    if min(attempts) == max(attempts):
        return f" ({max(attempts)} tries)"
    return f" ({min(attempts)} to {max(attempts)} tries)"


def _next_step(result: DeliveryResult, *, post_follows: bool, kept: bool) -> str:
    if result.retry_is_useless:
        return "Report it again once that is right: a replay would send the same event."
    if post_follows:
        return "It is sent again when the job ends."
    if not kept:
        return "The event is in this log, for event: replay."
    return "The event is kept in the undelivered events: see event: replay."


def _level(result: DeliveryResult, *, post_follows: bool) -> Level:
    if result.status is Status.REFUSED:
        return "error"
    return "notice" if post_follows else "warning"


def _groups(results: Iterable[DeliveryResult]) -> list[list[DeliveryResult]]:
    """Return what was not delivered, grouped by cause.

    The runner shows ten annotations of a level, so services with the same cause share one.
    """
    groups: dict[tuple[str, ...], list[DeliveryResult]] = {}
    for result in results:
        if result.status.is_lost:
            key = (result.vendor, result.event, result.status, result.error)
            groups.setdefault(key, []).append(result)
    return list(groups.values())
