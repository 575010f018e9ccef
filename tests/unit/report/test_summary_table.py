"""The tables of services and IDs in the job summary."""

import re

from support.deployments import deployments, result

from deployment_events.deployment import Event, Service
from deployment_events.messages import DeliveryResult, Status
from deployment_events.report.markdown import Markdown
from deployment_events.report.summary_table import ids_table, services_table


def lines_of(*results: DeliveryResult, **links: str) -> list[str]:
    return services_table(Markdown(), results, deployments(), links)


def many(count: int, **changes: object) -> list[DeliveryResult]:
    return [result(service=f"s{number}", **changes) for number in range(count)]


def test_a_service_has_a_row_and_a_vendor_has_a_column() -> None:
    results = [result(id="ld-1"), result(Status.SKIPPED, vendor="datadog")]
    assert lines_of(*results) == [
        "| Service | LaunchDarkly | Datadog |",
        "|---|---|---|",
        "| <code>checkout</code> | finished: ✅ delivered<br><code>ld-1</code> | ⏭️ not sent |",
        "",
    ]


def test_a_vendor_without_results_has_no_column() -> None:
    assert lines_of(result())[0] == "| Service | LaunchDarkly |"


def test_the_version_of_a_service_is_in_its_row() -> None:
    made = deployments(services=(Service(name="checkout", overrides={"version": "9"}),))
    row = services_table(Markdown(), [result()], made, {})[2]
    assert row.startswith("| <code>checkout</code> <code>9</code> |")


def test_equal_results_of_a_service_are_shown_once() -> None:
    row = lines_of(result(event=Event.STARTED), result(), result())[2]
    assert row == "| <code>checkout</code> | started: ✅ delivered<br>finished: ✅ delivered |"


def test_many_services_are_folded_under_their_counts() -> None:
    results = [*many(20), result(Status.REFUSED, service="last")]
    shown = lines_of(*results)
    assert shown[:2] == [
        "<details>",
        "<summary>21 services: 1 ❌ refused, 20 ✅ delivered</summary>",
    ]
    assert shown[5].startswith("| <code>last</code> | finished: ❌ refused |")


def test_a_table_that_is_too_large_ends_with_a_hint() -> None:
    shown = lines_of(*(one._replace(service=one.service + "&" * 100) for one in many(1000)))
    [title] = [line for line in shown if line.startswith("<summary>")]
    found = re.search(r"\(the first (\d+); the output <code>results</code> has all\)", title)
    assert found
    assert int(found[1]) == sum(line.startswith("| <code>") for line in shown) < 1000


def test_the_ids_of_several_services_are_folded() -> None:
    results = [
        result(service="a", id="ld-a"),
        result(service="b", id="ld-b"),
        result(service="b", vendor="datadog", id="dd-b"),
    ]
    assert ids_table(Markdown(), results) == [
        "<details>",
        "<summary>Deployment IDs</summary>",
        "",
        "| Service | LaunchDarkly | Datadog |",
        "|---|---|---|",
        "| <code>a</code> | <code>ld-a</code> |  |",
        "| <code>b</code> | <code>ld-b</code> | <code>dd-b</code> |",
        "",
        "</details>",
        "",
    ]


def test_a_single_service_and_services_without_ids_have_no_table_of_ids() -> None:
    assert ids_table(Markdown(), [result(id="ld-1")]) == []
    assert ids_table(Markdown(), many(2)) == []
