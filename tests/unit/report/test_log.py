"""What the log shows about messages and results."""

import json

import pytest
from support.deployments import both, message, result
from support.step import Step

from deployment_events.delivery.event_lines import parse
from deployment_events.deployment import Event
from deployment_events.github.runner import Runner
from deployment_events.messages import Status
from deployment_events.report.log import log_dry_run, log_results, log_undelivered

Capture = pytest.CaptureFixture[str]


def test_only_a_delivered_event_is_logged_as_delivered(step: Step, capsys: Capture) -> None:
    log_results(
        Runner(),
        [
            result(id="ld-1"),
            result(attempts=3),
            result(Status.REFUSED, error="HTTP 401"),
            result(Status.SKIPPED, vendor="datadog", error="by design"),
        ],
    )
    assert capsys.readouterr().out.splitlines() == [
        "LaunchDarkly: finished (checkout) delivered, ID ld-1",
        "LaunchDarkly: finished (checkout) delivered after 3 tries",
        "LaunchDarkly: finished (checkout) refused: HTTP 401",
        "Datadog: finished (checkout) skipped: by design",
    ]


def test_a_cancelled_job_is_named_with_its_event(step: Step, capsys: Capture) -> None:
    log_results(Runner(), [result(event=Event.FAILED)], cancelled=True)
    [first, _] = capsys.readouterr().out.splitlines()
    assert first == "The job was cancelled (reported as failed)"


def test_many_results_are_counted(step: Step, capsys: Capture) -> None:
    log_results(Runner(), [*[result()] * 25, result(Status.REFUSED)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 6 more: 5 delivered, 1 refused"


def test_the_name_of_a_service_cannot_forge_a_log_line(step: Step, capsys: Capture) -> None:
    log_results(Runner(), [result(service="x\n::error::forged ##[error]")])
    out = capsys.readouterr().out
    assert "##[" not in out
    assert not any(line.lstrip().startswith("::") for line in out.splitlines())


def test_lost_events_are_logged_as_lines_that_replay_accepts(step: Step, capsys: Capture) -> None:
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


def test_lost_events_are_not_offered_for_a_useless_replay(step: Step, capsys: Capture) -> None:
    lost = result(Status.REFUSED, error="HTTP 400", retry_is_useless=True)
    log_undelivered(Runner(), [message()], [lost])
    assert capsys.readouterr().out.startswith("::group::1 undelivered event\n")


def test_without_lost_events_nothing_is_logged(step: Step, capsys: Capture) -> None:
    assert log_undelivered(Runner(), [message()], [result()]) == []
    assert capsys.readouterr().out == ""


def test_a_dry_run_logs_what_would_be_sent(step: Step, capsys: Capture) -> None:
    [logged] = log_dry_run(Runner(), [message()], both().shared)
    out = capsys.readouterr().out
    assert (logged.status, logged.id) == (Status.DRY_RUN, message().id)
    assert (
        "::group::Dry run: finished (checkout) to Datadog: POST https://api.datadoghq.com/" in out
    )
    assert "DD-API-KEY: ***" in out
    assert json.loads(out[out.index("\n{") : out.rindex("}") + 1]) == message().body


@pytest.mark.parametrize("position", [88, 92, 97])
def test_a_secret_across_the_cut_of_a_name_leaves_nothing(
    step: Step, capsys: Capture, position: int
) -> None:
    runner = Runner()
    runner.mask(["s3cr3t-short"])
    capsys.readouterr()
    log_results(runner, [result(service=f"{'a' * position}s3cr3t-short")])
    assert "s3c" not in capsys.readouterr().out
