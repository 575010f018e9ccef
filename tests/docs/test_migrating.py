"""docs/migrating.md maps every input and flag of both peers; test_examples.py runs the examples."""

import re

import pytest
import yaml
from support.examples import EXAMPLES
from support.pages import blocks

from emulator.manifest import REPOSITORY

PAGE = REPOSITORY / "docs/migrating.md"

LAUNCHDARKLY_ACTION = [
    *(
        "access-token",
        "project-key",
        "environment-key",
        "application-key",
        "version",
        "status",
        "outcome",
    ),
    *("event-metadata", "deployment-metadata", "base-uri", "event-time"),
]
"""The inputs of launchdarkly/deployment-events-action, of all its versions."""

DATADOG_CI = [
    *(
        "--service",
        "--env",
        "--started-at",
        "--finished-at",
        "--version",
        "--git-repository-url",
        "--git-commit-sha",
    ),
    *(
        "--skip-git",
        "--team",
        "--custom-tags",
        "--dry-run",
        "--fips",
        "--fips-ignore-error",
        "--verbose",
    ),
    *("--log-format", "DD_API_KEY", "DD_SITE", "DD_SERVICE", "DD_ENV"),
]
"""The flags and variables of `datadog-ci dora deployment`."""

INPUTS = set(yaml.safe_load((REPOSITORY / "action.yml").read_text())["inputs"])


def rows() -> dict[str, list[str]]:
    """What is named in the first cell of each row → the inputs named in the second."""
    found: dict[str, list[str]] = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 3:
            for name in re.findall(r"`([\w-]+)`", cells[0]):
                found[name] = re.findall(r"`([\w-]+)`", cells[1]) or [cells[1]]
    return found


@pytest.mark.parametrize("name", [*LAUNCHDARKLY_ACTION, *DATADOG_CI])
def test_every_input_and_flag_has_a_successor(name: str) -> None:
    ours = rows()[name]
    assert ours == ["none"] or set(ours) <= INPUTS


def test_nothing_is_mapped_that_the_peers_do_not_have() -> None:
    assert set(rows()) == {*LAUNCHDARKLY_ACTION, *DATADOG_CI}


@pytest.mark.parametrize(
    ("example", "before"), [("from-launchdarkly-action.yml", 0), ("from-datadog-ci.yml", 1)]
)
def test_the_new_step_keeps_the_values_of_the_old_one(example: str, before: int) -> None:
    """Each literal value of the old steps is still there, or is a default by now."""
    old = [block for block in blocks(PAGE) if "before" in block.info][before]
    values = set(
        re.findall(
            r"(?:secrets\.\w+|OPS-12|shop|production|1\.4\.0|checkout|department:web|tier:1)",
            old.text,
        )
    )
    new = (EXAMPLES / example).read_text()
    assert len(values) > 3
    assert not [value for value in values if value not in new]
