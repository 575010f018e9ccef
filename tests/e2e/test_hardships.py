"""Missing IDs, missing folders, damaged keys, and lines pasted into `replay`."""

import json
import re
from pathlib import Path

from support.quick import LARGE, MakeStep, quick_step
from support.sandboxes import make_sandbox
from support.steps import event_types

from deployment_events.errors import Section
from deployment_events.github.documentation import help_url
from deployment_events.report.losses import NextStep
from sandbox import Sandbox


def test_an_id_that_is_not_listed_in_time_is_empty_with_a_notice(tmp_path: Path) -> None:
    with make_sandbox(launchdarkly_lag=60) as sandbox:
        ended = quick_step(tmp_path, sandbox, event="finished", fail_on_error="true").main()
    assert ended.code == 0
    assert ended.outputs["launchdarkly-deployment-id"] == ""
    [notice] = ended.annotations("notice")
    assert "did not list the deployment in time" in notice


def test_a_custom_event_finds_the_deployment_that_began_before_it(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    started = make_step("one", event="started", started_at="2026-11-20T09:00:00Z").main().outputs
    custom = make_step("another", event="custom").main().outputs
    assert event_types(sandbox) == ["started", "custom"]
    assert custom["launchdarkly-deployment-id"] == started["launchdarkly-deployment-id"] != ""


def test_without_a_folder_for_them_undelivered_events_are_in_the_log_and_sent_by_post(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.unplug("launchdarkly")
    step = make_step()
    (step.temp / "deployment-events").write_text("a file where the folder must be")
    ended = step.main()
    sandbox.plug("launchdarkly")
    step.post()
    assert any("cannot be saved" in message for message in ended.annotations("warning"))
    assert "resends it when the job ends" in ended.annotations("notice")[0]
    assert event_types(sandbox) == ["started", "finished"]
    assert ended.outputs["undelivered-path"] == ""
    [line] = re.findall(r'^\s*(\{"format".*)$', ended.stdout, re.MULTILINE)
    assert json.loads(line)["event"] == "started"


def test_a_damaged_key_in_post_keeps_only_the_event_of_its_vendor(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    step = make_step()
    step.main()
    ended = step.post(datadog_api_key="two words")
    assert ended.code == 0
    assert event_types(sandbox) == ["started", "finished"]
    assert [line["vendor"] for line in step.outbox] == ["datadog"]
    shown = [line for line in ended.stdout.splitlines() if not line.startswith("::add-mask::")]
    assert "two words" not in "\n".join([*shown, ended.summary])


def test_lines_pasted_from_the_summary_or_the_log_can_be_replayed(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.unplug("datadog")
    lost = make_step("first", event="finished", service="api\nweb").main()
    sandbox.plug("datadog")
    fence = re.search(r"```json\n.*?\n```", lost.summary, re.DOTALL)
    assert fence
    first, second = fence[0].splitlines()[1:-1]
    pasted = f"2026-11-22T12:44:04.1234567Z {first}\n```json\n{second}\n```"
    assert make_step("later", event="replay", replay=pasted).main().code == 0
    assert {deployment["service"] for deployment in sandbox.deployments("datadog")} == {
        "api",
        "web",
    }


def test_a_refused_deployment_does_not_block_another_of_the_service(tmp_path: Path) -> None:
    with make_sandbox(launchdarkly_environments=("production",)) as sandbox:
        sandbox.unplug("launchdarkly")
        for environment in ("gone", "production"):
            step = quick_step(tmp_path, sandbox, event="finished", environment=environment)
            step.main()
        sandbox.plug("launchdarkly")
        lines = "\n".join(map(json.dumps, step.outbox))
        ended = quick_step(tmp_path, sandbox, event="replay", replay=lines).main()
    assert [row["status"] for row in ended.results] == ["refused", "delivered"]


def test_a_replay_input_that_is_no_file_and_no_event_is_an_error(make_step: MakeStep) -> None:
    ended = make_step(event="replay", replay="x" * 5000).main()
    assert ended.code == 1
    [error] = ended.annotations("error")
    assert "which is not a file in RUNNER_TEMP or the workspace" in error
    assert "Correct the path" in error
    assert "replay" in ended.summary


def test_the_file_of_a_large_state_is_removed(make_step: MakeStep) -> None:
    step = make_step(**LARGE)
    step.main()
    folder = step.temp / "deployment-events"
    assert list(folder.glob("state-*.json"))
    assert step.post().code == 0
    assert list(folder.iterdir()) == []


def test_a_broken_payload_is_a_notice_and_never_an_input_error(make_step: MakeStep) -> None:
    ended = make_step(environment="", env={"GITHUB_EVENT_NAME": "deployment_status"}).main()
    assert ended.code == 0
    assert any(
        "contains no deployment status" in message for message in ended.annotations("notice")
    )


def test_post_names_what_main_could_not_deliver_if_it_reports_no_result(
    make_step: MakeStep, sandbox: Sandbox
) -> None:
    sandbox.unplug("launchdarkly")
    step = make_step(on_cancelled="ignore")
    step.main()
    post = step.post("cancelled")
    [kept] = (step.temp / "deployment-events").iterdir()
    assert any(kept.name in message for message in post.annotations("warning"))
    [line] = re.findall(r'^\s*(\{"format".*)$', post.stdout, re.MULTILINE)
    assert json.loads(line)["event"] == "started"
    assert "not reported" in post.summary
    assert line in post.summary


def test_services_that_are_one_deployment_for_a_vendor_cause_a_notice(make_step: MakeStep) -> None:
    ended = make_step(
        event="finished", service="api\nweb", launchdarkly_application_key="shop"
    ).main()
    assert any(
        "treats api and web as the same deployment" in message
        for message in ended.annotations("notice")
    )


def test_an_event_with_invalid_content_is_not_recommended_for_replay(make_step: MakeStep) -> None:
    ended = make_step(event="finished", launchdarkly_project_key="unknown").main()
    [error] = ended.annotations("error")
    assert "launchdarkly-project-key" in error
    assert error.endswith(f"{NextStep.REPORT_AGAIN} See {help_url(Section.NOT_FOUND)}")
    assert "fixed, report the event again" in ended.summary
    assert "event: replay" not in ended.summary + ended.stdout
