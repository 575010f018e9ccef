"""Every input of action.yml changes a request, a message, an output or an exit code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.clocks import SkippingClock
from support.github import HEAD, SHA
from support.keys import DATADOG_APP_KEY, GITHUB_TOKEN
from support.manifest import MANIFEST
from support.moments import NOW
from support.sandboxes import make_sandbox
from support.step import VENDORS, Step

from sandbox import Sandbox

FINISHED = {"event": "finished", "started-at": "2026-05-04T09:00:00Z"}
PATCH = '[{"op": "replace", "path": "/status", "value": "failed"}]'
CHANGE = {
    "event": "update",
    "version": "1.2.3",
    "datadog-app-key": DATADOG_APP_KEY,
    "datadog-change-failure": "true",
}
REMEDIATION = {**CHANGE, "datadog-remediation-type": "rollback", "datadog-remediation-id": HEAD}
WITHOUT_REQUESTS = {**FINISHED, "dry-run": "true"}


@dataclass(frozen=True)
class Case:
    """A value of one input, and the other inputs with which it has an effect."""

    value: str
    others: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    """The HTTP status of both vendors, or 0 if they accept everything."""


CASES = {
    "event": Case("started"),
    "on-cancelled": Case("ignore", {"event": "cancelled"}),
    "service": Case("cart"),
    "environment": Case("staging"),
    "version": Case("1.2.3"),
    "commit-sha": Case(HEAD),
    "repository-url": Case("https://github.com/octo-org/other", FINISHED),
    "started-at": Case("2026-05-04T09:00:00Z"),
    "finished-at": Case("2026-05-04T09:10:00Z", FINISHED),
    "tags": Case("team:web"),
    "github-metadata": Case("false"),
    "launchdarkly-access-token": Case(""),
    "launchdarkly-project-key": Case("other"),
    "launchdarkly-environment-key": Case("other"),
    "launchdarkly-application-key": Case("other"),
    "launchdarkly-application-name": Case("Other"),
    "launchdarkly-application-kind": Case("browser"),
    "launchdarkly-version-name": Case("Other"),
    "launchdarkly-event-metadata": Case('{"ticket": "OPS-12"}'),
    "launchdarkly-deployment-metadata": Case('{"ticket": "OPS-12"}'),
    "launchdarkly-base-url": Case("https://other.example", WITHOUT_REQUESTS),
    "launchdarkly-deployment-id": Case(
        "2f5a1c9e", {"event": "update", "version": "1.2.3", "launchdarkly-patch": PATCH}
    ),
    "launchdarkly-patch": Case(PATCH, {"event": "update", "launchdarkly-deployment-id": "2f5a"}),
    "datadog-api-key": Case(""),
    "datadog-site": Case("datadoghq.eu", {**WITHOUT_REQUESTS, "datadog-base-url": ""}),
    "datadog-team": Case("web", FINISHED),
    "datadog-deployment-id": Case("deployment-0123456789", FINISHED),
    "datadog-base-url": Case("https://other.example", WITHOUT_REQUESTS),
    "datadog-app-key": Case("", CHANGE),
    "datadog-change-failure": Case("false", CHANGE),
    "datadog-remediation-type": Case("rollforward", REMEDIATION),
    "datadog-remediation-id": Case(SHA, REMEDIATION),
    "datadog-remediation-version": Case(
        "1.2.2", {**REMEDIATION, "datadog-remediation-id": "", "datadog-remediation-version": "1"}
    ),
    "fail-on-error": Case("true", FINISHED, status=403),
    "dry-run": Case("true"),
    "timeout-seconds": Case("0.001", FINISHED),
    "replay": Case("other.jsonl", {"event": "replay", "replay": "events.jsonl"}),
    "github-token": Case(GITHUB_TOKEN, {"event": "finished"}),
    "job-status": Case("failure", {"job-status": "success"}),
    "job-id": Case("48000000001"),
    "job-index": Case("1", {**FINISHED, "job-index": "0"}),
}


class FixedClock(SkippingClock):
    """A clock that shows the same time in every run."""

    def now(self) -> int:
        return NOW


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with make_sandbox(strict=False, launchdarkly_projects=None) as sandbox:
        yield sandbox


def observe(folder: Path, sandbox: Sandbox, inputs: Mapping[str, str], status: int) -> str:
    """Run both stages and return everything that users and vendors can see."""
    sandbox.reset()
    for vendor in VENDORS if status else ():
        sandbox.fail(vendor, status)
    step = Step(folder, sandbox, clock=FixedClock())
    step.inputs |= inputs
    stages = [step.main(), step.post(step.inputs.get("job-status", "success"))]
    seen = [(ended.code, ended.stdout, ended.outputs, ended.summary) for ended in stages]
    # The vendors receive their requests at the same time, in any order.
    requests = sorted(
        repr((request.method, request.path, request.query, request.body))
        for request in sandbox.requests()
    )
    text = f"{seen}\n{requests}"
    return re.sub(r"undelivered-[0-9a-f]{12}", "undelivered", text)


@pytest.mark.parametrize("name", MANIFEST["inputs"])
def test_an_input_has_an_effect(tmp_path: Path, sandbox: Sandbox, name: str) -> None:
    case = CASES[name]
    changed = {**case.others, name: case.value}
    without = observe(tmp_path / "without", sandbox, case.others, case.status)
    assert observe(tmp_path / "with", sandbox, changed, case.status) != without


SCENARIOS = {str((case.others, case.status)): case for case in CASES.values()}


@pytest.mark.parametrize("case", SCENARIOS.values(), ids=range(len(SCENARIOS)))
def test_two_runs_with_the_same_inputs_look_the_same(
    tmp_path: Path, sandbox: Sandbox, case: Case
) -> None:
    """Otherwise, every input would seem to have an effect."""
    first, second = (
        observe(tmp_path / name, sandbox, case.others, case.status) for name in ("first", "second")
    )
    assert first == second
