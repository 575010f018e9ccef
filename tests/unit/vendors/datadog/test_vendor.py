"""Datadog: one deployment each, in integers, under an id of ours; and its words made useful."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from support.deployments import deployment, settings
from support.github import SHA
from support.keys import DATADOG_API_KEY, DATADOG_APP_KEY
from support.moments import EARLIER, NOW

from deployment_events.deployment import Event
from deployment_events.messages import Message
from deployment_events.vendors.base import Skip
from deployment_events.vendors.datadog.deployment_id import make_deployment_id
from deployment_events.vendors.datadog.settings import SITES
from deployment_events.vendors.registry import VENDORS

DATADOG = VENDORS["datadog"]
FULL = {"tags": (("a", "1"),), "metadata": {"github.actor": "octocat"}}


def planned(
    event: Event = Event.FINISHED, given: dict[str, Any] | None = None, **changes: Any
) -> Message:
    message = DATADOG.plan(settings("datadog", **given or {}), deployment(**changes), event, NOW)
    assert isinstance(message, Message)
    return message


def attributes(given: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return planned(Event.FINISHED, given, **changes).body["data"]["attributes"]


def test_a_finished_deployment_is_sent_with_every_attribute() -> None:
    assert attributes({"team": "web", "deployment_id": "my-own-id-0123456789"}, **FULL) == {
        "service": "checkout",
        "started_at": EARLIER,
        "finished_at": NOW,
        "id": "my-own-id-0123456789",
        "env": "production",
        "version": "1.4.0",
        "team": "web",
        "git": {"commit_sha": SHA, "repository_url": "https://github.com/octo-org/octo-repo"},
        "custom_tags": ["a:1", "github.actor:octocat"],
    }


def test_what_is_not_known_is_left_out() -> None:
    sent = attributes(environment="", version="", commit_sha="")
    assert sent.keys() == {"service", "started_at", "finished_at", "id"}


@pytest.mark.parametrize("missing", ["commit_sha", "repository_url"])
def test_git_needs_the_commit_and_the_repository(missing: str) -> None:
    assert "git" not in attributes(**{missing: ""})


def test_times_are_integers_in_milliseconds() -> None:
    sent = attributes()
    assert (type(sent["started_at"]), type(sent["finished_at"])) == (int, int)


def test_the_id_is_generated_unless_the_user_sets_one() -> None:
    message = planned()
    assert (
        message.id == message.body["data"]["attributes"]["id"] == make_deployment_id(deployment())
    )
    given = settings("datadog", deployment_id="my-own-id-0123456789")
    assert DATADOG.deployment_id(given, deployment()) == "my-own-id-0123456789"


def test_a_repeated_tag_is_sent_every_time() -> None:
    assert attributes(tags=(("k", "1"), ("k", "2")))["custom_tags"] == ["k:1", "k:2"]


def test_of_more_than_a_hundred_tags_those_of_github_are_dropped_first() -> None:
    tags = tuple((f"k{number}", "v") for number in range(98))
    facts = {f"github.{number}": "x" for number in range(7)}
    sent = attributes(tags=tags, metadata=facts)["custom_tags"]
    assert len(sent) == 100
    assert sent[:98] == [f"{key}:v" for key, _ in tags]
    assert sent[98:] == ["github.0:x", "github.1:x"]


@pytest.mark.parametrize("site", SITES)
def test_the_api_of_a_site_has_the_host_api_and_the_site(site: str) -> None:
    request = DATADOG.request(settings("datadog", site=site), planned())
    assert (request.method, request.url) == ("POST", f"https://api.{site}/api/v2/dora/deployment")


def test_a_base_url_takes_precedence_over_the_site() -> None:
    given = settings("datadog", base_url="https://proxy.example/datadog/")
    assert (
        DATADOG.request(given, planned()).url
        == "https://proxy.example/datadog/api/v2/dora/deployment"
    )


UPDATE = {"deployment_id": "my:own.id-0123456789", "app_key": DATADOG_APP_KEY}


def test_an_update_names_the_deployment_twice_and_what_changed() -> None:
    message = planned(Event.UPDATE, {**UPDATE, "change_failure": True})
    assert message.body == {
        "data": {
            "type": "dora_deployment_patch_request",
            "id": "my:own.id-0123456789",
            "attributes": {"change_failure": True},
        }
    }
    request = DATADOG.request(settings("datadog"), message)
    assert request.method == "PATCH"
    assert request.url == "https://api.datadoghq.com/api/v2/dora/deployments/my%3Aown.id-0123456789"


def test_a_remediation_is_sent_with_the_failure() -> None:
    given = {
        **UPDATE,
        "change_failure": False,
        "remediation_type": "rollback",
        "remediation_id": "other",
    }
    assert planned(Event.UPDATE, given).body["data"]["attributes"] == {
        "change_failure": False,
        "remediation": {"type": "rollback", "id": "other"},
    }


@pytest.mark.parametrize(
    "remediation",
    [{}, {"type": "rollback", "id": "other"}, {"type": "rollforward", "version": "1.4.1"}],
)
def test_an_update_without_an_id_selects_by_service_environment_and_version(
    remediation: dict[str, str],
) -> None:
    given = {f"remediation_{name}": value for name, value in remediation.items()}
    message = planned(Event.UPDATE, {"change_failure": True, **given})
    attributes: dict[str, Any] = {
        "service": "checkout",
        "env": "production",
        "version": "1.4.0",
        "change_failure": True,
    }
    if remediation:
        attributes["remediation"] = remediation
    assert message.body == {
        "data": {"type": "dora_deployment_patch_request", "attributes": attributes}
    }
    assert message.id == ""
    request = DATADOG.request(settings("datadog", app_key=DATADOG_APP_KEY), message)
    assert request.method == "PATCH"
    assert request.url == "https://api.datadoghq.com/api/v2/dora/deployments"
    assert set(request.credentials) == {"DD-API-KEY", "DD-APPLICATION-KEY"}
    DATADOG.validate(message, copied=False)


@pytest.mark.parametrize("missing", ["environment", "version"])
def test_an_update_that_selects_nothing_is_skipped_with_a_warning(missing: str) -> None:
    given = settings("datadog", change_failure=True)
    skip = DATADOG.plan(given, deployment(**{missing: ""}), Event.UPDATE, NOW)
    assert isinstance(skip, Skip)
    assert not skip.by_design


@pytest.mark.parametrize("id_", ["_my_deployment_0001", "-RwVLi7v4Yz", ":a/b?"])
def test_an_id_may_begin_with_any_mark_and_is_encoded_in_the_path(id_: str) -> None:
    message = planned(Event.UPDATE, {**UPDATE, "change_failure": True}).model_copy(
        update={"id": id_}
    )
    url = DATADOG.request(settings("datadog", **UPDATE), message).url
    assert url.endswith(f"/deployments/{quote(id_, safe='')}")


def test_only_a_change_without_an_id_warns_that_a_replay_may_match_another_deployment() -> None:
    by_version = planned(Event.UPDATE, {"change_failure": True})
    by_id = planned(Event.UPDATE, {**UPDATE, "change_failure": True})
    assert "newer deployment may be changed" in DATADOG.replay_warning(by_version)
    assert DATADOG.replay_warning(by_id) == DATADOG.replay_warning(planned()) == ""


def test_changes_of_two_versions_are_changes_of_two_deployments() -> None:
    first, second = (
        planned(Event.UPDATE, {"change_failure": True}, version=version) for version in "12"
    )
    assert DATADOG.deployment_key(first) != DATADOG.deployment_key(second)


@pytest.mark.parametrize("remediation", [{}, {"id": "a", "version": "b"}])
def test_a_remediation_from_a_file_has_an_id_or_a_version(remediation: dict[str, str]) -> None:
    message = planned(Event.UPDATE, {"change_failure": True})
    message.body["data"]["attributes"]["remediation"] = {"type": "rollback", **remediation}
    with pytest.raises(ValueError, match="has an ID and a version, or neither"):
        DATADOG.validate(message, copied=False)


def test_an_update_of_nothing_is_skipped() -> None:
    skip = DATADOG.plan(settings("datadog"), deployment(), Event.UPDATE, NOW)
    assert isinstance(skip, Skip)
    assert "is not changed" in skip.reason


def test_the_application_key_is_sent_with_an_update_only() -> None:
    given = settings("datadog", **UPDATE)
    assert DATADOG.request(given, planned()).credentials == {"DD-API-KEY": DATADOG_API_KEY}
    update = planned(Event.UPDATE, {**UPDATE, "change_failure": True})
    assert DATADOG.request(given, update).credentials == {
        "DD-API-KEY": DATADOG_API_KEY,
        "DD-APPLICATION-KEY": DATADOG_APP_KEY,
    }


def test_no_key_is_in_the_request_itself() -> None:
    given = settings("datadog", **UPDATE)
    assert not re.search(
        f"{DATADOG_API_KEY}|{DATADOG_APP_KEY}", repr(DATADOG.request(given, planned()))
    )


def test_the_id_of_the_response_is_used() -> None:
    assert (
        DATADOG.read_id(planned(), {"data": {"id": "4242424242", "type": "dora_deployment"}})
        == "4242424242"
    )


@pytest.mark.parametrize("answer", [{"data": None}, {}, None, {"data": {"id": "other"}}])
def test_the_response_to_an_update_may_be_empty(answer: Any) -> None:
    update = planned(Event.UPDATE, {**UPDATE, "change_failure": True})
    expected = "other" if answer == {"data": {"id": "other"}} else UPDATE["deployment_id"]
    assert DATADOG.read_id(update, answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        *(None, [], "x", {}, {"data": None}, {"data": []}, {"data": {}}),
        *(
            {"data": {"id": id_}}
            for id_ in (None, 1, "", "..", "a/b", "a\nb", "::error::x", "x" * 129)
        ),
    ],
)
def test_a_response_without_a_usable_id_is_an_error(answer: Any) -> None:
    with pytest.raises(ValueError, match="no usable ID"):
        DATADOG.read_id(planned(), answer)


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"X-RateLimit-Reset": "12"}, 12.0),
        ({"X-RateLimit-Reset": " 0 "}, 0.0),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Reset": "-1"}, None),
        ({"X-RateLimit-Reset": "1e3"}, None),
        ({"X-RateLimit-Reset": "9" * 17}, None),
        ({}, None),
    ],
)
def test_the_reset_is_a_number_of_seconds(headers: dict[str, str], pause: float | None) -> None:
    assert DATADOG.rate_limit_wait(headers, NOW) == pause


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("datadoghq.com", "app.datadoghq.com"),
        ("datadoghq.eu", "app.datadoghq.eu"),
        ("us3.datadoghq.com", "us3.datadoghq.com"),
    ],
)
def test_deployments_are_shown_by_the_web_application_of_the_site(site: str, host: str) -> None:
    url = DATADOG.deployments_url(settings("datadog", site=site))
    assert url == f"https://{host}/ci/dora?detail=deployments"


def test_where_another_server_shows_deployments_is_unknown() -> None:
    assert DATADOG.deployments_url(settings("datadog", base_url="https://proxy.example.com")) == ""
