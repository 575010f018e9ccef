"""The post stage without the network: it reports what main saved."""

import subprocess
import sys

import pytest
from support.dry_run import Capture, annotations, dry_run
from support.keys import DATADOG_APP_KEY
from support.moments import EARLIER
from support.raw import raw
from support.step import Step

from deployment_events.errors import Section
from deployment_events.github.documentation import help_url
from deployment_events.github.runner import Runner
from deployment_events.http.deadline import Clock
from deployment_events.stages.post import post


@pytest.mark.parametrize(
    ("status", "event", "datadog"),
    [("success", "finished", True), ("failure", "failed", False), ("cancelled", "failed", False)],
)
def test_post_reports_the_job_s_result_from_the_saved_state(
    step: Step, capsys: Capture, status: str, event: str, datadog: bool
) -> None:
    dry_run(step, started_at=str(EARLIER), version="1.4.0")
    step.hand_over()
    capsys.readouterr()
    step.give(raw(job_status=status, version="9.9.9", environment="elsewhere"))
    assert post(Runner(), Clock()) == 0
    out = capsys.readouterr().out
    assert f'"eventType": "{event}"' in out
    assert ("api/v2/dora/deployment" in out) is datadog
    assert ("The job was cancelled (reported as failed)" in out) is (status == "cancelled")
    assert '<a href="https://app.datadoghq.com/ci/dora?detail=deployments">' in step.summary
    assert "1.4.0" in out
    assert "9.9.9" not in out
    assert "elsewhere" not in out
    assert str(EARLIER) in out or not datadog


@pytest.mark.parametrize(
    ("choice", "expected"), [("finished", '"eventType": "finished"'), ("ignore", "nothing is sent")]
)
def test_the_on_cancelled_input_of_main_applies_in_post(
    step: Step, capsys: Capture, choice: str, expected: str
) -> None:
    dry_run(step, on_cancelled=choice)
    step.hand_over()
    capsys.readouterr()
    step.give(raw(job_status="cancelled", on_cancelled="failed"))
    assert post(Runner(), Clock()) == 0
    out = capsys.readouterr().out
    assert expected in out
    assert '"eventType": "failed"' not in out


def test_a_skipped_job_is_a_notice_in_post(step: Step, capsys: Capture) -> None:
    dry_run(step)
    step.hand_over()
    capsys.readouterr()
    step.give(raw(job_status="skipped"))
    assert post(Runner(), Clock()) == 0
    [notice] = annotations(capsys, "notice")
    assert "'skipped' is neither" in notice
    assert step.summary == ""


def test_post_without_its_inputs_warns_that_the_result_is_not_reported(
    step: Step, capsys: Capture
) -> None:
    """In nested composite actions, the runner can drop all inputs."""
    dry_run(step)
    step.hand_over()
    capsys.readouterr()
    step.give({})
    assert post(Runner(), Clock()) == 0
    [warning] = annotations(capsys, "warning")
    assert "job's result is unknown" in warning
    assert "do not use this action in nested composite actions" in warning
    assert "The job's result was not reported" in step.summary
    assert "job's result is unknown" in step.summary
    assert warning.endswith(help_url(Section.NO_RESULT))
    assert f'"{help_url(Section.NO_RESULT)}"' in step.summary


@pytest.mark.parametrize("state", ["{", '{"format": 0}'])
def test_post_with_an_unusable_state_warns_once_and_succeeds(
    step: Step, capsys: Capture, state: str
) -> None:
    step.monkeypatch.setenv("STATE_deployment", state)
    step.give(raw(job_status="success"))
    assert post(Runner(), Clock()) == 0
    [warning] = annotations(capsys, "warning")
    assert "the state from the main stage cannot be used" in warning


def test_post_imports_no_module_that_only_main_needs() -> None:
    listing = "import sys, deployment_events.stages.post; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", listing], check=True, capture_output=True, text=True
    ).stdout.split()
    only_main = {
        "github.context",
        "github.job",
        "inputs.read",
        "stages.main",
        "stages.recover",
        "stages.replay",
        "stages.start",
    }
    assert not {f"deployment_events.{name}" for name in only_main} & set(loaded)
    assert "deployment_events.stages.post" in loaded


@pytest.mark.parametrize("length", [70, 76, 79])
def test_a_secret_in_the_job_status_is_hidden_before_it_is_shortened(
    step: Step, capsys: Capture, length: int
) -> None:
    dry_run(step)
    step.hand_over()
    capsys.readouterr()
    step.give(raw(job_status="x" * length + DATADOG_APP_KEY, datadog_app_key=DATADOG_APP_KEY))
    assert post(Runner(), Clock()) == 0
    [warning] = annotations(capsys, "warning")
    assert "The job's result is unknown" in warning
    assert DATADOG_APP_KEY[:3] not in warning + step.summary
