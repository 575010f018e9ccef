"""Main and post up to the network, which dry-run never touches."""

import json
import subprocess
import sys

import pytest
from support.github import HEAD, SHA, deployment_status
from support.keys import DATADOG_APP_KEY, SECRETS
from support.moments import EARLIER, NOW
from support.raw import raw
from support.step import Step

from deployment_events.github.runner import Runner
from deployment_events.http.deadline import Clock
from deployment_events.stages.main import main
from deployment_events.stages.post import post
from emulator import find_commands

Capture = pytest.CaptureFixture[str]


def run(step: Step, **inputs: str) -> int:
    """Run main without the network."""
    step.give(raw(dry_run="true", **inputs))
    return main(Runner(), Clock())


def results(step: Step) -> list[tuple[str, str, str, str]]:
    rows = json.loads(step.outputs["results"])
    return [(row["service"], row["vendor"], row["event"], row["status"]) for row in rows]


def annotations(capsys: Capture, level: str) -> list[str]:
    """Return the annotations' texts."""
    found = find_commands(capsys.readouterr().out)
    return [command.data for command in found if command.name == level]


def test_every_wrong_input_is_an_error_and_nothing_is_left_for_post(
    step: Step, capsys: Capture
) -> None:
    assert run(step, event="x", commit_sha="abc", tags="a", timeout_seconds="-1") == 1
    errors = annotations(capsys, "error")
    assert [error.split("`")[1] for error in errors] == [
        "event",
        "commit-sha",
        "tags",
        "timeout-seconds",
    ]
    assert step.saved == {"done": "true"}
    assert step.summary.count("\n- ") == 4
    assert list(step.temp.iterdir()) == []


ISSUE_2 = {
    "event": "deployed",
    "commit_sha": "0123456",
    "started_at": "yesterday",
    "launchdarkly_event_metadata": "[1]",
    "tags": "production",
    "timeout_seconds": "-1",
    "environment": "",
    "repository_url": "https://octocat:hunter2@github.com/o/r",
    "launchdarkly_base_url": "http://app.launchdarkly.com",
}


@pytest.mark.parametrize("name", list(ISSUE_2))
def test_each_bad_input_fails_the_step_with_one_annotation(
    step: Step, capsys: Capture, name: str
) -> None:
    assert run(step, **{name: ISSUE_2[name]}) == 1
    [error] = annotations(capsys, "error")
    assert error.startswith(f"`{name.replace('_', '-')}` ")
    assert step.outputs == {"results": "[]"}


def test_all_bad_inputs_are_told_in_one_run(step: Step, capsys: Capture) -> None:
    assert run(step, **ISSUE_2) == 1
    out = capsys.readouterr().out
    told = {one.data.split("`")[1] for one in find_commands(out) if one.name == "error"}
    assert told == {name.replace("_", "-") for name in ISSUE_2}
    assert "hunter2" not in out + step.summary


def test_a_start_after_the_finish_fails_the_step(step: Step, capsys: Capture) -> None:
    assert run(step, event="finished", started_at=str(NOW), finished_at=str(EARLIER)) == 1
    [error] = annotations(capsys, "error")
    assert error.startswith("`started-at` must not be later than `finished-at`")


def test_no_vendor_configured_is_a_warning_and_success(step: Step, capsys: Capture) -> None:
    assert run(step, launchdarkly_access_token="", datadog_api_key="") == 0
    [warning] = annotations(capsys, "warning")
    assert "forks" in warning
    assert "`launchdarkly-access-token` nor `datadog-api-key`" in warning
    assert step.saved == {"done": "true"}
    assert step.outputs == {"results": "[]"}


@pytest.mark.parametrize(
    "event", ["started", "finished", "failed", "custom", "success", "in_progress"]
)
def test_an_explicit_event_leaves_nothing_for_post(step: Step, event: str) -> None:
    assert run(step, event=event) == 0
    assert step.saved == {"done": "true"}


@pytest.mark.parametrize("word", ["skipped", "queued", "neutral", "cancelled"])
def test_what_is_not_reported_is_a_notice(step: Step, capsys: Capture, word: str) -> None:
    assert run(step, event=word, on_cancelled="ignore") == 0
    [notice] = annotations(capsys, "notice")
    assert "nothing is sent" in notice
    assert step.saved == {"done": "true"}
    assert step.outputs == {"results": "[]"}


def test_auto_starts_and_leaves_the_end_to_post(step: Step) -> None:
    assert run(step, service="api\nweb") == 0
    assert step.saved.keys() == {"deployment"}
    assert results(step) == [
        ("api", "launchdarkly", "started", "dry-run"),
        ("web", "launchdarkly", "started", "dry-run"),
        ("api", "datadog", "started", "skipped"),
        ("web", "datadog", "started", "skipped"),
    ]
    assert step.outputs["finished-at"] == ""
    assert step.outputs["commit-sha"] == step.outputs["version"] == SHA


@pytest.mark.parametrize(
    ("status", "told", "datadog"),
    [("success", "finished", True), ("failure", "failed", False), ("cancelled", "failed", False)],
)
def test_post_reports_the_job_s_end_from_what_main_saved(
    step: Step, capsys: Capture, status: str, told: str, datadog: bool
) -> None:
    run(step, started_at=str(EARLIER), version="1.4.0")
    step.hand_over()
    capsys.readouterr()
    step.give(raw(job_status=status, version="9.9.9", environment="elsewhere"))
    assert post(Runner(), Clock()) == 0
    out = capsys.readouterr().out
    assert f'"eventType": "{told}"' in out
    assert ("api/v2/dora/deployment" in out) is datadog
    assert ("The job was cancelled (reported as failed)" in out) is (status == "cancelled")
    assert '<a href="https://app.datadoghq.com/ci/dora?detail=deployments">' in step.summary
    assert "1.4.0" in out
    assert "9.9.9" not in out
    assert "elsewhere" not in out
    assert str(EARLIER) in out or not datadog


@pytest.mark.parametrize(
    ("choice", "said"), [("finished", '"eventType": "finished"'), ("ignore", "nothing is sent")]
)
def test_a_cancelled_job_is_what_main_was_told(
    step: Step, capsys: Capture, choice: str, said: str
) -> None:
    run(step, on_cancelled=choice)
    step.hand_over()
    capsys.readouterr()
    step.give(raw(job_status="cancelled", on_cancelled="failed"))
    assert post(Runner(), Clock()) == 0
    out = capsys.readouterr().out
    assert said in out
    assert '"eventType": "failed"' not in out


def test_post_has_nothing_to_tell_of_a_skipped_job(step: Step, capsys: Capture) -> None:
    run(step)
    step.hand_over()
    capsys.readouterr()
    step.give(raw(job_status="skipped"))
    assert post(Runner(), Clock()) == 0
    [notice] = annotations(capsys, "notice")
    assert "skipped is neither" in notice
    assert step.summary == ""


def test_post_that_lost_its_inputs_warns_that_the_end_is_not_reported(
    step: Step, capsys: Capture
) -> None:
    """As inside a composite action, where the runner can lose them all."""
    run(step)
    step.hand_over()
    capsys.readouterr()
    step.give({})
    assert post(Runner(), Clock()) == 0
    [warning] = annotations(capsys, "warning")
    assert "job's end is not known" in warning
    assert "Nothing was reported" in step.summary
    assert "job's end is not known" in step.summary


def test_the_version_is_that_of_the_one_service_or_what_all_share(step: Step) -> None:
    run(step, event="finished", version="1.0", service="cart,version=2.4.1")
    assert step.outputs["version"] == "2.4.1"
    run(step, event="finished", version="1.0", service="cart,version=2.4.1\npayments")
    assert step.outputs["version"] == "1.0"


@pytest.mark.parametrize("state", ["{", '{"format": 0}'])
def test_post_without_a_usable_state_warns_once_and_succeeds(
    step: Step, capsys: Capture, state: str
) -> None:
    step.monkeypatch.setenv("STATE_deployment", state)
    step.give(raw(job_status="success"))
    assert post(Runner(), Clock()) == 0
    [warning] = annotations(capsys, "warning")
    assert "main's state cannot be used" in warning


def test_a_deployment_status_needs_no_wiring_and_no_post(step: Step, capsys: Capture) -> None:
    (step.folder / "event.json").write_text(json.dumps(deployment_status("success")))
    step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment_status")
    assert run(step, environment="") == 0
    assert step.saved == {"done": "true"}
    assert (step.outputs["started-at"], step.outputs["finished-at"]) == (
        "2026-05-04T09:00:00.000Z",
        "2026-05-04T09:10:00.000Z",
    )
    assert step.outputs["commit-sha"] == HEAD
    assert '"env": "staging"' in capsys.readouterr().out


@pytest.mark.parametrize("state", ["queued", "pending", "inactive"])
def test_a_deployment_status_that_tells_nothing_sends_nothing(step: Step, state: str) -> None:
    (step.folder / "event.json").write_text(json.dumps(deployment_status(state)))
    step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment_status")
    assert run(step) == 0
    assert step.saved == {"done": "true"}
    assert step.outputs == {"results": "[]"}, "fromJSON in a later step takes no empty text"


def test_a_payload_that_names_no_environment_is_no_silent_loss(step: Step, capsys: Capture) -> None:
    (step.folder / "event.json").write_text("{")
    step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment")
    assert (
        run(step, event="finished", environment="", started_at=str(EARLIER), finished_at=str(NOW))
        == 0
    )
    assert "Nothing is sent to LaunchDarkly: no environment is known" in " ".join(
        annotations(capsys, "warning")
    )
    assert step.summary.count("no environment is known") == 1


def test_an_id_that_only_an_update_can_use_is_no_output_of_a_start(
    step: Step, capsys: Capture
) -> None:
    run(step, event="started", launchdarkly_deployment_id="not-this-one")
    assert step.outputs["launchdarkly-deployment-id"] == ""
    assert "Only `event: update` uses `launchdarkly-deployment-id`" in " ".join(
        annotations(capsys, "warning")
    )


def test_a_dry_run_of_an_update_shows_what_is_looked_for_first(step: Step, capsys: Capture) -> None:
    patch = '[{"op": "replace", "path": "/status", "value": "failed"}]'
    run(step, event="update", version="1.0", launchdarkly_patch=patch, datadog_api_key="")
    out = capsys.readouterr().out
    assert "The deployment ID would be looked up first: {" in out
    assert '"version": "1.0"' in out


def test_a_dry_run_shows_requests_without_keys_and_keeps_no_events(
    step: Step, capsys: Capture
) -> None:
    run(
        step,
        event="finished",
        started_at=str(EARLIER),
        finished_at=str(NOW),
        datadog_app_key=DATADOG_APP_KEY,
    )
    shown = "\n".join(
        line for line in capsys.readouterr().out.splitlines() if not line.startswith("::add-mask::")
    )
    assert (
        "POST https://app.launchdarkly.com/api/v2/engineering-insights/deployment-events" in shown
    )
    assert "POST https://api.datadoghq.com/api/v2/dora/deployment" in shown
    assert "Authorization: ***" in shown
    assert "DD-API-KEY: ***" in shown
    assert "LD-API-Version: beta" in shown
    assert f'"finished_at": {NOW}' in shown
    assert not [secret for secret in SECRETS.values() if secret in shown + step.summary]
    assert list(step.temp.rglob("*.jsonl")) == []


def test_the_keys_are_masked_before_anything_else_is_said(step: Step, capsys: Capture) -> None:
    run(step, event="x", datadog_app_key="not well formed", github_token=SECRETS["github-token"])
    lines = capsys.readouterr().out.splitlines()
    masks = [number for number, line in enumerate(lines) if line.startswith("::add-mask::")]
    others = [number for number, line in enumerate(lines) if not line.startswith("::add-mask::")]
    assert max(masks) < min(others)
    assert "::add-mask::not well formed" in lines


def test_two_legs_of_a_matrix_and_two_attempts_are_different_deployments(step: Step) -> None:
    ids = set()
    for index, attempt in (("0", "1"), ("1", "1"), ("0", "2")):
        step.monkeypatch.setenv("GITHUB_RUN_ATTEMPT", attempt)
        (step.folder / "output").write_text("")
        run(step, job_index=index, started_at=str(EARLIER))
        ids.add(step.outputs["datadog-deployment-id"])
    assert len(ids) == 3


def test_a_replay_of_nothing_we_know_is_an_error_that_sends_nothing(
    step: Step, capsys: Capture
) -> None:
    (step.temp / "box.jsonl").write_text('{"vendor": "acme"}')
    for given, said in (
        ("box.jsonl", "line 1"),
        ("other.jsonl", "'other.jsonl'"),
        ('{"a": 1}', "line 1"),
    ):
        assert run(step, event="replay", replay=given) == 1
        [error] = annotations(capsys, "error")
        assert error.startswith("`replay` ")
        assert said in error
    assert (step.temp / "box.jsonl").read_text() == '{"vendor": "acme"}'
    assert step.outputs == {"results": "[]"}


def test_a_replay_of_an_empty_file_is_a_notice(step: Step, capsys: Capture) -> None:
    (step.temp / "box.jsonl").write_text("\n")
    assert run(step, event="replay", replay="box.jsonl") == 0
    [notice] = annotations(capsys, "notice")
    assert "holds no events" in notice
    assert step.outputs == {"results": "[]"}


def test_post_imports_nothing_that_only_main_needs() -> None:
    listing = "import sys, deployment_events.stages.post; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", listing], check=True, capture_output=True, text=True
    ).stdout.split()
    only_mains = {
        "github.context",
        "github.job",
        "inputs.read",
        "stages.main",
        "stages.recover",
        "stages.replay",
    }
    assert not {f"deployment_events.{name}" for name in only_mains} & set(loaded)
    assert "deployment_events.stages.post" in loaded
