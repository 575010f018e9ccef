"""docs/vendors.md has each rule that the code cites, with a status, a source and a date."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.pages import anchors, headings

from emulator.manifest import REPOSITORY

PAGE = REPOSITORY / "docs/vendors.md"

PREFIXES = ("launchdarkly-", "datadog-", "github-", "runner-")

SOURCE = re.compile(
    r"- (Documented|Official client|Inferred): .+,"
    r" (read|not verified on) \d{4}-\d{2}-\d{2}"
)
MODULE = re.compile(r"`((?:datadog_api_client|launchdarkly_api)\.[a-z0-9_.]+)`")
CLIENTS = {
    name: Path(next(iter(find_spec(name).submodule_search_locations)))
    for name in ("datadog_api_client", "launchdarkly_api")
}


def cited(text: str) -> set[str]:
    """Return the anchors of the page that a module cites."""
    return set(re.findall(r"docs/vendors\.md#([\w-]+)", text))


def unknown(text: str) -> set[str]:
    """Return the cited anchors that the page does not have."""
    return cited(text) - anchors(PAGE)


def rules() -> list[tuple[str, str]]:
    """Return the rules: their headings and what follows up to the next heading."""
    parts = re.split(r"^(#{1,6} .+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return [(head[4:], body) for head, body in pairs if head.startswith("### ")]


RULES = rules()


def sources(body: str) -> list[str]:
    return [line for line in body.splitlines() if line.startswith("- ")]


def test_every_anchor_that_code_cites_exists() -> None:
    modules = (REPOSITORY / "src").rglob("*.py")
    missing = {path.name: unknown(path.read_text(encoding="utf-8")) for path in modules}
    assert len(missing) > 20
    assert {name: names for name, names in missing.items() if names} == {}


def test_an_anchor_that_does_not_exist_is_found() -> None:
    text = "See docs/vendors.md#datadog-deployment-id and (docs/vendors.md#datadog-nothing)."
    assert unknown(text) == {"datadog-nothing"}


def test_the_rules_are_read() -> None:
    assert len(RULES) > 50
    assert "Datadog deployment ID" in dict(RULES)


def test_every_anchor_names_its_vendor_once() -> None:
    names = [name.lower().replace(" ", "-") for name, _ in RULES]
    assert [name for name in names if not name.startswith(PREFIXES)] == []
    assert len(set(names)) == len(names)
    assert set(names) <= anchors(PAGE)


@pytest.mark.parametrize(("rule", "body"), RULES, ids=[name for name, _ in RULES])
def test_every_rule_is_stated_and_has_a_status_a_source_and_a_date(rule: str, body: str) -> None:
    statement = body.strip().splitlines()[0]
    assert not statement.startswith("- "), f"{rule} is not stated"
    assert sources(body), f"{rule} has no source"
    for line in sources(body):
        assert SOURCE.fullmatch(line), line
        assert "](https://" in line or MODULE.search(line), line


@pytest.mark.parametrize("module", sorted(set(MODULE.findall(PAGE.read_text(encoding="utf-8")))))
def test_every_named_module_of_a_client_exists(module: str) -> None:
    client, *path = module.split(".")
    assert CLIENTS[client].joinpath(*path).with_suffix(".py").is_file()


def test_every_vendor_has_one_section_for_what_is_undocumented() -> None:
    undocumented = [name for name in headings(PAGE) if name.startswith("Undocumented ")]
    assert undocumented == [
        "Undocumented LaunchDarkly behavior",
        "Undocumented Datadog behavior",
        "Undocumented GitHub behavior",
    ]
