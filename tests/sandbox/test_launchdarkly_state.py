"""How LaunchDarkly computes deployments from events, lists them, and applies patches."""

import time
import uuid
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox import Sandbox

T = int(time.time() * 1000) - 3_600_000
"""An hour ago, in milliseconds."""

REPLACE = {"op": "replace", "path": "/status", "value": "failed"}


def send(launchdarkly, *events, **changes):
    for kind, at in events:
        assert launchdarkly.event(eventType=kind, eventTime=at, **changes).status_code == 201


def test_started_then_finished_is_one_deployment_with_both_times(launchdarkly):
    send(launchdarkly, ("started", T), ("finished", T + 5000))
    (item,) = launchdarkly.items()
    assert (item["startedAt"], item["endedAt"], item["durationMs"], item["status"]) == (
        T,
        T + 5000,
        5000,
        "finished",
    )
    assert str(uuid.UUID(item["id"])) == item["id"]


def test_started_alone_is_in_progress(launchdarkly):
    send(launchdarkly, ("started", T))
    (item,) = launchdarkly.items()
    assert item["status"] == "started"
    assert "endedAt" not in item
    assert "durationMs" not in item


@pytest.mark.parametrize("kind", ["finished", "failed"])
def test_an_end_without_a_start_took_no_time(launchdarkly, kind):
    send(launchdarkly, (kind, T))
    (item,) = launchdarkly.items()
    assert (item["startedAt"], item["endedAt"], item["durationMs"], item["status"]) == (
        T,
        T,
        0,
        kind,
    )


def test_a_custom_event_neither_starts_nor_ends_a_deployment(launchdarkly):
    send(launchdarkly, ("custom", T))
    assert launchdarkly.items()[0]["status"] == "started"
    send(launchdarkly, ("failed", T + 1), ("custom", T + 2))
    assert launchdarkly.items()[0]["endedAt"] == T + 1


def test_repeated_events_change_nothing(sandbox, launchdarkly):
    send(launchdarkly, ("started", T), ("finished", T + 5))
    before = sandbox.deployments("launchdarkly")
    send(launchdarkly, ("finished", T + 5), ("started", T), ("finished", T + 5))
    assert sandbox.deployments("launchdarkly") == before
    assert [event["eventType"] for event in before[0]["events"]] == ["started", "finished"]


def test_events_out_of_order_have_the_same_result(launchdarkly):
    send(launchdarkly, ("finished", T + 5), ("started", T))
    (item,) = launchdarkly.items()
    assert (item["startedAt"], item["endedAt"], item["status"]) == (T, T + 5, "finished")


def test_a_start_after_an_end_restarts_the_deployment_under_the_same_id(launchdarkly):
    send(launchdarkly, ("started", T), ("failed", T + 5))
    (first,) = launchdarkly.items()
    send(launchdarkly, ("started", T + 10))
    (again,) = launchdarkly.items()
    assert (again["id"], again["startedAt"], again["status"]) == (first["id"], T + 10, "started")


@pytest.mark.parametrize(
    "other",
    [
        {"applicationKey": "search"},
        {"version": "1.2.4"},
        {"environmentKey": "staging"},
        {"projectKey": "second"},
    ],
)
def test_another_application_version_environment_or_project_is_another_deployment(connect, other):
    with Sandbox(launchdarkly_projects=None) as sandbox:
        client = connect(sandbox, "launchdarkly")
        send(client, ("started", T))
        send(client, ("started", T), **other)
        ids = [each["id"] for each in sandbox.deployments("launchdarkly")]
        assert len(set(ids)) == 2


def test_names_and_metadata_are_stored(sandbox, launchdarkly):
    send(
        launchdarkly,
        ("started", T),
        applicationName="Checkout",
        deploymentMetadata={"a": 1, "b": 1},
    )
    send(
        launchdarkly,
        ("finished", T + 1),
        versionName="one",
        deploymentMetadata={"b": 2},
        eventMetadata={"c": 3},
    )
    assert launchdarkly.items()[0]["metadata"] == {"a": 1, "b": 2}
    (deployment,) = sandbox.deployments("launchdarkly")
    assert (deployment["projectKey"], deployment["applicationName"], deployment["versionName"]) == (
        "default",
        "Checkout",
        "one",
    )
    assert deployment["events"][1]["eventMetadata"] == {"c": 3}


def test_later_events_do_not_change_what_was_read_before(sandbox, launchdarkly):
    send(launchdarkly, ("started", T), deploymentMetadata={"a": 1})
    (before,) = sandbox.deployments("launchdarkly")
    send(launchdarkly, ("finished", T + 1), deploymentMetadata={"a": 2})
    assert (before["metadata"], len(before["events"])) == ({"a": 1}, 1)


def test_an_event_without_a_time_happened_when_it_was_received(connect):
    with Sandbox(clock=lambda: 1_700_000_000.5) as sandbox:
        client = connect(sandbox, "launchdarkly")
        body = {
            "projectKey": "default",
            "environmentKey": "production",
            "applicationKey": "a",
            "version": "1",
        }
        body["eventType"] = "started"
        client.call("POST", "/api/v2/engineering-insights/deployment-events", json=body)
        assert client.items()[0]["startedAt"] == 1_700_000_000_500


def walk(launchdarkly, **query):
    """Follow `next` to the end and return every page."""
    pages = [launchdarkly.page(**query).json()]
    while "next" in pages[-1]["_links"]:
        pages.append(launchdarkly.call("GET", pages[-1]["_links"]["next"]["href"]).json())
    return pages


def test_paging_shows_each_deployment_once_newest_first(launchdarkly):
    for number in range(25):
        send(launchdarkly, ("started", T + number), version=f"v{number}")
    pages = walk(launchdarkly, limit=10)
    assert [len(page["items"]) for page in pages] == [10, 10, 5]
    assert {page["totalCount"] for page in pages} == {25}
    shown = [item["applicationVersion"] for page in pages for item in page["items"]]
    assert shown == [f"v{number}" for number in reversed(range(25))]


def test_a_page_has_20_items_by_default(launchdarkly):
    for number in range(21):
        send(launchdarkly, ("started", T), version=f"v{number}")
    assert len(launchdarkly.items()) == 20
    assert len(launchdarkly.items(limit=100)) == 21


def test_the_next_link_keeps_the_filters(launchdarkly):
    for number in range(3):
        send(launchdarkly, ("started", T), version=f"v{number}")
    href = launchdarkly.page(limit=2, applicationKey="checkout,search").json()["_links"]["next"][
        "href"
    ]
    query = dict(parse_qsl(urlsplit(href).query))
    assert query["applicationKey"] == "checkout,search"
    assert query["limit"] == "2"


def test_of_equal_starts_the_later_created_comes_first(launchdarkly):
    for version in ("one", "two"):
        send(launchdarkly, ("started", T), version=version)
    assert [item["applicationVersion"] for item in launchdarkly.items()] == ["two", "one"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"a", "b", "c"}),
        ({"applicationKey": "a"}, {"a"}),
        ({"applicationKey": "a,c"}, {"a", "c"}),
        ({"applicationKey": "none"}, set()),
        ({"status": "finished"}, {"b"}),
        ({"kind": "custom"}, {"a", "b", "c"}),
        ({"kind": "other"}, set()),
        ({"from": T + 1}, {"b", "c"}),
        ({"to": T + 1}, {"a", "b"}),
        ({"from": T + 1, "to": T + 1}, {"b"}),
        ({"environmentKey": "staging"}, {"d"}),
    ],
)
def test_the_list_is_filtered(launchdarkly, query, shown):
    send(launchdarkly, ("started", T), applicationKey="a")
    send(launchdarkly, ("finished", T + 1), applicationKey="b")
    send(launchdarkly, ("started", T + 2), applicationKey="c")
    send(launchdarkly, ("started", T), applicationKey="d", environmentKey="staging")
    assert {item["applicationKey"] for item in launchdarkly.items(**query)} == shown


def test_the_list_covers_7_days_by_default(launchdarkly):
    week = 7 * 24 * 3_600_000
    send(launchdarkly, ("started", T - week), version="old")
    send(launchdarkly, ("started", T), version="new")
    assert [item["applicationVersion"] for item in launchdarkly.items()] == ["new"]
    assert len(launchdarkly.items(**{"from": T - week})) == 2


def test_the_list_ends_now_by_default(launchdarkly):
    ahead = T + 2 * 3_600_000
    send(launchdarkly, ("started", ahead))
    assert launchdarkly.items() == []
    assert len(launchdarkly.items(to=ahead)) == 1


def test_a_new_deployment_shows_up_after_the_lag(connect):
    now = [T / 1000]
    with Sandbox(launchdarkly_lag=2.0, clock=lambda: now[0]) as sandbox:
        client = connect(sandbox, "launchdarkly")
        send(client, ("started", T))
        assert client.items() == []
        assert len(sandbox.deployments("launchdarkly")) == 1
        now[0] += 2
        assert len(client.items()) == 1


def test_an_archived_deployment_is_still_listed(sandbox, launchdarkly):
    for version in ("one", "two"):
        send(launchdarkly, ("started", T), version=version)
    id_ = launchdarkly.items()[1]["id"]
    sandbox.launchdarkly.archive(id_)
    archived = {item["applicationVersion"]: item["archived"] for item in launchdarkly.items()}
    assert archived == {"one": True, "two": False}
    assert launchdarkly.call("GET", f"/api/v2/engineering-insights/deployments/{id_}").json()[
        "archived"
    ]
    with pytest.raises(ValueError, match="no deployment"):
        sandbox.launchdarkly.archive("unknown")


def test_a_limit_of_1_shows_the_newest_and_the_total(launchdarkly):
    assert launchdarkly.page(limit=1).json()["items"] == []
    for version in ("one", "two"):
        send(launchdarkly, ("started", T), version=version)
    page = launchdarkly.page(limit=1).json()
    assert [item["applicationVersion"] for item in page["items"]] == ["two"]
    assert page["totalCount"] == 2


def test_the_kind_of_an_application_is_optional(sandbox, launchdarkly):
    send(launchdarkly, ("started", T))
    assert "applicationKind" not in sandbox.deployments("launchdarkly")[0]
    send(launchdarkly, ("finished", T + 1), applicationKind="mobile")
    assert sandbox.deployments("launchdarkly")[0]["applicationKind"] == "mobile"


def test_one_deployment_is_read_by_its_id(launchdarkly):
    send(launchdarkly, ("started", T))
    (item,) = launchdarkly.items()
    assert (
        launchdarkly.call("GET", f"/api/v2/engineering-insights/deployments/{item['id']}").json()
        == item
    )


def test_a_patch_changes_the_status(launchdarkly):
    send(launchdarkly, ("started", T), ("finished", T + 1))
    (item,) = launchdarkly.items()
    answer = launchdarkly.patch(
        item["id"], [{"op": "replace", "path": "/status", "value": "failed"}]
    )
    assert (answer.status_code, answer.json()) == (200, item | {"status": "failed"})
    send(launchdarkly, ("finished", T + 1))
    # A repeated event changes nothing.
    assert launchdarkly.items()[0]["status"] == "failed"


def test_an_event_after_a_patch_counts_again(launchdarkly):
    send(launchdarkly, ("started", T))
    (item,) = launchdarkly.items()
    launchdarkly.patch(item["id"], [REPLACE])
    send(launchdarkly, ("finished", T + 1))
    assert launchdarkly.items()[0]["status"] == "finished"


def test_a_patch_whose_test_holds_is_applied(launchdarkly):
    send(launchdarkly, ("started", T))
    (item,) = launchdarkly.items()
    patch = [
        {"op": "test", "path": "/applicationVersion", "value": "1.2.3"},
        {"op": "test", "path": "/startedAt", "value": T},
        {"op": "add", "path": "/status", "value": "finished"},
    ]
    assert launchdarkly.patch(item["id"], patch).json()["status"] == "finished"


@pytest.mark.parametrize(
    "patch",
    [
        REPLACE,
        [],
        None,
        ["replace"],
        [{"path": "/status", "value": "failed"}],
        [{"op": "replace", "value": "failed"}],
        [{"op": "replace", "path": "/status"}],
        [{"op": "test", "path": "/status"}],
        [{"op": "replace", "path": "status", "value": "failed"}],
        [{"op": "test", "path": "/status~2", "value": "started"}],
        [{"op": "test", "path": "/status/0", "value": "s"}],
        [{"op": "replace", "path": "/status", "value": "deployed"}],
        [{"op": "replace", "path": "/status", "value": None}],
        [{"op": "replace", "path": "/status", "value": ["failed"]}],
        [{"op": "move", "path": "/status", "from": "/kind"}],
        [{"op": "copy", "path": "/status", "from": "/kind"}],
        [REPLACE | {"from": "/kind"}],
        [REPLACE | {"op": "move"}],
        [{"op": "remove", "path": "/status"}],
        [{"op": "replace", "path": "/version", "value": "2"}],
        [{"op": "replace", "path": "/applicationVersion", "value": "2"}],
        [{"op": "replace", "path": "", "value": {}}],
        [REPLACE, {"op": "test", "path": "/status", "value": "started"}],
        [REPLACE, {"op": "test", "path": "/nowhere", "value": 1}],
        [REPLACE, {"op": "test", "path": "/active", "value": 1}],
    ],
)
def test_a_bad_patch_is_refused_completely(launchdarkly, patch):
    send(launchdarkly, ("started", T))
    (item,) = launchdarkly.items()
    answer = launchdarkly.patch(item["id"], patch)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert launchdarkly.items() == [item]
