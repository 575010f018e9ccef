"""The `datadog-…` inputs: the site, and the rules across several inputs."""

from typing import Any

import pytest
from support.deployments import settings
from support.keys import DATADOG_APP_KEY

from deployment_events.deployment import Event
from deployment_events.vendors.datadog.settings import MOST_TAGS, SITES, DatadogSettings

CHANGE = {"app_key": DATADOG_APP_KEY, "change_failure": "true"}


def problems(given: DatadogSettings, **changes: Any) -> list[str]:
    """Return the inputs that have a problem."""
    others = {"environment": "production", "version": "1.4.0", "tags": (), "update": True}
    return [problem.input for problem in given.problems(**(others | changes))]


def warnings(**changes: Any) -> list[str]:
    return list(settings("datadog", **changes).warnings(environment="x", events=[Event.FINISHED]))


@pytest.mark.parametrize("prefix", ["", "https://", "app.", "api.", "https://app.", "https://api."])
def test_a_site_may_be_copied_from_the_address_bar(prefix: str) -> None:
    given = settings("datadog", site=f"{prefix}US5.datadoghq.com/")
    assert given.api_url == "https://api.us5.datadoghq.com"
    assert (given.site_or_host, given.site_input) == ("us5.datadoghq.com", "datadog-site")


def test_a_base_url_replaces_the_site() -> None:
    given = settings("datadog", site="datadoghq.eu", base_url="https://proxy.example:8443/x")
    assert given.api_url == "https://proxy.example:8443/x"
    assert (given.site_or_host, given.site_input) == ("proxy.example:8443", "datadog-base-url")


@pytest.mark.parametrize("site", SITES)
def test_every_documented_site_is_accepted(site: str) -> None:
    assert problems(settings("datadog", site=site), update=False) == []


def test_an_unknown_site_needs_a_base_url() -> None:
    unknown = {"site": "datadohq.com"}
    assert problems(settings("datadog", **unknown), update=False) == ["datadog-site"]
    known = settings("datadog", **unknown, base_url="https://api.new.datadoghq.com")
    assert problems(known, update=False) == []


def test_a_new_deployment_has_an_id_that_datadog_accepts() -> None:
    short = settings("datadog", deployment_id="short")
    assert problems(short, update=False) == ["datadog-deployment-id"]
    assert problems(settings("datadog", deployment_id="x" * 16), update=False) == []


def test_there_are_at_most_a_hundred_tags() -> None:
    tags = (("key", "value"),) * MOST_TAGS
    assert problems(settings("datadog"), tags=tags, update=False) == []
    assert problems(settings("datadog"), tags=(*tags, ("k", "v")), update=False) == ["tags"]


@pytest.mark.parametrize(
    ("changes", "others", "inputs"),
    [
        ({}, {}, []),
        ({"app_key": None}, {}, ["datadog-app-key"]),
        ({}, {"environment": "", "version": ""}, ["environment", "version"]),
        ({"deployment_id": "any-id"}, {"environment": "", "version": ""}, []),
        ({"remediation_type": "rollback"}, {}, ["datadog-remediation-id"]),
        ({"remediation_version": "1"}, {}, ["datadog-remediation-type"]),
        (
            {"remediation_type": "rollback", "remediation_id": "a", "remediation_version": "1"},
            {},
            ["datadog-remediation-version"],
        ),
        (
            {"change_failure": None, "app_key": None, "remediation_id": "a"},
            {"version": ""},
            ["datadog-change-failure", "datadog-app-key", "version", "datadog-remediation-type"],
        ),
        ({"change_failure": None, "app_key": None}, {"version": ""}, []),
    ],
)
def test_every_problem_of_a_change_is_reported(
    changes: dict[str, Any], others: dict[str, str], inputs: list[str]
) -> None:
    assert problems(settings("datadog", **(CHANGE | changes)), **others) == inputs


@pytest.mark.parametrize("site", ["ddog-gov.com", "us2.ddog-gov.com"])
def test_a_government_site_has_a_warning(site: str) -> None:
    wanted = f"expect `api.{site}` to reject the events"
    assert wanted in " ".join(warnings(site=site))
    assert wanted in " ".join(warnings(base_url=f"https://api.{site}/x"))


def test_other_sites_have_no_warning() -> None:
    assert [site for site in SITES if warnings(site=site)] == ["ddog-gov.com", "us2.ddog-gov.com"]


def test_a_deployment_without_an_environment_has_a_warning() -> None:
    [warning] = settings("datadog").warnings(environment="", events=[Event.FINISHED])
    assert "without `env`" in warning
    assert list(settings("datadog").warnings(environment="", events=[Event.FAILED])) == []
