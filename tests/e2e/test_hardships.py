"""Missing IDs, missing folders, damaged keys, and lines pasted into `replay`."""

import json
import re

from support.keys import DATADOG_API_KEY
from support.sandboxes import make_sandbox
from support.steps import event_types, with_keys

from deployment_events.errors import Section
from deployment_events.github.documentation import help_url
from deployment_events.report.losses import NextStep
from emulator import Job
from sandbox import Sandbox


def messages(step, level: str) -> list[str]:
    return [annotation.message for annotation in step.annotations if annotation.level == level]


def test_an_id_that_is_not_listed_in_time_is_empty_with_a_notice() -> None:
    with make_sandbox(launchdarkly_lag=60) as sandbox, Job() as job:
        step = job.uses(with_=with_keys(sandbox, event="finished", fail_on_error="true"))
    assert step.exit_code == 0
    assert step.outputs["launchdarkly-deployment-id"] == ""
    assert any(
        "did not list the deployment in time" in message for message in messages(step, "notice")
    )


def test_a_custom_event_finds_the_deployment_that_began_before_it(sandbox: Sandbox) -> None:
    with Job() as job:
        started = job.uses(
            with_=with_keys(sandbox, event="started", started_at="2026-11-20T09:00:00Z")
        )
    with Job() as job:
        custom = job.uses(with_=with_keys(sandbox, event="custom"))
    assert event_types(sandbox) == ["started", "custom"]
    assert (
        custom.outputs["launchdarkly-deployment-id"]
        == started.outputs["launchdarkly-deployment-id"]
        != ""
    )


def test_without_a_folder_for_them_undelivered_events_are_in_the_log_and_sent_by_post(
    sandbox: Sandbox,
) -> None:
    sandbox.unplug("launchdarkly")
    with Job() as job:
        (job.temp / "deployment-events").write_text("a file where the folder must be")
        step = job.uses(with_=with_keys(sandbox, timeout_seconds="1"))
        sandbox.plug("launchdarkly")
        job.finish()
    assert any("cannot be saved" in message for message in messages(step, "warning"))
    assert "resends it when the job ends" in messages(step, "notice")[0]
    assert event_types(sandbox) == ["started", "finished"]
    assert step.outputs["undelivered-path"] == ""
    [line] = re.findall(r'^\s*(\{"format".*)$', step.log, re.MULTILINE)
    assert json.loads(line)["event"] == "started"


def test_a_damaged_key_in_post_keeps_only_the_event_of_its_vendor(
    sandbox: Sandbox,
) -> None:
    with_ = {**with_keys(sandbox), "datadog-api-key": "${{ env.KEY }}"}
    with Job(env={"KEY": DATADOG_API_KEY}) as job:
        job.uses(with_=with_)
        job.run('echo "KEY=two words" >> "$GITHUB_ENV"')
        [post] = job.finish().posts
        [kept] = [path.read_text() for path in (job.temp / "deployment-events").iterdir()]
    assert post.exit_code == 0
    assert event_types(sandbox) == ["started", "finished"]
    assert [json.loads(line)["vendor"] for line in kept.splitlines()] == ["datadog"]
    assert "two words" not in post.log


def test_lines_pasted_from_the_summary_or_the_log_can_be_replayed(sandbox: Sandbox) -> None:
    sandbox.unplug("datadog")
    with Job() as job:
        lost = job.uses(
            with_=with_keys(sandbox, event="finished", service="api\nweb", timeout_seconds="1")
        )
        sandbox.plug("datadog")
        fence = re.search(r"```json\n.*?\n```", lost.summary, re.DOTALL)
        assert fence
        first, second = fence[0].splitlines()[1:-1]
        pasted = f"2026-11-22T12:44:04.1234567Z {first}\n```json\n{second}\n```"
        again = job.uses(with_=with_keys(sandbox, event="replay", replay=pasted))
    assert again.exit_code == 0
    assert {deployment["service"] for deployment in sandbox.deployments("datadog")} == {
        "api",
        "web",
    }


def test_a_refused_deployment_does_not_block_another_of_the_service() -> None:
    with make_sandbox(launchdarkly_environments=("production",)) as sandbox, Job() as job:
        sandbox.unplug("launchdarkly")
        lines = []
        for environment in ("gone", "production"):
            keys = with_keys(sandbox, event="finished", timeout_seconds="1")
            step = job.uses(with_={**keys, "environment": environment})
            lines.append((job.temp / step.outputs["undelivered-path"]).read_text())
        sandbox.plug("launchdarkly")
        again = job.uses(with_=with_keys(sandbox, event="replay", replay="".join(lines)))
    assert [row["status"] for row in json.loads(again.outputs["results"])] == [
        "refused",
        "delivered",
    ]


def test_a_replay_input_that_is_no_file_and_no_event_is_an_error(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox, event="replay", replay="x" * 5000))
    assert step.exit_code == 1
    assert "which is not a file in RUNNER_TEMP or the workspace" in messages(step, "error")[0]
    assert "Correct the path" in messages(step, "error")[0]
    assert "replay" in step.summary


def test_the_state_of_many_services_leaves_no_file_behind(sandbox: Sandbox) -> None:
    services = "\n".join(f"service-{number}" for number in range(20))
    tags = "\n".join(f"key{number}:{'v' * 1200}" for number in range(90))
    with Job() as job:
        job.uses(with_=with_keys(sandbox, service=services, tags=tags))
        assert list((job.temp / "deployment-events").glob("state-*.json"))
        result = job.finish()
        assert list((job.temp / "deployment-events").iterdir()) == []
    assert result.conclusion == "success"


def test_a_broken_payload_is_a_warning_and_never_an_input_error(sandbox: Sandbox) -> None:
    with_ = {name: value for name, value in with_keys(sandbox).items() if name != "environment"}
    with Job(event_name="deployment_status", event={}) as job:
        step = job.uses(with_=with_)
    assert step.exit_code == 0
    assert any("contains no deployment status" in message for message in messages(step, "notice"))


def test_post_names_what_main_could_not_deliver_if_it_reports_no_result(
    sandbox: Sandbox,
) -> None:
    sandbox.unplug("launchdarkly")
    with Job() as job:
        job.uses(with_=with_keys(sandbox, timeout_seconds="1", on_cancelled="ignore"))
        job.run(job.cancel)
        [post] = job.finish().posts
        [kept] = (job.temp / "deployment-events").iterdir()
    assert any(kept.name in message for message in messages(post, "warning"))
    [line] = re.findall(r'^\s*(\{"format".*)$', post.log, re.MULTILINE)
    assert json.loads(line)["event"] == "started"
    assert "not reported" in post.summary
    assert line in post.summary


def test_services_that_are_one_deployment_for_a_vendor_cause_a_notice(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(
            with_=with_keys(
                sandbox, event="finished", service="api\nweb", launchdarkly_application_key="shop"
            )
        )
    assert any(
        "treats api and web as the same deployment" in message
        for message in messages(step, "notice")
    )


def test_the_summary_repeats_the_warnings(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(with_=with_keys(sandbox, event="finished"))
    [warning] = messages(step, "warning")
    assert "the duration is zero" in warning
    assert "so the duration is zero" in step.summary


def test_an_event_with_invalid_content_is_not_recommended_for_replay(sandbox: Sandbox) -> None:
    with Job() as job:
        step = job.uses(
            with_=with_keys(sandbox, event="finished", launchdarkly_project_key="unknown")
        )
    [error] = messages(step, "error")
    assert "launchdarkly-project-key" in error
    assert error.endswith(f"{NextStep.REPORT_AGAIN} See {help_url(Section.NOT_FOUND)}")
    assert "fixed, report the event again" in step.summary
    assert "event: replay" not in step.summary + step.log


def test_missing_keys_and_a_lost_state_are_in_the_summary(sandbox: Sandbox) -> None:
    with Job() as job:
        keyless = job.uses(with_={"environment": "production"})
        running = job.start(with_=with_keys(sandbox), continue_on_error=True)
        running.kill()
        running.wait()
        lost, _ = job.finish().posts
    [warning] = messages(keyless, "warning")
    assert "Nothing was reported" in keyless.summary
    assert "/docs/troubleshooting.md#no-secrets" in keyless.summary
    assert warning.split(":")[0].split(",")[0] in keyless.summary
    assert "The inputs were evaluated again" in lost.summary
