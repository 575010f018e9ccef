"""The look-up of LaunchDarkly's IDs: few requests, the latest of the version, validated."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support.moments import EARLIER, NOW

from deployment_events.vendors.launchdarkly.search import DeploymentSearch

BASE = "https://app.launchdarkly.com"


def wanted(application: str = "checkout", **changes: Any) -> dict[str, Any]:
    base = {
        "projectKey": "default",
        "environmentKey": "production",
        "version": "1.4.0",
        "since": EARLIER,
    }
    return base | {"applicationKey": application} | changes


def item(id_: Any = "id-1", application: str = "checkout", **changes: Any) -> dict[str, Any]:
    base = {"environmentKey": "production", "applicationVersion": "1.4.0", "startedAt": EARLIER}
    return base | {"id": id_, "applicationKey": application} | changes


def page(*items: Any, after: str = "") -> dict[str, Any]:
    href = f"https://evil.example/api/v2/engineering-insights/deployments?limit=1&after={after}"
    return {"items": list(items), "_links": {"next": {"href": href}} if after else {}}


def query(search: DeploymentSearch) -> dict[str, str]:
    """Return the next request's query; its address and header are the documented ones."""
    request = search.request()
    assert request is not None
    assert (request.method, request.headers) == ("GET", {"LD-API-Version": "beta"})
    parts = urlsplit(request.url)
    assert (
        f"{parts.scheme}://{parts.netloc}{parts.path}"
        == f"{BASE}/api/v2/engineering-insights/deployments"
    )
    return {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}


def find(*items: Any, **changes: Any) -> str:
    """Return the id found for one search in one page."""
    return DeploymentSearch(BASE, {}, {7: wanted(**changes)}).take(page(*items)).get(7, "")


def test_one_list_call_asks_for_many_applications() -> None:
    search = DeploymentSearch(
        BASE, {}, {0: wanted("web"), 1: wanted("api", since=EARLIER - 5), 2: wanted("api")}
    )
    assert query(search) == {
        "projectKey": "default",
        "environmentKey": "production",
        "applicationKey": "api,web",
        "from": str(EARLIER - 5),
        "limit": "100",
    }
    assert search.take(page(item("id-web", "web"), item("id-api", "api"))) == {
        0: "id-web",
        1: "id-api",
        2: "id-api",
    }
    assert search.request() is None


def test_without_searches_there_is_no_request() -> None:
    assert DeploymentSearch(BASE, {}, {}).request() is None


def test_other_projects_and_environments_are_asked_by_themselves() -> None:
    three = {0: wanted(), 1: wanted(environmentKey="staging"), 2: wanted(projectKey="shop")}
    search = DeploymentSearch(BASE, {}, three)
    asked = []
    while search.request():
        asked.append((query(search)["projectKey"], query(search)["environmentKey"]))
        search.take(page(item(f"id-{len(asked)}", environmentKey=asked[-1][1])))
    assert asked == [("default", "production"), ("default", "staging"), ("shop", "production")]


@pytest.mark.parametrize(
    ("count", "length", "messages"), [(100, 5, 1), (101, 5, 2), (500, 5, 5), (100, 100, 2)]
)
def test_a_request_lists_as_many_applications_as_fit_a_page_and_a_url(
    count: int, length: int, messages: int
) -> None:
    names = [f"{number:0{length}d}" for number in range(count)]
    search = DeploymentSearch(BASE, {}, {number: wanted(name) for number, name in enumerate(names)})
    asked: list[str] = []
    for _ in range(messages):
        keys = query(search)["applicationKey"].split(",")
        assert len(keys) <= 100
        asked += keys
        request = search.request()
        assert request is not None
        assert len(request.url) < 8000
        search.take(page())
    assert search.request() is None
    assert asked == names


@pytest.mark.parametrize("name", ["a,b", "x" * 6001])
def test_a_name_that_fits_no_list_affects_no_other_search(name: str) -> None:
    search = DeploymentSearch(BASE, {}, {0: wanted(name), 1: wanted("api")})
    assert query(search)["applicationKey"] == "api"
    assert search.take(page(item("id-api", "api"))) == {1: "id-api"}
    assert search.request() is None


def test_the_newest_since_the_start_wins() -> None:
    newer = item("new", startedAt=EARLIER + 5)
    assert find(item("old"), newer) == find(newer, item("old")) == "new"


@pytest.mark.parametrize(
    "other",
    [
        {"startedAt": EARLIER - 1},
        {"applicationVersion": "1.4.1"},
        {"applicationVersion": None},
        {"environmentKey": "staging"},
        {"application": "check"},
        {"id_": "../x"},
        {"id_": ""},
        {"id_": 7},
        {"id_": None},
        {"startedAt": str(EARLIER)},
        {"startedAt": None},
        {"startedAt": 1.5},
    ],
)
def test_another_deployment_or_a_doubtful_one_is_not_ours(other: dict[str, Any]) -> None:
    assert find(item(**other)) == ""
    assert find(item(**other), item("ours")) == "ours"


def test_pages_are_followed_by_their_cursor_alone() -> None:
    search = DeploymentSearch(BASE, {}, {0: wanted()})
    assert search.take(page(item("other", "other"), after="abc/%2B")) == {}
    assert query(search)["after"] == "abc/+"
    assert search.take(page(item("ours"), after="next")) == {0: "ours"}
    assert query(search)["after"] == "next"
    search.take(page(after="next"))
    assert search.request() is None, "the same cursor again would never end"
    assert not search.complete


def test_a_circle_of_cursors_is_walked_once() -> None:
    search = DeploymentSearch(BASE, {}, {0: wanted()})
    pages = 0
    while search.request():
        found = search.take(page(item("ours"), after=f"cursor-{pages % 3}"))
        pages += 1
    assert (pages, found, search.complete) == (4, {0: "ours"}, False)


def test_a_list_that_never_ends_is_read_to_a_limit() -> None:
    search = DeploymentSearch(BASE, {}, {0: wanted(), 1: wanted(environmentKey="staging")})
    pages: dict[str, int] = {}
    while search.request():
        environment = query(search)["environmentKey"]
        pages[environment] = pages.get(environment, 0) + 1
        found = search.take(
            page(item(environmentKey=environment), after=f"cursor-{pages[environment]}")
        )
    assert pages == {"production": 100, "staging": 100}
    assert found == {0: "id-1", 1: "id-1"}
    assert not search.complete


def test_a_list_that_ends_is_complete_and_its_cursors_are_not_those_of_the_next() -> None:
    search = DeploymentSearch(BASE, {}, {0: wanted(), 1: wanted(environmentKey="staging")})
    for after in ("a", "", "a", ""):
        assert search.request() is not None
        search.take(page(after=after))
    assert search.request() is None
    assert search.complete


@pytest.mark.parametrize(
    "answer",
    [
        *(None, [], "x", 1, {}, {"items": None}, {"items": {}}, {"items": [None, 1, [], "x"]}),
        *(
            {"_links": links}
            for links in (None, [], {"next": None}, {"next": []}, {"next": {"href": 1}})
        ),
        {"_links": {"next": {"href": "http://["}}},
        {"_links": {"next": {"href": "?after="}}},
        {"_links": {"next": {"href": ""}}},
    ],
)
def test_no_answer_can_break_the_look_up(answer: Any) -> None:
    search = DeploymentSearch(BASE, {}, {0: wanted()})
    assert search.take(answer) == {}
    assert search.request() is None


def test_names_are_encoded_in_the_query() -> None:
    search = DeploymentSearch(
        BASE, {}, {0: wanted("a&b=c d", projectKey="p&q", environmentKey="é#")}
    )
    asked = query(search)
    assert (asked["applicationKey"], asked["projectKey"], asked["environmentKey"]) == (
        "a&b=c d",
        "p&q",
        "é#",
    )
    assert int(asked["from"]) < NOW


def test_archived_deployments_are_skipped() -> None:
    newer = item("id-2", startedAt=EARLIER + 1, archived=True)
    assert find(item("id-1", archived=False), newer) == "id-1"
