"""Links to the documentation."""

import pytest

from deployment_events.errors import Section
from deployment_events.github.documentation import PROJECT, help_url
from scripts import owner

PUBLIC = f"{PROJECT}/blob/HEAD/docs/troubleshooting.md#unauthorized"


@pytest.fixture
def used_by_name(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_ACTION_REPOSITORY", "octo-org/deployment-events")
    monkeypatch.setenv("GITHUB_ACTION_REF", "v1")
    return monkeypatch


@pytest.mark.parametrize(
    ("ref", "quoted"),
    [
        ("v1", "v1"),
        ("a" * 40, "a" * 40),
        ("releases/v1", "releases/v1"),
        ("v1#a b", "v1%23a%20b"),
        ("\udcff", "%EF%BF%BD"),
    ],
)
def test_an_action_that_is_used_by_name_links_to_its_own_version(
    used_by_name: pytest.MonkeyPatch, ref: str, quoted: str
) -> None:
    used_by_name.setenv("GITHUB_ACTION_REF", ref)
    assert help_url(Section.UNAUTHORIZED) == (
        "https://github.com/octo-org/deployment-events"
        f"/blob/{quoted}/docs/troubleshooting.md#unauthorized"
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GITHUB_ACTION_REPOSITORY", ""),
        ("GITHUB_ACTION_REPOSITORY", "../../elsewhere"),
        ("GITHUB_ACTION_REPOSITORY", "octo-org"),
        ("GITHUB_ACTION_REF", ""),
        ("GITHUB_SERVER_URL", "https://ghes.example.com"),
    ],
)
def test_otherwise_the_link_is_to_the_project(
    used_by_name: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    used_by_name.setenv(variable, value)
    assert help_url(Section.UNAUTHORIZED) == PUBLIC


def test_a_local_action_links_to_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("GITHUB_ACTION_REPOSITORY", "GITHUB_ACTION_REF", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(variable, raising=False)
    assert help_url(Section.UNAUTHORIZED) == PUBLIC


def test_the_project_is_the_repository_of_this_package() -> None:
    assert f"https://github.com/{owner.repository()}" == PROJECT
