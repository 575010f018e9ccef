"""The summary's table: one row per service, one column per vendor."""

from collections.abc import Mapping, Sequence

from ..deployment import Deployment
from ..messages import DeliveryResult, Status
from ..values.unique import unique
from ..vendors.registry import VENDORS
from .markdown import Markdown, folded, table

_MOST_ROWS = 20
"""Services beyond which the table is folded."""
_LARGEST_TABLE = 600 * 1024  # bytes
_LONGEST_ID = 140  # characters

_LABELS = {
    Status.REFUSED: "❌ refused",
    Status.UNDELIVERED: "⚠️ undelivered",
    Status.DELIVERED: "✅ delivered",
    Status.SKIPPED: "⏭️ not sent",
    Status.DRY_RUN: "📝 dry run",
}
"""In the order in which they are counted: failures first."""


def services_table(
    markdown: Markdown, results: Sequence[DeliveryResult], deployments: Sequence[Deployment]
) -> list[str]:
    """Return the table's lines; many services are folded under a count, failures first."""
    vendors = [name for name in VENDORS if any(result.vendor == name for result in results)]
    by_service: dict[str, list[DeliveryResult]] = {}
    for result in results:
        by_service.setdefault(result.service, []).append(result)
    folds = len(by_service) > _MOST_ROWS
    if folds:
        by_service = _failures_first(by_service)
    rows = _rows(markdown, by_service, vendors, deployments)
    lines = table(["Service", *(VENDORS[name].title for name in vendors)], rows)
    if not folds:
        return [*lines, ""]
    title = f"{len(by_service)} services: {_counts(results)}"
    if len(rows) < len(by_service):
        title += f" (the first {len(rows)}; the output <code>results</code> has all)"
    return folded(title, lines)


def _failures_first(
    by_service: Mapping[str, list[DeliveryResult]],
) -> dict[str, list[DeliveryResult]]:
    def succeeded(item: tuple[str, list[DeliveryResult]]) -> bool:
        return not any(result.status.is_lost for result in item[1])

    return dict(sorted(by_service.items(), key=succeeded))


def _rows(
    markdown: Markdown,
    by_service: Mapping[str, list[DeliveryResult]],
    vendors: Sequence[str],
    deployments: Sequence[Deployment],
) -> list[list[str]]:
    """Return as many rows as the summary has room for."""
    versions = {
        deployment.service.name: deployment.service.overrides.get("version", "")
        for deployment in deployments
    }
    rows: list[list[str]] = []
    size = 0
    for service, results in by_service.items():
        name = f"{markdown.code(service)} {markdown.code(versions.get(service, ''))}".strip()
        cells = [
            _cell(markdown, [result for result in results if result.vendor == vendor])
            for vendor in vendors
        ]
        row = [name, *cells]
        size += sum(len(cell.encode()) + 4 for cell in row)
        if size > _LARGEST_TABLE:
            break
        rows.append(row)
    return rows


def _counts(results: Sequence[DeliveryResult]) -> str:
    counts = {status: sum(result.status is status for result in results) for status in _LABELS}
    return ", ".join(f"{count} {_LABELS[status]}" for status, count in counts.items() if count)


def _cell(markdown: Markdown, results: Sequence[DeliveryResult]) -> str:
    """Return what became of one service's events at one vendor, and its ID there."""
    labels = unique(_label(result) for result in results)
    ids = unique(markdown.code(result.id, _LONGEST_ID) for result in results)
    return "<br>".join([*labels, *ids])


def _label(result: DeliveryResult) -> str:
    if result.status is Status.SKIPPED:
        return _LABELS[result.status]
    return f"{result.event}: {_LABELS[result.status]}"
