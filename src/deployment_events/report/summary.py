"""The job summary: what was deployed, where and when, and each vendor's result."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..deployment import Deployment, Event, Facts
from ..errors import Problem
from ..messages import DeliveryResult, Status
from ..values.times import duration, iso
from ..values.unique import unique
from .losses import find_losses
from .markdown import Markdown, fence, folded
from .summary_table import services_table

_LARGEST_SUMMARY = 1000 * 1024
"""Bytes; the runner drops a summary over 1 MiB."""
_FRAME = 1024
"""Bytes for what surrounds the lines of undelivered events."""
_MOST_EXPLANATIONS = 50

_HEADINGS = {
    Event.STARTED: ("🚀", "Deployment started"),
    Event.FINISHED: ("✅", "Deployment finished"),
    Event.FAILED: ("❌", "Deployment failed"),
    Event.CUSTOM: ("📌", "Deployment event"),
    Event.UPDATE: ("✏️", "Deployment update"),
}


class Summary(NamedTuple):
    """What the job summary shows of one stage."""

    results: Sequence[DeliveryResult]
    deployments: Sequence[Deployment] = ()
    """Empty for a replay: its events may be of many deployments."""
    undelivered: Sequence[str] = ()
    """The lines for `event: replay`."""
    annotations: Sequence[str] = ()
    """The text of the stage's annotations so far."""
    kept: bool = True
    """Whether a file has what was not delivered."""


def render(summary: Summary, hide: Callable[[str], str] = str) -> str:
    """Return the summary as Markdown; `hide` replaces secrets in a text."""
    markdown = Markdown(hide)
    lines = [f"### {_heading(markdown, summary)}", ""]
    if summary.deployments:
        facts = summary.deployments[0].facts
        lines += [_facts(markdown, facts, summary.results), ""]
    lines += _alarm(summary.results)
    lines += services_table(markdown, summary.results, summary.deployments)
    lines += _explanations(markdown, summary)
    if summary.undelivered:
        room = _LARGEST_SUMMARY - len("\n".join(lines).encode())
        lines += ["", *_undelivered(summary.undelivered, room)]
    return "\n".join(lines)


def render_problems(problems: Iterable[Problem], hide: Callable[[str], str] = str) -> str:
    """Return the summary of a step with invalid inputs: the same text as in the annotations."""
    bullets = Markdown(hide).bullets([str(problem) for problem in problems])
    return "\n".join(["### ❌ Nothing was reported: the inputs are wrong", "", *bullets])


def render_nothing(annotations: Sequence[str], hide: Callable[[str], str] = str) -> str:
    """Return the summary of a step that could report nothing: the text of its annotations."""
    bullets = Markdown(hide).bullets(list(annotations))
    return "\n".join(["### ⚠️ Not reported", "", *bullets])


def _heading(markdown: Markdown, summary: Summary) -> str:
    results = summary.results
    sent = [result for result in results if result.status is not Status.SKIPPED]
    lost = sum(result.status.is_lost for result in sent)
    dry_run = any(result.status is Status.DRY_RUN for result in results)
    if not summary.deployments:
        return _replay_heading(dry_run=dry_run, lost=bool(lost))
    event = results[-1].event if results else Event.CUSTOM
    icon, text = _HEADINGS[event]
    if dry_run:
        icon, text = "📝", f"Dry run, nothing was sent: {event}"
    if lost:
        icon = "⚠️"
        text += ", not reported" if lost == len(sent) else ", not fully reported"
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
        return "⚠️ Undelivered events, still not all delivered"
    return "📮 Undelivered events sent again"


def _facts(markdown: Markdown, facts: Facts, results: Sequence[DeliveryResult]) -> str:
    """Return one line with version, commit, times and run."""
    parts = []
    if facts.version and facts.version != facts.commit_sha:
        parts.append(f"Version {markdown.code(facts.version)}")
    if facts.commit_sha:
        url = f"{facts.repository_url.removesuffix('.git')}/commit/{facts.commit_sha}"
        commit = markdown.link(markdown.code(facts.commit_sha[:12]), url)
        parts.append(f"{'commit' if parts else 'Commit'} {commit}")
    parts.append(_times(facts, results))
    if facts.origin.run_id:
        parts.append(_run(markdown, facts))
    return " · ".join(parts)


def _run(markdown: Markdown, facts: Facts) -> str:
    origin = facts.origin
    label = f"run {markdown.escape(origin.run_id)}"
    if origin.run_attempt != "1":
        label += f", attempt {markdown.escape(origin.run_attempt)}"
    run = markdown.link(label, origin.run_url)
    if not origin.job_url:
        return run
    return f"{run} · {markdown.link('job', origin.job_url)}"


def _times(facts: Facts, results: Sequence[DeliveryResult]) -> str:
    """Return the times to the second, in UTC; the end's day only if it is another one."""
    day, start = _day_and_time(facts.started_at)
    if facts.finished_at is None or not any(result.event.is_end for result in results):
        return f"{day} {start} UTC"
    last_day, end = _day_and_time(facts.finished_at)
    if last_day != day:
        end = f"{last_day} {end}"
    took = duration(facts.finished_at - facts.started_at)
    return f"{day} {start} → {end} UTC · took **{took}**"


def _day_and_time(milliseconds: int) -> tuple[str, str]:
    day, _, time = iso(milliseconds).partition("T")
    return day, time[:8]


def _alarm(results: Sequence[DeliveryResult]) -> list[str]:
    """Return a line that says how much was not delivered, if anything."""
    lost = sum(result.status.is_lost for result in results)
    sent = sum(result.status is not Status.SKIPPED for result in results)
    if not lost:
        return []
    what = "The event was" if sent == 1 else f"{lost} of {sent} events were"
    reasons = "the reasons are below, and `event: replay` sends them later."
    return [f"**⚠️ {what} not delivered:** {reasons}", ""]


def _explanations(markdown: Markdown, summary: Summary) -> list[str]:
    """Return what was not delivered, the annotations, and what was not sent."""
    results = summary.results
    texts = unique(
        [
            *(loss.text for loss in find_losses(results, kept=summary.kept)),
            *summary.annotations,
            *(result.note for result in results),
            *(result.error for result in results if result.status is Status.SKIPPED),
        ]
    )
    lines = markdown.bullets(list(texts[:_MOST_EXPLANATIONS]))
    more = len(texts) - _MOST_EXPLANATIONS
    if more > 0:
        lines.append(f"- … and {more} more: the output <code>results</code> has all")
    return lines


def _undelivered(lines: Sequence[str], room: int) -> list[str]:
    """Return as many lines for a replay as `room` (bytes) allows."""
    shown: list[str] = []
    left = room - _FRAME
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            break
        shown.append(line)
    title = "1 undelivered event" if len(lines) == 1 else f"{len(lines)} undelivered events"
    title += ", for <code>event: replay</code>"
    if len(shown) < len(lines):
        title += f" (the first {len(shown)}; the log has all)"
    return folded(title, fence(shown))
