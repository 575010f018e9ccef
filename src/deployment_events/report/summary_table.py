"""The summary's tables: one row per service, one column per vendor."""

from collections.abc import Callable, Mapping, Sequence

from ..deployment import Deployment
from ..messages import DeliveryResult, Status
from ..values.unique import unique
from ..vendors.registry import VENDORS
from .markdown import Markdown, folded, table

_MOST_ROWS = 20
"""Services beyond which the table is folded."""
_LARGEST_TABLE = 350 * 1024  # bytes
_LONGEST_ID = 140  # characters
_ALL = "the output <code>results</code> has all"

_LABELS = {
    Status.REFUSED: "❌ refused",
    Status.UNDELIVERED: "⚠️ undelivered",
    Status.DELIVERED: "✅ delivered",
    Status.SKIPPED: "⏭️ not sent",
    Status.DRY_RUN: "📝 dry run",
}
"""In the order in which they are counted: failures first."""

_Cell = Callable[[Sequence[DeliveryResult]], str]
"""Makes a cell of the results of one service at one vendor."""


def services_table(
    markdown: Markdown,
    results: Sequence[DeliveryResult],
    deployments: Sequence[Deployment],
    links: Mapping[str, str],
) -> list[str]:
    """Return the lines of the table, services with failures first; many services are folded.

    `links` are the URLs of the vendors' pages, by name. The ID of a single service is in its cell.
    """
    services = [deployment.service for deployment in deployments]
    versions = {service.name: service.overrides.get("version", "") for service in services}
    by_service = _by_service(results)

    def name(service: str) -> str:
        return f"{markdown.code(service)} {markdown.code(versions.get(service, ''))}".strip()

    def cell(found: Sequence[DeliveryResult]) -> str:
        ids = _ids(markdown, found) if len(by_service) == 1 else []
        return "<br>".join([*unique(map(_label, found)), *ids])

    vendors = _vendors(results)
    head = ["Service"]
    head += [markdown.link(VENDORS[vendor].title, links.get(vendor, "")) for vendor in vendors]
    rows = _rows(by_service, vendors, name, cell)
    lines = table(head, rows)
    if len(by_service) <= _MOST_ROWS:
        return [*lines, ""]
    title = f"{len(by_service)} services: {_counts(results)}"
    if len(rows) < len(by_service):
        title += f" (the first {len(rows)}; {_ALL})"
    return folded(title, lines)


def ids_table(markdown: Markdown, results: Sequence[DeliveryResult]) -> list[str]:
    """Return the folded table of the IDs, or nothing for a single service."""
    services = _by_service([result for result in results if result.id])
    if len(_by_service(results)) < 2 or not services:
        return []

    def cell(found: Sequence[DeliveryResult]) -> str:
        return "<br>".join(_ids(markdown, found))

    vendors = _vendors(results)
    rows = _rows(services, vendors, markdown.code, cell)
    title = "Deployment IDs"
    if len(rows) < len(services):
        title += f" (the first {len(rows)}; {_ALL})"
    return folded(title, table(["Service", *(VENDORS[name].title for name in vendors)], rows))


def _vendors(results: Sequence[DeliveryResult]) -> list[str]:
    return [name for name in VENDORS if any(result.vendor == name for result in results)]


def _by_service(results: Sequence[DeliveryResult]) -> dict[str, list[DeliveryResult]]:
    """Return the results of each service, those with failures first."""
    services: dict[str, list[DeliveryResult]] = {}
    for result in results:
        services.setdefault(result.service, []).append(result)

    def succeeded(item: tuple[str, list[DeliveryResult]]) -> bool:
        return not any(result.status.is_lost for result in item[1])

    return dict(sorted(services.items(), key=succeeded))


def _rows(
    services: Mapping[str, Sequence[DeliveryResult]],
    vendors: Sequence[str],
    name: Callable[[str], str],
    cell: _Cell,
) -> list[list[str]]:
    """Return the rows, up to the size that the summary allows."""
    rows: list[list[str]] = []
    size = 0
    for service, results in services.items():
        cells = (
            cell([result for result in results if result.vendor == vendor]) for vendor in vendors
        )
        row = [name(service), *cells]
        size += sum(len(text.encode()) + 4 for text in row)
        if size > _LARGEST_TABLE:
            break
        rows.append(row)
    return rows


def _counts(results: Sequence[DeliveryResult]) -> str:
    counts = {status: sum(result.status is status for result in results) for status in _LABELS}
    return ", ".join(f"{count} {_LABELS[status]}" for status, count in counts.items() if count)


def _ids(markdown: Markdown, results: Sequence[DeliveryResult]) -> Sequence[str]:
    return unique(markdown.code(result.id, _LONGEST_ID) for result in results)


def _label(result: DeliveryResult) -> str:
    if result.status is Status.SKIPPED:
        return _LABELS[result.status]
    return f"{result.event}: {_LABELS[result.status]}"
