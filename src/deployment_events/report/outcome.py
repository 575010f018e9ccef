"""What a result means for the step: its exit code and annotations.

Notices and warnings about inputs and values have no influence on the exit code: the stages write
them.

| Situation | Annotation | Exit code |
|---|---|---|
| No vendor key is set (forks, Dependabot) | warning | 0 |
| Invalid inputs | one error per problem | 1 |
| A vendor, a proxy or the TLS verification rejects an event | error | 0; 1 with `fail-on-error` |
| An event is not delivered in time | warning | 0; 1 with `fail-on-error` |
| Either of the two in the main stage of `auto` | error if rejected, else notice | 0; post retries |
| Internal error | warning | 0; 1 with `fail-on-error`, but 0 in the main stage of `auto` |
| `event: check`: no vendor key is set, or a check does not succeed | error | 1 |
| `event: check`: internal error | warning | 1 |
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..errors import Problem, Section
from ..github.runner import Annotation, Level, Runner
from ..messages import CheckResult, DeliveryResult, Status
from ..values.unique import unique
from ..vendors.input_names import key_input
from ..vendors.registry import VENDORS
from .checks import describe_check, section_of
from .losses import Loss, NextStep, find_losses


class Outcome(NamedTuple):
    """How the step ends."""

    exit_code: int
    annotations: tuple[Annotation, ...]


def apply(runner: Runner, outcome: Outcome) -> int:
    """Write the annotations and return the exit code."""
    for annotation in outcome.annotations:
        runner.annotate(*annotation)
    return outcome.exit_code


def invalid_inputs(problems: Iterable[Problem]) -> Outcome:
    """Return the outcome of invalid inputs: nothing was sent."""
    annotations = (
        Annotation("error", str(problem), "Invalid input", Section.INVALID_INPUT)
        for problem in problems
    )
    return Outcome(1, tuple(annotations))


def no_vendor() -> Outcome:
    """Return the outcome of a step without any key, which is normal in a fork's pull request."""
    text = (
        f"Nothing was reported: neither {_keys()} is set. Runs from forks and Dependabot have no "
        "secrets; otherwise, check the secret names."
    )
    return Outcome(0, (Annotation("warning", text, "No keys", Section.NO_SECRETS),))


def internal_error(error: str, *, fail_on_error: bool) -> Outcome:
    """Return the outcome of an error in this action; `error` names it and its place."""
    text = (
        f"Internal error: {error}. Some events may be missing; "
        "please open an issue and include this line."
    )
    annotation = Annotation("warning", text, "Internal error", Section.BUG)
    return Outcome(int(fail_on_error), (annotation,))


def judge(
    results: Sequence[DeliveryResult],
    resend: NextStep = NextStep.REPLAY_FILE,
    *,
    fail_on_error: bool,
) -> Outcome:
    """Return the outcome of a stage's results; `resend` is what sends undelivered events again."""
    losses = find_losses(results, resend)
    annotations = [*_notes(results), *(_annotate(loss, "warning") for loss in losses)]
    return Outcome(int(bool(losses) and fail_on_error), tuple(annotations))


def judge_start(results: Sequence[DeliveryResult]) -> Outcome:
    """Return the outcome of the main stage of `auto`: post resends, and the deploy follows."""
    losses = find_losses(results, NextStep.POST_RESENDS)
    annotations = [*_notes(results), *(_annotate(loss, "notice") for loss in losses)]
    return Outcome(0, tuple(annotations))


def nothing_to_check() -> Outcome:
    """Return the outcome of `event: check` without any key."""
    text = (
        f"Nothing was checked: neither {_keys()} is set. Check the secret names, and whether this "
        "run can read the secrets."
    )
    return Outcome(1, (Annotation("error", text, "No keys", Section.NO_SECRETS),))


def judge_checks(results: Sequence[CheckResult]) -> Outcome:
    """Return the outcome of `event: check`, which fails the step unless everything is valid.

    `fail-on-error` has no influence, because the result is the only purpose of this step.
    """
    annotations = tuple(
        Annotation(
            "error",
            describe_check(result),
            f"{VENDORS[result.vendor].title}: check failed",
            section_of(result),
        )
        for result in results
        if result.status.is_lost
    )
    return Outcome(int(bool(annotations)), annotations)


def _keys() -> str:
    return " nor ".join(f"`{key_input(name)}`" for name in VENDORS)


def _notes(results: Sequence[DeliveryResult]) -> list[Annotation]:
    notes = unique(result.note for result in results)
    return [Annotation("notice", note) for note in notes]


def _annotate(loss: Loss, undelivered: Level) -> Annotation:
    """Return the annotation of a loss; `undelivered` is its level unless the event was refused."""
    level = "error" if loss.status is Status.REFUSED else undelivered
    title = f"{loss.vendor_title}: event {loss.verdict}"
    return Annotation(level, loss.text, title, loss.section)
