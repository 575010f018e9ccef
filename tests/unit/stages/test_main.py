"""The main stage without the network: events, outputs, state, masks and messages."""

import json

import pytest
from support.dry_run import Capture, annotations, dry_run, results
from support.github import HEAD, SHA, deployment_status
from support.keys import DATADOG_APP_KEY, SECRETS
from support.moments import EARLIER, NOW
from support.step import Step

from emulator import find_commands


def test_each_invalid_input_is_an_error_and_post_has_nothing_to_do(
    step: Step, capsys: Capture
) -> None:
    assert dry_run(step, event="x", commit_sha="abc", tags="a", timeout_seconds="-1") == 1
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


INVALID_INPUTS = {
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


@pytest.mark.parametrize("name", list(INVALID_INPUTS))
def test_one_invalid_input_fails_the_step_with_one_annotation(
    step: Step, capsys: Capture, name: str
) -> None:
    assert dry_run(step, **{name: INVALID_INPUTS[name]}) == 1
    [error] = annotations(capsys, "error")
    assert error.startswith(f"`{name.replace('_', '-')}` ")
    assert step.outputs == {"results": "[]"}


def test_all_invalid_inputs_are_reported_in_one_run(step: Step, capsys: Capture) -> None:
    assert dry_run(step, **INVALID_INPUTS) == 1
    out = capsys.readouterr().out
    errors = [command for command in find_commands(out) if command.name == "error"]
    reported = {error.data.split("`")[1] for error in errors}
    assert reported == {name.replace("_", "-") for name in INVALID_INPUTS}
    assert "hunter2" not in out + step.summary


def test_a_start_after_the_finish_fails_the_step(step: Step, capsys: Capture) -> None:
    assert dry_run(step, event="finished", started_at=str(NOW), finished_at=str(EARLIER)) == 1
    [error] = annotations(capsys, "error")
    assert error.startswith("`started-at` must not be later than `finished-at`")


def test_a_step_without_any_key_warns_and_succeeds(step: Step, capsys: Capture) -> None:
    assert dry_run(step, launchdarkly_access_token="", datadog_api_key="") == 0
    [warning] = annotations(capsys, "warning")
    assert "forks" in warning
    assert "`launchdarkly-access-token` nor `datadog-api-key`" in warning
    assert step.saved == {"done": "true"}
    assert step.outputs == {"results": "[]"}


@pytest.mark.parametrize(
    "event", ["started", "finished", "failed", "custom", "success", "in_progress"]
)
def test_post_has_nothing_to_do_after_an_explicit_event(step: Step, event: str) -> None:
    assert dry_run(step, event=event) == 0
    assert step.saved == {"done": "true"}


@pytest.mark.parametrize("status", ["skipped", "queued", "neutral", "cancelled"])
def test_a_status_that_is_not_reported_is_a_notice(
    step: Step, capsys: Capture, status: str
) -> None:
    assert dry_run(step, event=status, on_cancelled="ignore") == 0
    [notice] = annotations(capsys, "notice")
    assert "nothing is sent" in notice
    assert step.saved == {"done": "true"}
    assert step.outputs == {"results": "[]"}


def test_auto_reports_the_start_and_saves_the_state_for_post(step: Step) -> None:
    assert dry_run(step, service="api\nweb") == 0
    assert step.saved.keys() == {"deployment"}
    assert results(step) == [
        ("api", "launchdarkly", "started", "dry-run"),
        ("web", "launchdarkly", "started", "dry-run"),
        ("api", "datadog", "started", "skipped"),
        ("web", "datadog", "started", "skipped"),
    ]
    assert step.outputs["finished-at"] == ""
    assert step.outputs["commit-sha"] == step.outputs["version"] == SHA


def test_the_version_output_is_the_only_service_s_or_the_shared_one(step: Step) -> None:
    dry_run(step, event="finished", version="1.0", service="cart,version=2.4.1")
    assert step.outputs["version"] == "2.4.1"
    dry_run(step, event="finished", version="1.0", service="cart,version=2.4.1\npayments")
    assert step.outputs["version"] == "1.0"


def test_a_deployment_status_event_is_reported_by_main_alone(step: Step, capsys: Capture) -> None:
    (step.folder / "event.json").write_text(json.dumps(deployment_status("success")))
    step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment_status")
    assert dry_run(step, environment="") == 0
    assert step.saved == {"done": "true"}
    assert (step.outputs["started-at"], step.outputs["finished-at"]) == (
        "2026-05-04T09:00:00.000Z",
        "2026-05-04T09:10:00.000Z",
    )
    assert step.outputs["commit-sha"] == HEAD
    assert '"env": "staging"' in capsys.readouterr().out


@pytest.mark.parametrize("state", ["queued", "pending", "inactive"])
def test_other_states_of_a_deployment_status_event_send_nothing(step: Step, state: str) -> None:
    (step.folder / "event.json").write_text(json.dumps(deployment_status(state)))
    step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment_status")
    assert dry_run(step) == 0
    assert step.saved == {"done": "true"}
    assert step.outputs == {"results": "[]"}, "fromJSON in a later step rejects an empty text"


def test_a_payload_without_an_environment_causes_a_warning(step: Step, capsys: Capture) -> None:
    (step.folder / "event.json").write_text("{")
    step.monkeypatch.setenv("GITHUB_EVENT_NAME", "deployment")
    assert (
        dry_run(
            step, event="finished", environment="", started_at=str(EARLIER), finished_at=str(NOW)
        )
        == 0
    )
    assert "Nothing is sent to LaunchDarkly: no environment is known" in " ".join(
        annotations(capsys, "warning")
    )
    assert step.summary.count("no environment is known") == 1


def test_the_id_for_an_update_is_not_an_output_of_a_start(step: Step, capsys: Capture) -> None:
    dry_run(step, event="started", launchdarkly_deployment_id="not-this-one")
    assert step.outputs["launchdarkly-deployment-id"] == ""
    assert "Only `event: update` uses `launchdarkly-deployment-id`" in " ".join(
        annotations(capsys, "warning")
    )


def test_a_dry_run_of_an_update_shows_the_search_for_the_id(step: Step, capsys: Capture) -> None:
    patch = '[{"op": "replace", "path": "/status", "value": "failed"}]'
    dry_run(step, event="update", version="1.0", launchdarkly_patch=patch, datadog_api_key="")
    out = capsys.readouterr().out
    assert "The deployment ID would be looked up first: {" in out
    assert '"version": "1.0"' in out


def test_a_dry_run_shows_requests_without_keys_and_keeps_no_events(
    step: Step, capsys: Capture
) -> None:
    dry_run(
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


@pytest.mark.parametrize(("event", "prefix"), [("finished", "gh-"), ("failed", "")])
def test_a_dry_run_has_the_id_that_datadog_would_receive(
    step: Step, event: str, prefix: str
) -> None:
    dry_run(step, event=event, started_at=str(EARLIER), finished_at=str(NOW))
    assert step.outputs["datadog-deployment-id"][:3] == prefix


def test_the_keys_are_masked_before_anything_else_is_logged(step: Step, capsys: Capture) -> None:
    dry_run(
        step, event="x", datadog_app_key="not well formed", github_token=SECRETS["github-token"]
    )
    lines = capsys.readouterr().out.splitlines()
    masks = [number for number, line in enumerate(lines) if line.startswith("::add-mask::")]
    others = [number for number, line in enumerate(lines) if not line.startswith("::add-mask::")]
    assert max(masks) < min(others)
    assert "::add-mask::not well formed" in lines


def test_matrix_jobs_and_attempts_are_different_deployments(step: Step) -> None:
    ids = set()
    for index, attempt in (("0", "1"), ("1", "1"), ("0", "2")):
        step.monkeypatch.setenv("GITHUB_RUN_ATTEMPT", attempt)
        (step.folder / "output").write_text("")
        dry_run(step, job_index=index, started_at=str(EARLIER))
        ids.add(step.outputs["datadog-deployment-id"])
    assert len(ids) == 3
