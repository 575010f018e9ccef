"""Plain, readable terminal output."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from emulator.plain import plain_text
from sandbox import Recorded

_BOLD, _RED, _GREEN, _END = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[0m"
_LONGEST_LINE = 400
"""Characters; longer lines contain JSON, which nobody reads here."""
_SHORTENED_LINE = 100  # characters
_FIELDS = (
    *("service", "applicationKey", "version", "applicationVersion"),
    *("environmentKey", "env", "status", "id"),
)


class Report:
    """Writes headings and indented blocks to a stream."""

    def __init__(self, stream: TextIO, *, color: bool = False) -> None:
        self._stream = stream
        self._color = color

    def heading(self, title: str) -> None:
        """Begin a section."""
        self._write(f"\n{self._styled(title, _BOLD)}")

    def notice(self, message: str) -> None:
        """Write a paragraph."""
        self._write(self._styled(message, _BOLD))

    def text(self, block: str) -> None:
        """Write lines, indented; long ones, such as JSON, are shortened."""
        lines = [_shortened(line) for line in block.rstrip().splitlines()]
        self._write(textwrap.indent("\n".join(lines) or "(nothing)", "  "))

    def summary(self, markdown: str) -> None:
        """Write a job summary as text."""
        self._write(textwrap.indent(plain_text(markdown) or "(nothing)", "  "))

    def pairs(self, values: Mapping[str, object]) -> None:
        """Write names and values, aligned."""
        self.text(_aligned(values))

    def requests(self, requests: Iterable[Recorded]) -> None:
        """Write one line for each request."""
        lines = [
            f"{each.method:5} {each.path}  {each.status or 'no response'}{_event(each)}"
            for each in requests
        ]
        self.text("\n".join(lines))

    def deployments(self, deployments: Iterable[Mapping[str, Any]]) -> None:
        """Write what a vendor stored of each deployment."""
        blocks = []
        for deployment in deployments:
            facts = {name: deployment[name] for name in _FIELDS if name in deployment}
            blocks.append(_aligned({**facts, **_times(deployment)}))
        self.text("\n\n".join(blocks))

    def verdict(self, good: bool, message: str) -> None:
        """Write the last line."""
        self._write(f"\n{self._styled(message, _GREEN if good else _RED)}")

    def _styled(self, text: str, style: str) -> str:
        return f"{style}{text}{_END}" if self._color else text

    def _write(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


def _shortened(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[:_SHORTENED_LINE]} … ({len(line):,} characters)"


def _aligned(values: Mapping[str, object]) -> str:
    width = max((len(name) for name in values), default=0)
    return "\n".join(f"{name:{width}}  {value}".rstrip() for name, value in values.items())


def _event(request: Recorded) -> str:
    body = request.body if isinstance(request.body, Mapping) else {}
    return f"  {body['eventType']}" if "eventType" in body else ""


def _times(deployment: Mapping[str, Any]) -> dict[str, str]:
    """Return start, end and duration; the two vendors have different names for them (ms)."""
    start = deployment.get("startedAt") or deployment.get("started_at")
    end = deployment.get("endedAt") or deployment.get("finished_at")
    times = {"started": start, "ended": end}
    shown = {name: _clock(moment) for name, moment in times.items() if moment}
    if start and end:
        shown["duration"] = f"{(end - start) / 1000:.3f} s"
    return shown


def _clock(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
