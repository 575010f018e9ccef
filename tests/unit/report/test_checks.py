"""What `event: check` shows."""

import pytest
from support.deployments import settings
from support.keys import DATADOG_API_KEY
from support.step import Step

from deployment_events.delivery.checks import VendorCheck
from deployment_events.errors import Section
from deployment_events.github.documentation import help_url
from deployment_events.github.runner import Runner
from deployment_events.messages import CheckResult, Status
from deployment_events.report.checks import (
    describe_check,
    log_checks,
    log_checks_dry_run,
    render_checks,
)
from deployment_events.vendors.registry import VENDORS

VALID = CheckResult("datadog", Status.VALID, "`datadog-api-key`", "the plan", attempts=1)
REFUSED = CheckResult(
    "launchdarkly",
    Status.REFUSED,
    "the token",
    "the permission to write",
    error="HTTP 401.",
    fix="Use a token with the Writer role.",
    section=Section.UNAUTHORIZED,
)
UNKNOWN = VALID._replace(status=Status.UNDELIVERED, error="HTTP 503")


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (VALID, "Datadog: valid: `datadog-api-key`. Not verified: the plan."),
        (
            REFUSED,
            "LaunchDarkly: refused: the token: HTTP 401. Use a token with the Writer role.",
        ),
        (UNKNOWN, "Datadog: not checked: `datadog-api-key`: HTTP 503."),
    ],
)
def test_a_check_has_one_line(result: CheckResult, line: str) -> None:
    assert describe_check(result) == line


def test_every_check_is_logged(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    log_checks(Runner(), [VALID, REFUSED])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [describe_check(VALID), describe_check(REFUSED)]


def test_a_dry_run_logs_the_requests_without_keys(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor = settings("datadog")
    checks = [VendorCheck("datadog", vendor, one) for one in VENDORS["datadog"].checks(vendor, "")]
    results = log_checks_dry_run(Runner(), checks)
    assert [result.status for result in results] == [Status.DRY_RUN]
    out = capsys.readouterr().out
    assert "::group::Dry run: check of Datadog: GET https://api.datadoghq.com/api/v1/" in out
    assert DATADOG_API_KEY not in out


@pytest.mark.parametrize(
    ("results", "heading"),
    [
        ([VALID], "✅ Setup check: everything is valid"),
        ([VALID, UNKNOWN], "❌ Setup check: not everything is valid"),
        ([], "❌ Setup check: nothing was checked"),
        (
            [VALID._replace(status=Status.DRY_RUN)],
            "📝 Dry run, nothing was sent: setup check",
        ),
    ],
)
def test_the_heading_is_the_verdict_on_all_checks(results: list[CheckResult], heading: str) -> None:
    assert render_checks(results, []).startswith(f"### {heading}\n")


def test_failures_come_first_with_a_link() -> None:
    first, second = render_checks([VALID, REFUSED], []).splitlines()[2:]
    assert first.startswith("- LaunchDarkly: ❌ refused: the token: HTTP 401. Use a token")
    assert first.endswith(f'<a href="{help_url(Section.UNAUTHORIZED)}">Troubleshooting</a>')
    assert second.startswith("- Datadog: ✅ valid: <code>datadog-api-key</code>.")
    assert "Troubleshooting" not in second


def test_without_a_key_it_links_to_the_documentation() -> None:
    assert render_checks([], ["No keys."]).endswith(
        f'{help_url(Section.NO_SECRETS)}">Troubleshooting</a>'
    )


def test_other_annotations_follow() -> None:
    assert render_checks([VALID], ["A <warning>."]).splitlines()[-1] == "- A &#60;warning&#62;."


def test_secrets_are_hidden() -> None:
    page = render_checks([REFUSED], ["hunter2"], lambda text: text.replace("hunter2", "***"))
    assert "hunter2" not in page
