"""The deployments LaunchDarkly keeps: what a row of events adds up to."""

import random
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

Clock = Callable[[], float]
"""Seconds since the epoch."""

View = dict[str, Any]
"""A deployment as the API shows it."""

Key = tuple[str, str, str, str]
"""Project, environment, application, version: the events of one key make one deployment (documented)."""

# Inferred: no event says what kind of deployment it was; this is the value of the published example.
KIND = "custom"


@dataclass(slots=True)
class Deployment:
    """One deployment and every distinct event it was made from."""

    id: str
    key: Key
    seen_at: float
    events: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    patched: dict[str, Any] = field(default_factory=dict)

    def add(self, event: dict[str, Any]) -> None:
        """Take an event in. A repeated one changes nothing."""
        identity = (event["eventType"], event["eventTime"])
        if identity in {(known["eventType"], known["eventTime"]) for known in self.events}:
            return
        self.events.append(event)
        self.patched.clear()
        self.metadata.update(event.get("deploymentMetadata", {}))
        self.names.update(
            {
                name: event[name]
                for name in ("applicationName", "applicationKind", "versionName")
                if name in event
            }
        )

    def timeline(self) -> tuple[int, int | None, str]:
        """Return start, end (Unix milliseconds) and status.

        Documented: `finished` without `started` gives start = end; `started` alone stays in progress.
        Inferred: events count in the order of their times, a start after an end begins the deployment
        anew under the same id, and `custom` events neither start nor end anything.
        """
        start: int | None = None
        end: int | None = None
        status = "started"
        # A start sorts before an end of the same millisecond: a deployment may take no time.
        for event in sorted(
            self.events, key=lambda event: (event["eventTime"], event["eventType"] != "started")
        ):
            time, kind = event["eventTime"], event["eventType"]
            if kind == "started" and (start is None or end is not None):
                start, end, status = time, None, "started"
            elif kind in ("finished", "failed"):
                start, end, status = (time if start is None else start), time, kind
        return (self.events[0]["eventTime"] if start is None else start), end, status

    def view(self) -> View:
        """Return what the API shows."""
        start, end, status = self.timeline()
        _, environment, application, version = self.key
        shown = {
            "id": self.id,
            "applicationKey": application,
            "applicationVersion": version,
            "environmentKey": environment,
            "startedAt": start,
            "status": status,
            "kind": KIND,
            "active": True,
            "archived": False,
            "metadata": dict(self.metadata),
            "numberOfContributors": 0,
            "numberOfPullRequests": 0,
            "linesAdded": 0,
            "linesDeleted": 0,
            "leadTime": 0,
        }
        if end is not None:
            shown |= {"endedAt": end, "durationMs": end - start}
        return shown | self.patched

    def whole(self) -> dict[str, Any]:
        """Return the view and what the API keeps to itself: names and events."""
        return self.view() | {"projectKey": self.key[0], **self.names, "events": list(self.events)}


class Book:
    """All deployments, found by key or by id."""

    def __init__(self, *, lag: float, seed: int, clock: Clock) -> None:
        self._lag = lag
        self._seed = seed
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Forget everything; the ids to come are the first ones again."""
        self._random = random.Random(self._seed)  # noqa: S311 - ids that repeat from run to run, not secrets
        self._by_key: dict[Key, Deployment] = {}

    def take(self, key: Key, event: dict[str, Any]) -> None:
        """Add an event to its deployment, which it may create."""
        if key not in self._by_key:
            made = uuid.UUID(int=self._random.getrandbits(128), version=4)
            self._by_key[key] = Deployment(str(made), key, self._clock())
        self._by_key[key].add({"eventTime": int(self._clock() * 1000)} | event)

    def all(self) -> list[Deployment]:
        """Return every deployment, oldest first, those the list does not show yet included."""
        return list(self._by_key.values())

    def find(self, id_: str) -> Deployment | None:
        """Return the deployment of an id, once the API shows it."""
        return next((each for each in self._visible() if each.id == id_), None)

    def views(
        self, project: str, environment: str, applications: Collection[str] = ()
    ) -> list[View]:
        """Return what the API shows by now of some applications, or of all, newest start first."""
        found = [
            each.view()
            for each in self._visible()
            if each.key[:2] == (project, environment)
            and (not applications or each.key[2] in applications)
        ]
        found.reverse()  # of equal starts, the later created comes first: the sort keeps that order
        return sorted(found, key=lambda view: view["startedAt"], reverse=True)

    def _visible(self) -> Iterator[Deployment]:
        now = self._clock()
        return (each for each in self._by_key.values() if now >= each.seen_at + self._lag)


def page(
    views: list[View], limit: int, *, after: str | None, before: str | None
) -> tuple[list[View], bool, bool]:
    """Cut a page out of a list, behind or before the deployment a cursor names.

    Returns it with whether there is more before and more behind. Raises ValueError for an unknown cursor.
    The cursors' form is not published: here they are ids.
    """
    ids = [view["id"] for view in views]
    first = 0
    if after is not None:
        first = ids.index(after) + 1
    elif before is not None:
        first = max(0, ids.index(before) - limit)
    items = views[first : first + limit]
    return items, first > 0 and bool(items), first + limit < len(views)
