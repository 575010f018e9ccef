"""Plain, readable terminal output."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from sandbox import Recorded

_BOLD, _RED, _GREEN, _END = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[0m"
_FIELDS = (
    "service",
    "applicationKey",
    "version",
    "applicationVersion",
    "environmentKey",
    "env",
    "status",
    "id",
)


class Report:
    """Writes headings and indented blocks to a stream."""

    def __init__(self, stream: TextIO, *, colour: bool = False) -> None:
        self._stream = stream
        self._colour = colour

    def heading(self, title: str) -> None:
        """Begin a section."""
        self._write(f"\n{self._styled(title, _BOLD)}\n")

    def notice(self, message: str) -> None:
        """Write a paragraph of its own."""
        self._write(f"{self._styled(message, _BOLD)}\n")

    def text(self, block: str) -> None:
        """Write lines, indented."""
        self._write(textwrap.indent(block.rstrip() or "(nothing)", "  ") + "\n")

    def pairs(self, values: Mapping[str, object]) -> None:
        """Write names and values, aligned."""
        self.text(_aligned(values))

    def requests(self, requests: Iterable[Recorded]) -> None:
        """Write one line a request."""
        lines = [
            f"{each.method:5} {each.path}  {each.status or 'no answer'}{_event(each)}"
            for each in requests
        ]
        self.text("\n".join(lines))

    def deployments(self, deployments: Iterable[Mapping[str, Any]]) -> None:
        """Write what a vendor knows of each deployment."""
        blocks = []
        for deployment in deployments:
            facts = {name: deployment[name] for name in _FIELDS if name in deployment}
            blocks.append(_aligned({**facts, **_times(deployment)}))
        self.text("\n\n".join(blocks))

    def verdict(self, delivered: bool) -> None:
        """Write the last line."""
        message, colour = (
            ("everything was delivered", _GREEN) if delivered else ("NOT delivered", _RED)
        )
        self._write(f"\n{self._styled(message, colour)}\n")

    def _styled(self, text: str, style: str) -> str:
        return f"{style}{text}{_END}" if self._colour else text

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _aligned(values: Mapping[str, object]) -> str:
    width = max((len(name) for name in values), default=0)
    return "\n".join(f"{name:{width}}  {value}".rstrip() for name, value in values.items())


def _event(request: Recorded) -> str:
    body = request.body if isinstance(request.body, Mapping) else {}
    return f"  {body['eventType']}" if "eventType" in body else ""


def _times(deployment: Mapping[str, Any]) -> dict[str, str]:
    """Start, end and duration, whatever the vendor calls them."""
    start = _seconds(deployment.get("startedAt") or deployment.get("started_at"))
    end = _seconds(deployment.get("endedAt") or deployment.get("finished_at"))
    times = {"started": start, "ended": end}
    shown = {name: _clock(moment) for name, moment in times.items() if moment is not None}
    if start is not None and end is not None:
        shown["duration"] = f"{end - start:.3f} s"
    return shown


def _seconds(value: object) -> float | None:
    """Read a Unix time in milliseconds, or in nanoseconds when only that makes sense of it."""
    if not isinstance(value, (int, float)):
        return None
    return value / (1e9 if value > 1e16 else 1e3)


def _clock(seconds: float) -> str:
    return (
        datetime.fromtimestamp(seconds, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
