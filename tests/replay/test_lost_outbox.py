"""What post does about the start if main's outbox is gone, old or damaged between the stages."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.step import Ended, Step

from deployment_events.delivery import outbox
from sandbox import Sandbox

SERVICES = "one\ntwo\nthree"


def empty_temp(step: Step) -> None:
    """As a step that cleans the runner's temporary folder."""
    shutil.rmtree(step.temp)
    step.temp.mkdir()


def start_without_outbox(make_step: Any, sandbox: Sandbox) -> Step:
    """Return a step whose main could not send the start, and whose outbox is gone."""
    sandbox.fail("launchdarkly", 503)
    step: Step = make_step(service=SERVICES)
    step.main()
    empty_temp(step)
    sandbox.heal()
    return step


def events(sandbox: Sandbox) -> Counter[tuple[str, str]]:
    """Return how often LaunchDarkly accepted each service's events."""
    return Counter(
        (request.body["applicationKey"], request.body["eventType"])
        for request in sandbox.requests("launchdarkly")
        if request.method == "POST" and request.accepted
    )


def once(*names: str) -> Counter[tuple[str, str]]:
    return Counter((name, event) for name in names for event in ("started", "finished"))


def check_start(sandbox: Sandbox, step: Step) -> None:
    """Check that LaunchDarkly has the start that main resolved."""
    started = json.loads(step.state["deployment"])["facts"]["started_at"]
    assert {deployment["startedAt"] for deployment in sandbox.deployments("launchdarkly")} == {
        started
    }


def test_a_start_without_its_outbox_is_sent_again_with_a_warning(
    make_step: Any, sandbox: Sandbox
) -> None:
    step = start_without_outbox(make_step, sandbox)
    ended = step.post()
    assert events(sandbox) == once("one", "two", "three")
    check_start(sandbox, step)
    [warning] = ended.annotations("warning")
    assert "was deleted or changed after the main stage" in warning
    assert "Do not empty RUNNER_TEMP" in warning
    assert "was deleted or changed after the main stage" in ended.summary
    assert step.outbox == []
    assert step.leaks(ended) == []


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_a_start_that_is_missing_in_its_outbox_is_sent_again_with_a_warning(
    make_step: Any, sandbox: Sandbox, lines: int
) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step(service=SERVICES)
    step.main()
    [file] = (step.temp / "deployment-events").glob("*.jsonl")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:lines]))
    sandbox.heal()
    ended = step.post()
    assert events(sandbox) == once("one", "two", "three")
    check_start(sandbox, step)
    [warning] = ended.annotations("warning")
    assert "was deleted or changed after the main stage" in warning
    assert step.outbox == []


def test_only_unconfirmed_events_are_sent_again(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", 400, times=2)
    step = make_step(service=SERVICES)
    lost = {result["service"] for result in step.main().results if result["status"] == "refused"}
    assert len(lost) == 2
    empty_temp(step)
    ended = step.post()
    assert ended.code == 0
    assert events(sandbox) == once("one", "two", "three")
    check_start(sandbox, step)


def test_a_confirmed_start_without_an_outbox_causes_no_warning(
    make_step: Any, sandbox: Sandbox
) -> None:
    step = make_step(service=SERVICES)
    step.main()
    assert not list(step.temp.rglob("*.jsonl")), "an empty outbox is deleted"
    empty_temp(step)
    ended = step.post()
    assert ended.annotations("warning") == []
    assert events(sandbox) == once("one", "two", "three")


def test_a_start_that_could_not_be_kept_is_sent_by_post(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step(service=SERVICES)
    (step.temp / "deployment-events").write_text("a file where the folder must be")
    started = step.main()
    assert "cannot be saved" in started.annotations("warning")[0]
    assert "resends it when the job ends" in started.annotations("notice")[-1]
    assert started.outputs["undelivered-path"] == ""
    sandbox.heal()
    ended = step.post()
    assert events(sandbox) == once("one", "two", "three")
    check_start(sandbox, step)
    assert "was deleted" not in ended.stdout


@pytest.mark.parametrize("is_empty", [False, True])
def test_the_start_is_sent_again_if_main_died_and_its_outbox_is_missing_or_empty(
    make_step: Any, sandbox: Sandbox, is_empty: bool
) -> None:
    step = make_step(service=SERVICES)
    step.main()
    if is_empty:
        (step.temp / json.loads(step.state["deployment"])["outbox"]).write_text("")
    del step.state["confirmed"]
    ended = step.post()
    [warning] = ended.annotations("warning")
    assert "may be sent a second time" in warning
    assert len(sandbox.deployments("launchdarkly")) == 3
    check_start(sandbox, step)


def test_a_start_that_post_does_not_send_is_written_to_its_file_again(
    make_step: Any, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step(service=SERVICES, on_cancelled="ignore")
    step.main()
    empty_temp(step)
    sandbox.heal()
    ended = step.post("cancelled")
    assert events(sandbox) == Counter()
    assert [line["event"] for line in step.outbox] == ["started"] * 3
    [file] = (step.temp / "deployment-events").iterdir()
    assert f"they stay in deployment-events/{file.name}" in ended.annotations("warning")[-1]


def test_a_start_that_is_not_sent_and_cannot_be_kept_is_in_the_log(
    make_step: Any, sandbox: Sandbox
) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step(on_cancelled="ignore")
    (step.temp / "deployment-events").write_text("a file where the folder must be")
    step.main()
    ended = step.post("cancelled")
    assert "they are in this log" in ended.annotations("warning")[-1]
    [line] = [line for line in ended.stdout.splitlines() if line.startswith('{"format"')]
    assert json.loads(line)["event"] == "started"


def old_outbox(step: Step, monkeypatch: pytest.MonkeyPatch) -> Ended:
    """Run main, whose outbox cannot be written again, not even in place, after the first time."""
    real, calls = outbox.write_for_runner, []

    def write(path: Path, text: str) -> None:
        calls.append(path)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        real(path, text)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patches:
        patches.setattr(outbox, "write_for_runner", write)
        patches.setattr(outbox, "write_in_place", fail)
        patches.setattr(Path, "unlink", fail)
        return step.main()


@pytest.mark.parametrize("faults", [0, 1])
def test_confirmed_events_are_removed_from_an_old_outbox_and_not_sent_again(
    make_step: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, faults: int
) -> None:
    for _ in range(faults):
        sandbox.fail("launchdarkly", 400, times=1)
    step = make_step(service=SERVICES)
    old_outbox(step, monkeypatch)
    assert len(step.outbox) == 3
    ended = step.post()
    assert ended.code == 0
    assert events(sandbox) == once("one", "two", "three")
    assert step.outbox == []
    assert ended.annotations("warning") == []


def test_an_old_outbox_is_deleted_if_post_has_nothing_to_report(
    make_step: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = make_step(service=SERVICES, on_cancelled="ignore")
    old_outbox(step, monkeypatch)
    assert len(step.outbox) == 3
    ended = step.post("cancelled")
    assert step.outbox == []
    assert ended.annotations("warning") == []


def test_a_dry_run_sends_no_start_in_post(make_step: Any, sandbox: Sandbox) -> None:
    step = make_step(service=SERVICES, dry_run="true")
    assert "confirmed" not in step.main().state
    ended = step.post()
    assert ended.annotations("warning") == []
    assert sandbox.requests() == []


def test_an_unconfirmed_start_of_a_vendor_without_its_key_is_kept(
    make_step: Any, sandbox: Sandbox
) -> None:
    step = start_without_outbox(make_step, sandbox)
    step.post(launchdarkly_access_token="")
    kept = Counter((line["vendor"], line["event"]) for line in step.outbox)
    assert kept == {("launchdarkly", "started"): 3, ("launchdarkly", "finished"): 3}
    assert len(sandbox.deployments("datadog")) == 3
