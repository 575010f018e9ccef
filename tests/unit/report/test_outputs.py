"""The step's outputs."""

import json
from collections.abc import Callable

import pytest
from support.deployments import deployments, result
from support.step import Step

from deployment_events.deployment import Event, Service
from deployment_events.github.runner import Runner
from deployment_events.messages import DeliveryResult, Status
from deployment_events.report.outputs import set_deployment_outputs, set_result_outputs

BOX = "deployment-events/undelivered-1.jsonl"


@pytest.fixture
def outputs(step: Step) -> Callable[..., dict[str, str]]:
    def after(
        *results: DeliveryResult, ids: dict[str, str] | None = None, kept: bool = True
    ) -> dict[str, str]:
        outbox = BOX if kept else ""
        service = results[0].service
        set_result_outputs(Runner(), results, service=service, ids=ids or {}, outbox=outbox)
        return step.outputs

    return after


def test_results_are_a_json_array_in_order(outputs: Callable[..., dict[str, str]]) -> None:
    rows = json.loads(outputs(result(id="é"), result(Status.SKIPPED, vendor="datadog"))["results"])
    assert [(row["vendor"], row["status"]) for row in rows] == [
        ("launchdarkly", "delivered"),
        ("datadog", "skipped"),
    ]
    assert rows[0]["id"] == "é"


@pytest.mark.parametrize("status", list(Status))
def test_undelivered_path_is_set_only_if_an_event_is_lost(
    outputs: Callable[..., dict[str, str]], status: Status
) -> None:
    assert outputs(result(), result(status))["undelivered-path"] == (BOX if status.is_lost else "")


def test_undelivered_path_is_empty_if_the_file_could_not_be_written(
    outputs: Callable[..., dict[str, str]],
) -> None:
    assert outputs(result(Status.REFUSED), kept=False)["undelivered-path"] == ""


def test_the_ids_are_those_of_the_first_service(outputs: Callable[..., dict[str, str]]) -> None:
    found = outputs(
        result(service="a", id="ld-a"),
        result(service="a", vendor="datadog", id="dd-a"),
        result(service="b", id="ld-b"),
    )
    assert (found["launchdarkly-deployment-id"], found["datadog-deployment-id"]) == ("ld-a", "dd-a")


def test_the_id_of_another_service_is_never_output(step: Step) -> None:
    results = [
        result(Status.REFUSED, service="cart"),
        result(service="payments", id="ld-payments"),
    ]
    set_result_outputs(Runner(), results, service="cart", ids={}, outbox=BOX)
    assert step.outputs["launchdarkly-deployment-id"] == ""


def test_an_id_that_is_known_before_sending_is_an_output(
    outputs: Callable[..., dict[str, str]],
) -> None:
    found = outputs(result(event=Event.STARTED), ids={"datadog": "made-up-before"})
    assert (found["launchdarkly-deployment-id"], found["datadog-deployment-id"]) == (
        "",
        "made-up-before",
    )


def test_the_version_of_a_single_service_is_the_version_output(step: Step) -> None:
    services = (Service(name="api", overrides={"version": "2"}),)
    set_deployment_outputs(Runner(), deployments(services=services), Event.FINISHED)
    assert step.outputs["version"] == "2"


def test_an_update_sets_no_times(step: Step) -> None:
    set_deployment_outputs(Runner(), deployments(), Event.UPDATE)
    assert step.outputs == {
        "version": "1.4.0",
        "commit-sha": deployments()[0].facts.commit_sha,
    }
