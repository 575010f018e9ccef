"""Results → the job's summary page: what was deployed, where, when, and what each vendor said."""

from collections.abc import Iterable, Sequence

from ..deployment import Event, Rollout
from ..errors import Problem
from ..messages import DeliveryResult, Status
from ..values.times import duration, iso
from ..vendors.registry import VENDORS
from .markdown import code, escape, fence, folded, link, table
from .outcome import describe_all

_FOLD_ABOVE = 20  # services
_LARGEST_PAGE = 1000 * 1024  # bytes; the runner throws a summary over 1 MiB away whole
_LARGEST_TABLE = 600 * 1024  # bytes of it that the table of services may take
_MOST_EXPLANATIONS = 50

_MARKS = {  # in the order in which they are counted: trouble first
    Status.REFUSED: "❌ refused",
    Status.UNDELIVERED: "⚠️ undelivered",
    Status.DELIVERED: "✅ delivered",
    Status.SKIPPED: "⏭️ not sent",
    Status.DRY_RUN: "📝 dry run",
}

_HEADINGS = {
    Event.STARTED: "🚀 Deployment started",
    Event.FINISHED: "✅ Deployment finished",
    Event.FAILED: "❌ Deployment failed",
    Event.CUSTOM: "📌 Deployment event",
    Event.UPDATE: "✏️ Deployment update",
}


def render(
    results: Sequence[DeliveryResult],
    rollout: Rollout | None,
    undelivered: Sequence[str],
    *,
    kept: bool = True,
    said: Sequence[str] = (),
) -> str:
    """Return the page as Markdown.

    `undelivered` are the lines for `event: replay`, `kept` whether a file has them, and `said` what the run was
    warned of already.
    """
    lines = [f"### {_heading(results, rollout)}", ""]
    if rollout is not None:
        lines += [_facts(rollout, results), ""]
    lines += [
        *_alarm(results),
        *_services(results, rollout),
        *_explanations(results, said, kept),
    ]
    if undelivered:
        room = _LARGEST_PAGE - len("\n".join(lines).encode())
        lines += ["", *_undelivered(undelivered, room)]
    return "\n".join(lines)


def render_problems(problems: Iterable[Problem]) -> str:
    """Return the page of a step whose inputs are wrong: the same words as in the annotations."""
    return "\n".join(
        ["### ❌ Nothing was reported: the inputs are wrong", "", *_bullets(map(str, problems))]
    )


def render_nothing(said: Iterable[str]) -> str:
    """Return the page of a step that had nothing to report, or no way to: the same words as in the annotations."""
    return "\n".join(["### ⚠️ Not reported", "", *_bullets(said)])


def _bullets(texts: Iterable[str]) -> list[str]:
    return [f"- {escape(text, 1000)}" for text in texts]


def _heading(results: Sequence[DeliveryResult], rollout: Rollout | None) -> str:
    sent = [result for result in results if result.status is not Status.SKIPPED]
    lost = sum(result.status.is_lost for result in sent)
    reported = "" if not lost else ", not reported" if lost == len(sent) else ", not fully reported"
    rehearsed = any(result.status is Status.DRY_RUN for result in results)
    if rollout is None:
        if rehearsed:
            return "📝 Dry run, nothing was sent: undelivered events"
        return (
            "⚠️ Undelivered events, still not all delivered"
            if lost
            else "📮 Undelivered events sent again"
        )
    event = results[-1].event if results else Event.CUSTOM
    mark, _, words = _HEADINGS[event].partition(" ")
    if rehearsed:
        mark, words = "📝", f"Dry run, nothing was sent: {event}"
    where = f" in {escape(rollout.environment)}" if rollout.environment else ""
    services = rollout.services
    what = escape(services[0].name) if len(services) == 1 else f"{len(services)} services"
    return f"{'⚠️' if lost else mark} {words}{reported}: {what}{where}"


def _facts(rollout: Rollout, results: Sequence[DeliveryResult]) -> str:
    """One line: which version and commit, from when to when, in which run."""
    facts = []
    if rollout.version and rollout.version != rollout.commit_sha:
        facts.append(f"Version {code(rollout.version)}")
    if rollout.commit_sha:
        commit = link(
            code(rollout.commit_sha[:12]),
            f"{rollout.repository_url.removesuffix('.git')}/commit/{rollout.commit_sha}",
        )
        facts.append(f"commit {commit}" if facts else f"Commit {commit}")
    facts.append(_when(rollout, results))
    origin = rollout.origin
    if origin.run_id:
        attempt = f", attempt {escape(origin.run_attempt)}" if origin.run_attempt != "1" else ""
        facts.append(link(f"run {escape(origin.run_id)}{attempt}", origin.run_url))
    return " · ".join(facts)


def _when(rollout: Rollout, results: Sequence[DeliveryResult]) -> str:
    """Times to the second, in UTC; the end's day only where it is another one."""
    day, start = _moment(rollout.started_at)
    if rollout.finished_at is None or not any(result.event.is_end for result in results):
        return f"{day} {start} UTC"
    last_day, end = _moment(rollout.finished_at)
    until = end if last_day == day else f"{last_day} {end}"
    took = duration(rollout.finished_at - rollout.started_at)
    return f"{day} {start} → {until} UTC · took **{took}**"


def _moment(milliseconds: int) -> tuple[str, str]:
    day, _, time = iso(milliseconds).partition("T")
    return day, time[:8]


def _alarm(results: Sequence[DeliveryResult]) -> list[str]:
    """Say first of all that something is missing, and how much."""
    lost = sum(result.status.is_lost for result in results)
    sent = sum(result.status is not Status.SKIPPED for result in results)
    if not lost:
        return []
    told = "The event was" if sent == 1 else f"{lost} of {sent} events were"
    return [
        f"**⚠️ {told} not delivered:** the reasons are below, and `event: replay` sends them later.",
        "",
    ]


def _services(results: Sequence[DeliveryResult], rollout: Rollout | None) -> list[str]:
    """One row a service, one column a vendor; services with trouble first where there are many."""
    vendors = [name for name in VENDORS if any(result.vendor == name for result in results)]
    own = (
        {service.name: service.attributes.get("version", "") for service in rollout.services}
        if rollout
        else {}
    )
    by_service: dict[str, list[DeliveryResult]] = {}
    for result in results:
        by_service.setdefault(result.service, []).append(result)
    many = len(by_service) > _FOLD_ABOVE
    if many:
        by_service = dict(
            sorted(
                by_service.items(), key=lambda item: not any(one.status.is_lost for one in item[1])
            )
        )
    rows, size = [], 0
    for service, theirs in by_service.items():
        name = " ".join(filter(None, (code(service), code(own.get(service, "")))))
        row = [
            name,
            *(_cell([one for one in theirs if one.vendor == vendor]) for vendor in vendors),
        ]
        size += sum(len(cell.encode()) + 4 for cell in row)
        if size > _LARGEST_TABLE:
            break
        rows.append(row)
    lines = table(["Service", *(VENDORS[vendor].title for vendor in vendors)], rows)
    if not many:
        return [*lines, ""]
    counts = [
        f"{sum(one.status is status for one in results)} {mark}" for status, mark in _MARKS.items()
    ]
    told = ", ".join(count for count in counts if not count.startswith("0 "))
    cut = (
        f" (the first {len(rows)}; the output <code>results</code> has all)"
        if len(rows) < len(by_service)
        else ""
    )
    return folded(f"{len(by_service)} services: {told}{cut}", lines)


def _cell(results: Sequence[DeliveryResult]) -> str:
    """What became of one service's events at one vendor, and its id there."""
    told = dict.fromkeys(
        _MARKS[one.status] if one.status is Status.SKIPPED else f"{one.event}: {_MARKS[one.status]}"
        for one in results
    )
    ids = dict.fromkeys(code(one.id, 140) for one in results if one.id)
    return "<br>".join([*told, *ids])


def _explanations(results: Sequence[DeliveryResult], said: Sequence[str], kept: bool) -> list[str]:
    """What did not arrive, in the annotations' own words, what was warned of, and what was not sent."""
    reasons = [result.error for result in results if result.status is Status.SKIPPED]
    notes = [result.note for result in results if result.note]
    told = list(dict.fromkeys([*describe_all(results, kept=kept), *said, *notes, *reasons]))
    lines = _bullets(told[:_MOST_EXPLANATIONS])
    if len(told) > _MOST_EXPLANATIONS:
        lines.append(
            f"- … and {len(told) - _MOST_EXPLANATIONS} more: the output <code>results</code> has all"
        )
    return lines


def _undelivered(lines: Sequence[str], room: int) -> list[str]:
    """The lines themselves, as many as the page has room for, in bytes."""
    shown: list[str] = []
    left = room - 1024  # what frames them
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            break
        shown.append(line)
    count = "1 undelivered event" if len(lines) == 1 else f"{len(lines)} undelivered events"
    rest = f" (the first {len(shown)}; the log has all)" if len(shown) < len(lines) else ""
    return folded(f"{count}, for <code>event: replay</code>{rest}", fence(shown))
