"""Which bodies from a file are messages for Datadog."""

from typing import Any

import pytest
from support.bodies import accepts
from support.github import SHA
from support.moments import EARLIER, NOW

from deployment_events.vendors.datadog.bodies import BODIES

ATTRIBUTES = {
    "service": "checkout",
    "started_at": EARLIER,
    "finished_at": NOW,
    "git": {"commit_sha": SHA, "repository_url": "https://github.com/octo-org/octo-repo"},
    "custom_tags": ["team:web"],
}
SELECTION = {"service": "checkout", "env": "production", "version": "1.4.0"}
TYPE = "dora_deployment_patch_request"


@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({}, True),
        ({"started_at": None}, False),
        ({"started_at": str(EARLIER)}, False),
        ({"started_at": float(EARLIER)}, False),
        ({"finished_at": 0}, False),
        ({"git": {"commit_sha": SHA[:7], "repository_url": "https://x.example"}}, False),
        ({"git": {"commit_sha": SHA}}, False),
        ({"custom_tags": ["no-colon"]}, False),
        ({"custom_tags": ["a:b"] * 101}, False),
        ({"id": "short"}, False),
        ({"unknown": 1}, False),
    ],
)
def test_a_deployment_has_the_types_that_datadog_documents(
    changes: dict[str, Any], accepted: bool
) -> None:
    assert accepts(BODIES["deployment"], {"data": {"attributes": ATTRIBUTES | changes}}) is accepted


@pytest.mark.parametrize(
    ("remediation", "accepted"),
    [
        ({"type": "rollback", "id": "a"}, True),
        ({"type": "rollforward", "version": "1"}, True),
        ({"type": "rollback"}, False),
        ({"type": "rollback", "id": "a", "version": "1"}, False),
        ({"type": "undo", "id": "a"}, False),
    ],
)
@pytest.mark.parametrize("kind", ["deployment-patch", "deployment-patch-by-version"])
def test_a_remediation_has_an_id_or_a_version(
    kind: str, remediation: dict[str, str], accepted: bool
) -> None:
    attributes = {"change_failure": True, "remediation": remediation}
    data: dict[str, Any] = {"type": TYPE, "id": "a", "attributes": attributes}
    if kind == "deployment-patch-by-version":
        data = {"type": TYPE, "attributes": SELECTION | attributes}
    assert accepts(BODIES[kind], {"data": data}) is accepted


@pytest.mark.parametrize("missing", SELECTION)
def test_a_change_without_an_id_has_all_that_selects_the_deployment(missing: str) -> None:
    attributes = {"change_failure": True, **SELECTION}
    del attributes[missing]
    data = {"type": TYPE, "attributes": attributes}
    assert not accepts(BODIES["deployment-patch-by-version"], {"data": data})
