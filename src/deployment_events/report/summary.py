"""The job summary: what was deployed, where and when, and each vendor's result."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..deployment import Deployment, Event
from ..errors import Problem, Section
from ..github.documentation import help_url, page_url
from ..messages import DeliveryResult, Status
from ..values.unique import unique
from .losses import Loss, NextStep, find_losses
from .markdown import Markdown, fence, folded
from .summary_facts import facts_line
from .summary_table import ids_table, services_table

_LARGEST_SUMMARY = 1000 * 1024
"""Bytes; the runner drops a summary over 1 MiB."""
_FRAME = 1024
"""Bytes for what surrounds the lines of undelivered events."""
_MOST_EXPLANATIONS = 50

_HEADINGS = {
    Event.STARTED: ("🚀", "Deployment started", "Deployment started, but was not"),
    Event.FINISHED: ("✅", "Deployment succeeded", "Deployment succeeded, but was not"),
    Event.FAILED: ("❌", "Deployment failed", "Deployment failed, and was not"),
    Event.CUSTOM: ("📌", "Custom event reported", "Custom event was not"),
    Event.UPDATE: ("✏️", "Deployment update reported", "Deployment update was not"),
}
"""An icon, the heading, and the beginning of the heading if not all was reported."""


class Summary(NamedTuple):
    """What the job summary shows of one stage."""

    results: Sequence[DeliveryResult]
    deployments: Sequence[Deployment] = ()
    """Empty for a replay: its events may be of many deployments."""
    undelivered: Sequence[str] = ()
    """The lines for `event: replay`."""
    annotations: Sequence[str] = ()
    """The text of the stage's annotations so far."""
    resend: NextStep = NextStep.REPLAY_FILE
    """What sends undelivered events again."""
    links: Mapping[str, str] = {}
    """Where a vendor shows its deployments: a URL, by the vendor's name."""
    cancelled: bool = False
    """Whether the job was cancelled, and is reported with another event."""


def render(summary: Summary, hide: Callable[[str], str] = str) -> str:
    """Return the summary as Markdown; `hide` replaces secrets in a text."""
    markdown = Markdown(hide)
    results, deployments = summary.results, summary.deployments
    losses = find_losses(results, summary.resend)
    lines = [f"### {_heading(markdown, summary)}", ""]
    if deployments:
        lines += [facts_line(markdown, deployments[0].facts, results), ""]
    lines += _warning(losses, results)
    lines += services_table(markdown, results, deployments, summary.links)
    lines += [*_explanations(markdown, summary, losses), ""]
    lines += ids_table(markdown, results)
    if summary.undelivered:
        size = _LARGEST_SUMMARY - len("\n".join(lines).encode())
        lines += _undelivered(summary.undelivered, losses, size)
    return "\n".join(lines)


def render_problems(problems: Iterable[Problem], hide: Callable[[str], str] = str) -> str:
    """Return the summary of a step with invalid inputs: the same text as in the annotations."""
    markdown = Markdown(hide)
    bullets = markdown.bullets(map(str, problems))
    more = markdown.link("More about invalid inputs", help_url(Section.INVALID_INPUT))
    heading = "### ❌ Nothing was reported: the inputs are invalid"
    return "\n".join([heading, "", *bullets, "", more])


def render_nothing(
    annotations: Sequence[str], section: Section, hide: Callable[[str], str] = str
) -> str:
    """Return the summary of a stage that could report nothing: the text of its annotations.

    `section` of the documentation has more.
    """
    markdown = Markdown(hide)
    what = "The job's result was not" if section is Section.NO_RESULT else "Nothing was"
    link = markdown.link("Troubleshooting", help_url(section))
    return "\n".join([f"### ⚠️ {what} reported", "", *markdown.bullets(annotations), "", link])


def _heading(markdown: Markdown, summary: Summary) -> str:
    results = summary.results
    sent = [result for result in results if result.status is not Status.SKIPPED]
    lost = sum(result.status.is_lost for result in sent)
    dry_run = any(result.status is Status.DRY_RUN for result in results)
    if not summary.deployments:
        return _replay_heading(dry_run=dry_run, lost=bool(lost))
    event = results[-1].event if results else Event.CUSTOM
    icon, text, not_reported = _HEADINGS[event]
    if summary.cancelled:
        text, not_reported = (
            f"Deployment cancelled (reported as {event})",
            "Deployment cancelled, and was not",
        )
    if dry_run:
        icon, text = "📝", f"Dry run, nothing was sent: {event}"
    if lost:
        icon = "⚠️"
        text = f"{not_reported} {'reported' if lost == len(sent) else 'fully reported'}"
    environment = summary.deployments[0].facts.environment
    where = f" in {markdown.escape(environment)}" if environment else ""
    what = f"{len(summary.deployments)} services"
    if len(summary.deployments) == 1:
        what = markdown.escape(summary.deployments[0].service.name)
    return f"{icon} {text}: {what}{where}"


def _replay_heading(*, dry_run: bool, lost: bool) -> str:
    if dry_run:
        return "📝 Dry run, nothing was sent: undelivered events"
    if lost:
        return "⚠️ Replay: some events are still undelivered"
    return "📮 Replay: all events delivered"


def _warning(losses: Sequence[Loss], results: Sequence[DeliveryResult]) -> list[str]:
    """Return a line that says how much was not delivered, if anything, and the next step."""
    if not losses:
        return []
    lost = sum(len(loss.results) for loss in losses)
    sent = sum(result.status is not Status.SKIPPED for result in results)
    verb = "was" if lost == 1 else "were"
    what = "The event" if sent == 1 else f"{lost} of {sent} events"
    return [f"**⚠️ {what} {verb} not delivered.** {_next_step(losses)}", ""]


def _next_step(losses: Sequence[Loss]) -> str:
    steps = {loss.next_step for loss in losses}
    lost = sum(len(loss.results) for loss in losses)
    if steps == {NextStep.REPORT_AGAIN}:
        what = "the event" if lost == 1 else "the events"
        return f"Once the cause below is fixed, report {what} again."
    if NextStep.REPORT_AGAIN in steps:
        return "The list below has the next step for each."
    replay = Markdown().link("<code>event: replay</code>", page_url("replay.md"))
    what = "it" if lost == 1 else "them"
    return f"Once the cause below is fixed, resend {what} with {replay}."


def _explanations(markdown: Markdown, summary: Summary, losses: Sequence[Loss]) -> list[str]:
    """Return what was not delivered, the annotations, and what was not sent."""
    results = summary.results
    lines = [_explain_loss(markdown, loss) for loss in losses]
    texts = unique(
        [
            *summary.annotations,
            *(result.note for result in results),
            *(result.error for result in results if result.status is Status.SKIPPED),
        ]
    )
    lines += markdown.bullets(texts)
    more = len(lines) - _MOST_EXPLANATIONS
    if more > 0:
        rest = f"- … and {more} more: the output <code>results</code> has all"
        lines = [*lines[:_MOST_EXPLANATIONS], rest]
    return lines


def _explain_loss(markdown: Markdown, loss: Loss) -> str:
    link = markdown.link("Troubleshooting", help_url(loss.section))
    return f"- {markdown.prose(loss.text)} {link}"


def _undelivered(lines: Sequence[str], losses: Sequence[Loss], size: int) -> list[str]:
    """Return the lines for a replay, as many as fit in `size` bytes."""
    shown: list[str] = []
    left = size - _FRAME
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            break
        shown.append(line)
    title = "1 undelivered event" if len(lines) == 1 else f"{len(lines)} undelivered events"
    if any(loss.next_step is not NextStep.REPORT_AGAIN for loss in losses):
        title += ", for <code>event: replay</code>"
    if len(shown) < len(lines):
        title += f" (the first {len(shown)}; the log has all)"
    return folded(title, fence(shown))
