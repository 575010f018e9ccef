"""The deployments that LaunchDarkly stores, each computed from its events."""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Clock = Callable[[], float]
"""Returns seconds since the epoch."""

Event = dict[str, Any]
View = dict[str, Any]
"""A deployment as the API shows it."""

# Documented: the events with equal values of these make one deployment.
KEY = ("projectKey", "environmentKey", "applicationKey", "version")
NAMES = ("applicationName", "applicationKind", "versionName")
# Inferred: no event has the kind of a deployment; this is the value of the published example.
KIND = "custom"
# The API computes these from pull requests, which the sandbox does not have.
NO_PULL_REQUESTS = dict.fromkeys(
    ("numberOfContributors", "numberOfPullRequests", "linesAdded", "linesDeleted", "leadTime"), 0
)


@dataclass(slots=True)
class Deployment:
    """One deployment and every distinct event that it was made from."""

    id: str
    created_at: float
    archived: bool = False
    by_kind_and_time: dict[tuple[str, int], Event] = field(default_factory=dict)
    patched: dict[str, Any] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Add an event. A repeated one changes nothing."""
        key = event["eventType"], event["eventTime"]
        if key not in self.by_kind_and_time:
            self.by_kind_and_time[key] = event
            self.patched.clear()

    @property
    def events(self) -> list[Event]:
        """The events in the order of their receipt."""
        return list(self.by_kind_and_time.values())

    def timeline(self) -> tuple[int, int | None, str]:
        """Return start, end (Unix milliseconds) and status.

        Documented: `finished` without `started` gives start = end; `started` alone stays in
        progress. Inferred: events count in the order of their times, a start after an end restarts
        the deployment under the same ID, and `custom` events neither start nor end anything.
        """
        start: int | None = None
        end: int | None = None
        status = "started"
        # A start sorts before an end of the same millisecond: a deployment may take no time.
        for kind, time in sorted(
            self.by_kind_and_time, key=lambda key: (key[1], key[0] != "started")
        ):
            if kind == "started" and (start is None or end is not None):
                start, end, status = time, None, "started"
            elif kind in ("finished", "failed"):
                start, end, status = (time if start is None else start), time, kind
        return (self.events[0]["eventTime"] if start is None else start), end, status

    def view(self) -> View:
        """Return what the API shows."""
        start, end, status = self.timeline()
        first = self.events[0]
        metadata: dict[str, Any] = {}
        for event in self.events:
            metadata |= event.get("deploymentMetadata", {})
        shown = {
            "id": self.id,
            "applicationKey": first["applicationKey"],
            "applicationVersion": first["version"],
            "environmentKey": first["environmentKey"],
            "startedAt": start,
            "status": status,
            "kind": KIND,
            "active": True,
            "archived": self.archived,
            "metadata": metadata,
        }
        if end is not None:
            shown |= {"endedAt": end, "durationMs": end - start}
        return shown | NO_PULL_REQUESTS | self.patched

    def details(self) -> dict[str, Any]:
        """Return the view and what the API does not show: project, names and events."""
        names = {name: event[name] for event in self.events for name in NAMES if name in event}
        project = self.events[0]["projectKey"]
        return self.view() | names | {"projectKey": project, "events": self.events}


class Deployments:
    """All deployments, in the order of their creation."""

    def __init__(self, *, lag: float, seed: int, clock: Clock) -> None:
        self._lag = lag
        self._seed = seed
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Remove everything; the next IDs are the first ones again."""
        self._random = random.Random(self._seed)  # noqa: S311 - repeatable IDs, not secrets
        self._by_key: dict[tuple[str, ...], Deployment] = {}

    def add(self, event: Event) -> None:
        """Add an event to its deployment, which is created if it does not exist."""
        now = self._clock()
        key = tuple(event[name] for name in KEY)
        if key not in self._by_key:
            id_ = uuid.UUID(int=self._random.getrandbits(128), version=4)
            self._by_key[key] = Deployment(str(id_), now)
        self._by_key[key].add({"eventTime": int(now * 1000)} | event)

    def all(self) -> list[Deployment]:
        """Return every deployment, also those that the API does not show yet."""
        return list(self._by_key.values())

    def find(self, id_: str) -> Deployment | None:
        """Return the deployment with an ID if the API shows it already."""
        return next((each for each in self._visible() if each.id == id_), None)

    def views(self, project: str, environment: str) -> list[View]:
        """Return what the API shows of an environment, the newest start first."""
        scope = {"projectKey": project, "environmentKey": environment}.items()
        found = [each.view() for each in self._visible() if scope <= each.events[0].items()]
        found.sort(key=lambda view: view["startedAt"])
        # Of equal starts, the deployment that was created later comes first.
        return found[::-1]

    def _visible(self) -> Iterator[Deployment]:
        now = self._clock()
        return (each for each in self.all() if now >= each.created_at + self._lag)


def page(views: list[View], limit: int, after: str | None) -> tuple[list[View], bool]:
    """Return the page after a cursor, and whether there are older deployments.

    The form of a cursor is not published; here it is an ID. Raises ValueError for an unknown one.
    """
    first = 0 if after is None else [view["id"] for view in views].index(after) + 1
    return views[first : first + limit], first + limit < len(views)
