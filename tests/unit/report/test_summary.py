"""The job summary: the deployments and each vendor's result, within the runner's limit."""

import re
from collections.abc import Sequence

import pytest
from support.deployments import deployments, origin, result
from support.github import SHA
from support.moments import HOUR, NOW

from deployment_events.deployment import Deployment, Event, Service
from deployment_events.errors import Problem, Section
from deployment_events.github.documentation import help_url, page_url
from deployment_events.messages import DeliveryResult, Status
from deployment_events.report.summary import Summary, render, render_problems

MIB = 1024 * 1024
HOSTILE = "x|y\n## <img src=x onerror=alert(1)> [a](javascript:b) `c` @octocat"
RUN = "https://github.com/octo-org/octo-repo/actions/runs/17500000000/attempts/1"


def both(**changes: str) -> list[DeliveryResult]:
    return [result(id="ld-1", **changes), result(vendor="datadog", id="dd-1", **changes)]


def page_of(
    results: list[DeliveryResult],
    of: tuple[Deployment, ...] = (),
    undelivered: Sequence[str] = (),
) -> str:
    return render(Summary(results, of, undelivered))


def row(page: str, service: str) -> str:
    """Return a service's row of the table."""
    [found] = [line for line in page.splitlines() if line.startswith(f"| <code>{service}</code>")]
    return found


def test_a_finished_deployment_has_version_commit_duration_and_run() -> None:
    page = page_of(both(), deployments(origin=origin().model_copy(update={"run_url": RUN})))
    assert page.startswith("### ✅ Deployment succeeded: checkout in production")
    assert "<code>1.4.0</code>" in page
    assert (
        f'<a href="https://github.com/octo-org/octo-repo/commit/{SHA}"><code>{SHA[:12]}</code></a>'
        in page
    )
    assert "took **10 min 0 s**" in page
    assert f'<a href="{RUN}">' in page
    assert "not delivered" not in page


def test_the_link_to_the_run_is_correct_if_another_repository_is_deployed() -> None:
    deployment = deployments(
        repository_url="https://example.com/other/app",
        origin=origin().model_copy(update={"run_url": RUN}),
    )
    page = page_of(both(), deployment)
    assert f'<a href="{RUN}">' in page
    assert "https://example.com/other/app/commit/" in page
    assert "example.com/other/app/actions" not in page


def test_each_vendor_has_its_result_and_its_id() -> None:
    line = row(page_of(both(), deployments()), "checkout")
    assert line.count("✅ delivered") == 2
    assert "<code>ld-1</code>" in line
    assert "<code>dd-1</code>" in line


@pytest.mark.parametrize(
    ("event", "heading"),
    [
        (Event.STARTED, "🚀 Deployment started"),
        (Event.FAILED, "❌ Deployment failed"),
        (Event.CUSTOM, "📌 Custom event reported"),
        (Event.UPDATE, "✏️ Deployment update reported"),
    ],
)
def test_the_heading_names_the_event(event: Event, heading: str) -> None:
    assert heading in page_of([result(event=event)], deployments()).splitlines()[0]


@pytest.mark.parametrize(
    ("event", "heading"),
    [
        (Event.STARTED, "Deployment started, but was not reported"),
        (Event.FINISHED, "Deployment succeeded, but was not reported"),
        (Event.FAILED, "Deployment failed, and was not reported"),
        (Event.CUSTOM, "Custom event was not reported"),
        (Event.UPDATE, "Deployment update was not reported"),
    ],
)
def test_the_heading_says_what_was_not_reported(event: Event, heading: str) -> None:
    lost = result(Status.UNDELIVERED, event=event)
    assert page_of([lost], deployments()).startswith(f"### ⚠️ {heading}: checkout")
    page = page_of([lost, result(event=event)], deployments())
    assert page.startswith(f"### ⚠️ {heading.replace('reported', 'fully reported')}: checkout")


@pytest.mark.parametrize("event", [Event.FAILED, Event.FINISHED])
def test_the_heading_names_a_cancelled_job_and_its_event(event: Event) -> None:
    page = render(Summary([result(event=event)], deployments(), cancelled=True))
    assert f"Deployment cancelled (reported as {event}): checkout" in page
    lost = result(Status.UNDELIVERED, event=event)
    page = render(Summary([lost], deployments(), cancelled=True))
    assert "Deployment cancelled, and was not reported: checkout" in page


def test_vendors_link_to_where_they_show_deployments() -> None:
    links = {"datadog": "https://app.datadoghq.com/ci/dora?detail=deployments"}
    page = render(Summary(both(), deployments(), links=links))
    assert f'| Service | LaunchDarkly | <a href="{links["datadog"]}">Datadog</a> |' in page


LINK = f'with <a href="{page_url("replay.md")}"><code>event: replay</code></a>.'
REPLAY, REPLAY_ALL = f"resend it {LINK}", f"resend them {LINK}"
REPORT, REPORT_ALL = "fixed, report the event again.", "fixed, report the events again."
EACH = "The list below has the next step for each."


@pytest.mark.parametrize(
    ("useless", "shown"),
    [
        ((False,), REPLAY),
        ((False, False), REPLAY_ALL),
        ((True,), REPORT),
        ((True, True), REPORT_ALL),
        ((True, False), EACH),
    ],
)
def test_the_headline_does_not_contradict_the_next_step_of_an_event(
    useless: tuple[bool, ...], shown: str
) -> None:
    lost = [
        result(Status.REFUSED, service=f"s{number}", error="HTTP 404", retry_is_useless=is_useless)
        for number, is_useless in enumerate(useless)
    ]
    page = page_of(lost, deployments(), ["{}"])
    texts = (REPLAY, REPLAY_ALL, REPORT, REPORT_ALL, EACH)
    assert [text for text in texts if text in page] == [shown]
    assert ("undelivered event, for" in page or "events, for" in page) == (not all(useless))


def test_a_lost_event_links_to_its_section() -> None:
    lost = result(Status.REFUSED, error="HTTP 401", section=Section.UNAUTHORIZED)
    assert f'<a href="{help_url(Section.UNAUTHORIZED)}">Troubleshooting</a>' in page_of([lost])


def test_the_ids_of_several_services_are_folded() -> None:
    results = [result(service=name, id=f"ld-{name}") for name in ("a", "b")]
    table, _, folded = page_of(results, deployments("a", "b")).partition("<details>")
    assert "ld-a" not in table
    assert "<summary>Deployment IDs</summary>" in folded
    assert "| <code>a</code> | <code>ld-a</code> |" in folded


def test_services_without_ids_have_no_table_of_ids() -> None:
    results = [result(service=name) for name in ("a", "b")]
    assert "<details>" not in page_of(results, deployments("a", "b"))


def test_services_with_failures_come_first() -> None:
    results = [result(service="a"), result(Status.REFUSED, service="b"), result(service="c")]
    page = page_of(results, deployments("a", "b", "c"))
    assert re.findall(r"^\| <code>(\w)", page, re.MULTILINE) == ["b", "a", "c"]


def test_a_start_has_no_duration() -> None:
    assert "took" not in page_of([result(event=Event.STARTED)], deployments(finished_at=None))


def test_a_finish_on_another_day_has_its_date() -> None:
    page = page_of(both(), deployments(finished_at=NOW + 20 * HOUR))
    assert "2026-05-04 09:20:00 → 2026-05-05 05:30:00 UTC" in page


def test_lost_events_come_first_with_cause_fix_and_the_lines_for_replay() -> None:
    results = [
        result(Status.REFUSED, error="HTTP 401", fix="Check the key."),
        result(vendor="datadog"),
    ]
    page = page_of(results, deployments(), ['{"a": "```"}'])
    assert "1 of 2 events was not delivered" in page
    assert "❌ refused" in row(page, "checkout")
    assert "HTTP 401. Check the key." in page
    assert '````json\n{"a": "```"}\n````' in page
    assert "1 undelivered event, for" in page


def test_events_that_are_not_sent_by_design_are_explained_once() -> None:
    skipped = [
        result(
            Status.SKIPPED,
            service=name,
            vendor="datadog",
            event=Event.FAILED,
            error="It would count.",
        )
        for name in ("a", "b")
    ]
    page = page_of(skipped, deployments("a", "b"))
    assert page.count("It would count") == 1
    assert "not delivered" not in page


def test_a_dry_run_says_that_nothing_was_sent() -> None:
    page = page_of(
        [result(Status.DRY_RUN), result(Status.DRY_RUN, vendor="datadog")], deployments()
    )
    assert "nothing was sent" in page.splitlines()[0]
    assert "✅" not in page


def test_no_untrusted_text_can_break_the_summary() -> None:
    deployment = deployments(
        services=(Service(name=HOSTILE),),
        environment=HOSTILE,
        version=HOSTILE,
        origin=origin(run_id=HOSTILE),
    )
    results = [
        result(Status.REFUSED, service=HOSTILE, error=HOSTILE, fix=HOSTILE, id=HOSTILE),
        result(service=HOSTILE, note=HOSTILE, vendor="datadog"),
    ]
    page = page_of(results, deployment)
    assert not re.search(r"<img|\]\(javascript:b|@octocat|x\|y|`c`|^## ", page, re.MULTILINE)


def test_a_replay_can_have_events_of_many_deployments() -> None:
    page = page_of(both())
    assert "Replay: all events delivered" in page.splitlines()[0]
    assert "Commit" not in page


def test_many_services_are_folded_with_the_lost_ones_first_and_counted() -> None:
    names = [f"s{number:02d}" for number in range(30)]
    results = [result(service=name) for name in names[:-1]]
    results.append(result(Status.UNDELIVERED, service=names[-1], error="HTTP 503"))
    page = page_of(results, deployments(*names))
    assert "<summary>30 services: 1 ⚠️ undelivered, 29 ✅ delivered</summary>" in page
    rows = [line for line in page.splitlines() if line.startswith("| <code>")]
    assert len(rows) == 30
    assert "<code>s29</code>" in rows[0]


@pytest.mark.parametrize("count", [1, 20, 600])
@pytest.mark.parametrize("text", ["plain", "|" * 130, "✅" * 130])
def test_no_deployment_is_too_large_for_the_runner(count: int, text: str) -> None:
    names = [f"{number}{text}" for number in range(count)]
    results = [
        result(
            Status.REFUSED,
            service=name,
            vendor=vendor,
            error=f"{name}: {text}",
            fix=text,
            id="i" * 128,
        )
        for name in names
        for vendor in ("launchdarkly", "datadog")
    ]
    page = page_of(results, deployments(*names), ["x" * 1500] * (2 * count))
    assert len(page.encode()) < MIB - 4096
    assert page.count("```") % 2 == 0
    assert page.count("<details>") == page.count("</details>")
    if count == 600:
        assert "has all" in page


def test_invalid_inputs_have_the_messages_of_the_annotations() -> None:
    page = render_problems([Problem("event", "must be auto", "<b>", "Check the spelling.")])
    assert "inputs are invalid" in page
    assert "<code>event</code> must be auto, not '&#60;b&#62;'. Check the spelling." in page
