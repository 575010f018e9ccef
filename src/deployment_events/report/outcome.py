"""What an outcome means for the step: the one place that decides between red, yellow and green.

| what happened | annotation | exit code |
|---|---|---|
| no vendor has its key (forks, Dependabot) | warning | 0 |
| an input is wrong | error, one each | 1 |
| a vendor, a proxy or TLS refuses an event | error | 0; 1 with `fail-on-error` |
| an event is not delivered in time | warning | 0; 1 with `fail-on-error` |
| the same two in the main stage of `auto` | the refusal an error, else a notice | 0: post tries again |
| an error of this action itself | warning | 0; 1 with `fail-on-error`, but not in the main stage of `auto` |
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ..errors import Problem
from ..messages import DeliveryResult, Status
from ..vendors.input_names import input_name
from ..vendors.registry import VENDORS

Level = Literal["error", "warning", "notice"]


class Verdict(NamedTuple):
    """How the step ends."""

    exit_code: int
    annotations: tuple[tuple[Level, str], ...]


def wrong_inputs(problems: Iterable[Problem]) -> Verdict:
    """Return the verdict on inputs that are wrong: nothing was sent, and only the user can help."""
    return Verdict(1, tuple(("error", str(problem)) for problem in problems))


def no_vendor() -> Verdict:
    """Return the verdict on a step without any key: normal in a fork's pull request."""
    keys = " nor ".join(input_name(name, provider.key_field) for name, provider in VENDORS.items())
    text = (
        f"Nothing is reported: neither {keys} is set. Runs from forks and of Dependabot have no secrets; "
        "elsewhere, check the secrets' names."
    )
    return Verdict(0, (("warning", text),))


def bug(what: str, *, fail_on_error: bool) -> Verdict:
    """Return the verdict on an error of this action itself; `what` names it and its place."""
    fix = "Deployments may not be reported completely; please open an issue with this line."
    return Verdict(int(fail_on_error), (("warning", f"This action has a bug: {what}. {fix}"),))


def judge(
    results: Sequence[DeliveryResult], *, fail_on_error: bool, post_follows: bool, kept: bool = True
) -> Verdict:
    """Return the verdict on a stage's results.

    `post_follows`: this is the main stage of `auto`; `kept`: what was not delivered is in a file.
    """
    notes = dict.fromkeys(result.note for result in results if result.note)
    annotations: list[tuple[Level, str]] = [("notice", note) for note in notes]
    lost = _alike(results)
    for group in lost:
        next_step = _next_step(group[0], post_follows=post_follows, kept=kept)
        annotations.append(
            (_level(group[0], post_follows and kept), f"{_describe(group)} {next_step}")
        )
    failed = bool(lost) and fail_on_error and not post_follows
    return Verdict(int(failed), tuple(annotations))


def describe_all(results: Sequence[DeliveryResult], *, kept: bool = True) -> list[str]:
    """Return the annotations' own words on everything that a vendor should have and does not."""
    return [
        f"{_describe(group)} {_next_step(group[0], post_follows=False, kept=kept)}"
        for group in _alike(results)
    ]


def _describe(group: Sequence[DeliveryResult]) -> str:
    """One line on results that failed alike: who, what, how many, why, and the fix."""
    first = group[0]
    vendor = VENDORS[first.vendor].title
    verb = "refused" if first.status is Status.REFUSED else "did not get"
    services = ", ".join(result.service for result in group[:3])
    more = f" and {len(group) - 3} more" if len(group) > 3 else ""
    fix = f" {first.fix}" if first.fix else ""
    why = first.error.removesuffix(".")  # a vendor's own words may end with one
    return (
        f"{vendor} {verb} the {first.event} event of {services}{more}: {why}{_tries(group)}.{fix}"
    )


def _tries(group: Sequence[DeliveryResult]) -> str:
    fewest, most = min(one.attempts for one in group), max(one.attempts for one in group)
    if most < 2:
        return ""
    return f" ({most} tries)" if fewest == most else f" ({fewest} to {most} tries)"


def _next_step(result: DeliveryResult, *, post_follows: bool, kept: bool) -> str:
    if result.retry_is_useless:
        return "Report it again once that is right: a replay would send the same event."
    if not kept:
        return "The event is in this log, for event: replay."
    if post_follows:
        return "It is sent again when the job ends."
    return "The event is kept in the undelivered events: see event: replay."


def _level(result: DeliveryResult, post_follows: bool) -> Level:
    if result.status is Status.REFUSED:
        return "error"
    return "notice" if post_follows else "warning"


def _alike(results: Iterable[DeliveryResult]) -> list[list[DeliveryResult]]:
    """The runner shows ten annotations of a level: forty services with one cause share one."""
    groups: dict[tuple[str, ...], list[DeliveryResult]] = {}
    for result in results:
        if not result.status.is_lost:
            continue
        key = (result.vendor, result.event, result.status, result.error)
        groups.setdefault(key, []).append(result)
    return list(groups.values())
