"""Receipts → the job's summary page: what was deployed, where, when, and what each vendor said."""

from collections.abc import Iterable, Sequence

from .calls import Receipt, Status
from .deployment import Event, Rollout
from .errors import Problem
from .markdown import code, escape, fence, folded, link, table
from .outcomes import describe_all
from .providers import PROVIDERS
from .times import duration, iso

_FOLD_ABOVE = 20  # services
_MOST_ROWS = 2000
_MOST_BYTES = 900 * 1024  # of undelivered lines; the runner throws a summary over 1 MiB away whole

_MARKS = {
    Status.DELIVERED: "✅ delivered",
    Status.REFUSED: "❌ refused",
    Status.UNDELIVERED: "⚠️ undelivered",
    Status.SKIPPED: "⏭️ not sent",
    Status.DRY_RUN: "📝 dry run",
}

_HEADINGS = {
    Event.STARTED: "🚀 Deployment started",
    Event.FINISHED: "✅ Deployment finished",
    Event.FAILED: "❌ Deployment failed",
    Event.CUSTOM: "📌 Deployment event",
    Event.UPDATE: "✏️ Deployment updated",
}


def render(receipts: Sequence[Receipt], rollout: Rollout | None, undelivered: Sequence[str]) -> str:
    """Return the page as Markdown; `undelivered` are the lines for `event: replay`."""
    lines = [f"### {_heading(receipts, rollout)}", ""]
    if rollout is not None:
        lines += [*table(["", ""], _facts(rollout, receipts)), ""]
    lines += _services(receipts, rollout)
    lines += [f"- {escape(told, 1000)}" for told in _explanations(receipts)]
    if undelivered:
        lines += ["", *_undelivered(undelivered)]
    return "\n".join(lines)


def render_problems(problems: Iterable[Problem]) -> str:
    """Return the page of a step whose inputs are wrong: the same words as in the annotations."""
    told = [f"- {escape(str(problem), 1000)}" for problem in problems]
    return "\n".join(["### ❌ Nothing was reported: the inputs are wrong", "", *told])


def _heading(receipts: Sequence[Receipt], rollout: Rollout | None) -> str:
    if rollout is None:
        return "📮 Undelivered events sent again"
    events = [receipt.event for receipt in receipts]
    heading = _HEADINGS[events[-1]] if events else "Deployment"
    where = f" in {escape(rollout.environment)}" if rollout.environment else ""
    services = rollout.services
    return f"{heading}: {escape(services[0].name) if len(services) == 1 else f'{len(services)} services'}{where}"


def _facts(rollout: Rollout, receipts: Sequence[Receipt]) -> list[list[str]]:
    commit = code(rollout.commit_sha[:12])
    if rollout.commit_sha:
        commit = link(commit, f"{rollout.repository_url}/commit/{rollout.commit_sha}")
    run_url = f"{rollout.repository_url}/actions/runs/{rollout.origin.run_id}/attempts/{rollout.origin.run_attempt}"
    rows = [
        ["Version", code(rollout.version)],
        ["Commit", commit],
        ["Started", iso(rollout.started_at)],
    ]
    if rollout.finished_at is not None and any(receipt.event.is_end for receipt in receipts):
        took = duration(rollout.finished_at - rollout.started_at)
        rows.append(["Finished", f"{iso(rollout.finished_at)}, after **{took}**"])
    if rollout.origin.run_id:
        rows.append(["Run", link(escape(f"{rollout.origin.job} {rollout.origin.run_id}".strip()), run_url)])
    return [row for row in rows if row[1]]


def _services(receipts: Sequence[Receipt], rollout: Rollout | None) -> list[str]:
    rows = [
        [
            code(receipt.service),
            PROVIDERS[receipt.vendor].title,
            receipt.event.value,
            _MARKS[receipt.status],
            code(receipt.id, 140),
        ]
        for receipt in receipts[:_MOST_ROWS]
    ]
    lines = table(["Service", "Vendor", "Event", "Result", "Deployment id"], rows)
    if rollout is None or len(rollout.services) <= _FOLD_ABOVE:
        return [*lines, ""]
    counts = [f"{sum(one.status is status for one in receipts)} {mark}" for status, mark in _MARKS.items()]
    title = f"{len(rollout.services)} services: {', '.join(told for told in counts if not told.startswith('0 '))}"
    return folded(title, lines)


def _explanations(receipts: Sequence[Receipt]) -> list[str]:
    """What did not arrive, in the annotations' own words, and what was not sent by design."""
    reasons = dict.fromkeys(receipt.error for receipt in receipts if receipt.status is Status.SKIPPED)
    notes = dict.fromkeys(receipt.note for receipt in receipts if receipt.note)
    return [*describe_all(receipts), *notes, *reasons]


def _undelivered(lines: Sequence[str]) -> list[str]:
    shown: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > _MOST_BYTES:
            break
        shown.append(line)
    rest = f" (the first {len(shown)}; the log has all)" if len(shown) < len(lines) else ""
    return folded(f"{len(lines)} undelivered events, for <code>event: replay</code>{rest}", fence(shown))
