"""The look-up of deployment IDs, which LaunchDarkly's response to an event does not contain.

See docs/vendors.md#launchdarkly-deployment-list.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ...messages import Request
from ..base import Listed, Lookup
from ..shared import as_list, is_id
from .api import API, HEADERS

_PAGE = 100
"""The largest page of the list."""
_MAX_PAGES = 100
"""Pages of one list, which are 10,000 deployments."""
_LONGEST_LIST = 6000  # characters
"""Of application keys in one URL, because proxies allow about 8 KiB."""


class DeploymentSearch(Lookup):
    """Finds the latest deployment of each search.

    One list request serves as many applications of a project and environment as a page and a URL
    hold.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Mapping[str, str],
        searches: Mapping[int, Mapping[str, Any]],
    ) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._newest: dict[int, Listed] = {}
        self._cursors: set[str] = set()
        """Of the pages read of the first query's list."""
        self._queries = list(_queries(searches.values()))
        self._wanted: defaultdict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        names = ("projectKey", "environmentKey", "applicationKey", "version")
        for key, search in searches.items():
            self._wanted[tuple(search[name] for name in names)].append((key, search["since"]))

    def request(self) -> Request | None:
        if not self._queries:
            return None
        query = urlencode(self._queries[0], safe=",")
        url = f"{self._base_url}{API}/deployments?{query}"
        return Request("GET", url, headers=HEADERS, credentials=self._credentials)

    def take(self, page: Any) -> Mapping[int, str]:
        query = self._queries.pop(0)
        if isinstance(page, dict):
            for item in as_list(page.get("items")):
                if isinstance(item, dict):
                    self._match(item, query["projectKey"])
            self._turn_page(query, _next_page(page))
        return {key: found.id for key, found in self._newest.items()}

    @property
    def listed(self) -> Mapping[int, Listed]:
        return self._newest

    def _turn_page(self, query: dict[str, Any], cursor: str) -> None:
        """Ask for the page of `cursor` next. Pages that repeat or never end are not read."""
        if not cursor:
            self._cursors.clear()
        elif cursor in self._cursors or len(self._cursors) + 1 >= _MAX_PAGES:
            self._cursors.clear()
            self.complete = False
        else:
            self._cursors.add(cursor)
            self._queries.insert(0, {**query, "after": cursor})

    def _match(self, item: Mapping[str, Any], project: str) -> None:
        found, started = item.get("id"), item.get("startedAt")
        if not (isinstance(found, str) and is_id(found) and isinstance(started, int)):
            return
        # See docs/vendors.md#launchdarkly-archived-deployments.
        if item.get("archived") is True:
            return
        names = ("environmentKey", "applicationKey", "applicationVersion")
        place = (project, *(str(item.get(name)) for name in names))
        for key, since in self._wanted.get(place, ()):
            newest = self._newest.get(key)
            if started >= max(since, newest.started_at if newest else 0):
                self._newest[key] = Listed(found, started, _is_open(item))


def _is_open(item: Mapping[str, Any]) -> bool:
    """See docs/vendors.md#launchdarkly-deployment-item."""
    return not item.get("endedAt") and item.get("status") not in {"finished", "failed"}


def _queries(searches: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    groups: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for search in searches:
        groups[search["projectKey"], search["environmentKey"]].append(search)
    for (project, environment), members in groups.items():
        for applications in _comma_lists(sorted({search["applicationKey"] for search in members})):
            yield {
                "projectKey": project,
                "environmentKey": environment,
                "applicationKey": applications,
                "from": min(search["since"] for search in members),
                "limit": _PAGE,
            }


def _comma_lists(keys: Sequence[str]) -> Iterator[str]:
    chosen: list[str] = []
    for key in keys:
        if "," in key or len(key) > _LONGEST_LIST:
            # No list can contain this key, so the ID stays unknown.
            continue
        if len(chosen) == _PAGE or sum(map(len, chosen)) + len(key) > _LONGEST_LIST:
            yield ",".join(chosen)
            chosen = []
        chosen.append(key)
    if chosen:
        yield ",".join(chosen)


def _next_page(page: Mapping[str, Any]) -> str:
    """Return the next page's cursor. The rest of the link is ignored: its host is untrusted."""
    links = page.get("_links")
    link = links.get("next") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else None
    try:
        return parse_qs(urlsplit(href).query).get("after", [""])[0] if isinstance(href, str) else ""
    except ValueError:
        return ""
