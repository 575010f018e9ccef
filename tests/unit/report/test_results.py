"""What people and later steps see of the results."""

import json
from collections.abc import Callable

import pytest
from support.deployments import both, message, result, rollout
from support.step import Step

from deployment_events.delivery.outbox import parse
from deployment_events.deployment import Event, Service
from deployment_events.github.runner import Runner
from deployment_events.messages import DeliveryResult, Status
from deployment_events.report.results import (
    Turn,
    keep_unsent,
    log_receipts,
    log_undelivered,
    rehearse,
    set_outputs,
)

Capture = pytest.CaptureFixture[str]
BOX = "deployment-events/undelivered-1.jsonl"


@pytest.fixture
def outputs(step: Step) -> Callable[..., dict[str, str]]:
    def after(
        *results: DeliveryResult, ids: dict[str, str] | None = None, kept: bool = True
    ) -> dict[str, str]:
        set_outputs(
            Runner(), results, Turn(messages=(), settings={}, outbox=BOX, ids=ids or {}), kept=kept
        )
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
def test_the_undelivered_file_is_named_only_where_something_is_lost(
    outputs: Callable[..., dict[str, str]], status: Status
) -> None:
    assert outputs(result(), result(status))["undelivered-path"] == (BOX if status.is_lost else "")


def test_a_file_that_could_not_be_written_is_not_named(
    outputs: Callable[..., dict[str, str]],
) -> None:
    assert outputs(result(Status.REFUSED), kept=False)["undelivered-path"] == ""


def test_the_ids_are_the_first_service_s(outputs: Callable[..., dict[str, str]]) -> None:
    told = outputs(
        result(service="a", id="ld-a"),
        result(service="a", vendor="datadog", id="dd-a"),
        result(service="b", id="ld-b"),
    )
    assert (told["launchdarkly-deployment-id"], told["datadog-deployment-id"]) == ("ld-a", "dd-a")


def test_another_service_s_id_is_never_taken_for_the_first_s(step: Step) -> None:
    results = [
        result(Status.REFUSED, service="cart"),
        result(service="payments", id="ld-payments"),
    ]
    services = (Service(name="cart"), Service(name="payments"))
    turn = Turn(
        messages=(),
        settings={},
        outbox=BOX,
        rollout=rollout().model_copy(update={"services": services}),
    )
    set_outputs(Runner(), results, turn, kept=True)
    assert step.outputs["launchdarkly-deployment-id"] == ""


def test_an_id_that_is_known_before_any_call_is_an_output_at_once(
    outputs: Callable[..., dict[str, str]],
) -> None:
    told = outputs(result(event=Event.STARTED), ids={"datadog": "made-up-before"})
    assert (told["launchdarkly-deployment-id"], told["datadog-deployment-id"]) == (
        "",
        "made-up-before",
    )


def test_success_is_said_only_of_what_was_delivered(step: Step, capsys: Capture) -> None:
    log_receipts(
        Runner(),
        [
            result(id="ld-1"),
            result(attempts=3),
            result(Status.REFUSED, error="HTTP 401"),
            result(Status.SKIPPED, vendor="datadog", error="by design"),
        ],
    )
    assert capsys.readouterr().out.splitlines() == [
        "LaunchDarkly: finished of checkout: delivered, id ld-1",
        "LaunchDarkly: finished of checkout: delivered after 3 tries",
        "LaunchDarkly: finished of checkout: refused - HTTP 401",
        "Datadog: finished of checkout: skipped - by design",
    ]


def test_many_receipts_are_counted(step: Step, capsys: Capture) -> None:
    log_receipts(Runner(), [*[result()] * 25, result(Status.REFUSED)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 6 more: 5 delivered, 1 refused"


def test_a_service_s_name_cannot_forge_a_line(step: Step, capsys: Capture) -> None:
    log_receipts(Runner(), [result(service="x\n::error::forged ##[error]")])
    out = capsys.readouterr().out
    assert "##[" not in out
    assert not any(line.lstrip().startswith("::") for line in out.splitlines())


def test_what_is_lost_is_printed_as_lines_that_replay_takes(step: Step, capsys: Capture) -> None:
    messages = [message(service="a"), message(service="b ##[error]"), message(service="c")]
    results = [result(), result(Status.REFUSED, error="HTTP 400"), result(Status.UNDELIVERED)]
    lines = log_undelivered(Runner(), messages, results)
    first, *printed, last = capsys.readouterr().out.splitlines()
    assert first == "::group::2 undelivered events, for event: replay"
    assert last == "::endgroup::"
    assert printed == lines
    assert parse("\n".join(printed)) == [
        messages[1].model_copy(update={"cause": "HTTP 400"}),
        messages[2],
    ]


def test_a_start_whose_answer_nobody_saw_says_so(step: Step) -> None:
    keep_unsent(Runner(), [message(), message(cause="HTTP 503")], BOX, rollout())
    assert "main ended before it was answered" in step.summary
    assert "HTTP 503" in step.summary


def test_nothing_lost_prints_nothing(step: Step, capsys: Capture) -> None:
    assert log_undelivered(Runner(), [message()], [result()]) == []
    assert capsys.readouterr().out == ""


def test_a_rehearsal_prints_what_would_be_sent(step: Step, capsys: Capture) -> None:
    [told] = rehearse(Runner(), [message()], both())
    out = capsys.readouterr().out
    assert (told.status, told.id) == (Status.DRY_RUN, message().id)
    assert (
        "::group::dry-run: finished of checkout to Datadog: POST https://api.datadoghq.com/" in out
    )
    assert "DD-API-KEY: ***" in out
    assert json.loads(out[out.index("\n{") : out.rindex("}") + 1]) == message().body
