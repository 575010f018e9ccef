"""What `make run` writes: titles, and below each its text or columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table

from sandbox import Recorded

_LONGEST_LINE = 400
"""Characters; longer lines contain JSON, of which 100 are enough."""
_MOMENTS = ("startedAt", "endedAt", "started_at", "finished_at")
"""The fields of a deployment that are times in ms; each vendor has two of them."""
# Wide enough that no line is wrapped or shortened; a terminal wraps lines itself.
_PLAIN = Console(width=2_000, color_system=None, highlight=False, markup=False, emoji=False)


class Report:
    """Writes to a stream; titles have color if it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream)

    def line(self, text: str, style: str = "bold") -> None:
        """Write one line."""
        self._console.out(text, style=style, highlight=False)

    def section(self, title: str, *blocks: RenderableType) -> None:
        """Write a title, and indented below it each block."""
        with _PLAIN.capture() as capture:
            for block in blocks:
                _PLAIN.print(Padding(block, (0, 0, 1, 2)))
        text = re.sub(" +\n", "\n", capture.get())
        text = re.sub("\n{3,}", "\n\n", text).strip("\n")
        self.line(title)
        self.line(f"{text or '  (nothing)'}\n", "none")


def columns(rows: Iterable[Iterable[object]]) -> Table:
    """Return rows with aligned cells."""
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row(*[_shortened(str(cell)) for cell in row])
    return table


def lines(text: str) -> Table:
    """Return the lines of a text."""
    return columns([line] for line in text.splitlines())


def summary(markdown: str) -> Markdown:
    """Return a job summary nearly as GitHub shows it: unfolded, and without blocks of JSON."""
    text = re.sub(r"```.*?```|</?(details|summary)>", "", markdown, flags=re.DOTALL)
    return Markdown(text.replace("<br>", "&#10;"))


def request(received: Recorded) -> tuple[object, ...]:
    """Return the columns of a request: method, path, status and LaunchDarkly's type of event."""
    event = received.body.get("eventType", "") if isinstance(received.body, Mapping) else ""
    return received.method, received.path, received.status or "no response", event


def deployment(stored: Mapping[str, Any]) -> Table:
    """Return what a vendor stored of a deployment: texts, times and duration."""
    moments = {name: stored[name] for name in _MOMENTS if stored.get(name)}
    facts = {name: value for name, value in stored.items() if isinstance(value, str)}
    for name, milliseconds in moments.items():
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
        facts[name] = moment.isoformat(timespec="milliseconds")
    if len(moments) == 2:
        start, end = moments.values()
        facts["duration"] = f"{(end - start) / 1000:.3f} s"
    return columns(facts.items())


def _shortened(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[:100]} … ({len(line):,} characters)"
