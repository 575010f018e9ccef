"""`event: replay`: what an earlier run could not deliver is sent once more, under the same ids."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.keys import DATADOG_APP_KEY
from support.sandboxes import make_sandbox
from support.step import VENDORS, Step

from sandbox import Sandbox

Line = dict[str, Any]


def lines_of(file: Path) -> list[Line]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def write(file: Path, lines: list[Line]) -> Path:
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def sent(sandbox: Sandbox, vendor: str) -> list[Any]:
    return [request for request in sandbox.requests(vendor) if request.method != "GET"]


def everything_arrived(sandbox: Sandbox) -> bool:
    return all(len(sandbox.deployments(vendor)) == 3 for vendor in VENDORS)


def place(step: Step, lost: Path, where: str) -> str:
    """Put the file where the input will name it, and return the input."""
    if where == "lines":
        return lost.read_text()
    if where == "absolute":
        return str(lost)
    folder = step.temp if where == "temp" else step.workspace
    (folder / "artifact").mkdir()
    shutil.copy(lost, folder / "artifact" / "lost.jsonl")
    return "artifact/lost.jsonl"


@pytest.mark.parametrize("where", ["absolute", "temp", "workspace", "lines"])
def test_every_event_is_delivered_from_any_place_and_the_file_is_deleted(
    make_step: Any, sandbox: Sandbox, lost: Path, where: str
) -> None:
    step = make_step(event="replay")
    step.inputs["replay"] = place(step, lost, where)
    ended = step.main()
    assert ended.code == 0
    assert everything_arrived(sandbox)
    assert {result["status"] for result in ended.results} == {"delivered"}
    assert len(ended.results) == 6
    assert ended.outputs["undelivered-path"] == ""
    assert step.outbox == []
    files = {"absolute": lost, "temp": step.temp, "workspace": step.workspace, "lines": step.temp}[
        where
    ]
    assert [file for file in (files, *files.rglob("*.jsonl")) if file.is_file()] == []
    assert step.leaks(ended) == []


def test_the_bodies_of_the_first_run_are_sent(make_step: Any, sandbox: Sandbox, lost: Path) -> None:
    wanted = {
        vendor: [line["body"] for line in lines_of(lost) if line["vendor"] == vendor]
        for vendor in VENDORS
    }
    make_step(event="replay", replay=str(lost)).main()
    for vendor in VENDORS:
        bodies = [request.body for request in sent(sandbox, vendor)]
        assert sorted(bodies, key=str) == sorted(wanted[vendor], key=str)


def test_the_oldest_event_of_a_deployment_is_sent_first(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    template = next(line for line in lines_of(lost) if line["vendor"] == "launchdarkly")
    lines = []
    for number in (3, 1, 2, 5, 4):
        at = template["at"] + number
        lines.append({**template, "at": at, "body": {**template["body"], "eventTime": at}})
    make_step(event="replay", replay=str(write(lost, lines))).main()
    assert [
        request.body["eventTime"] - template["at"] for request in sent(sandbox, "launchdarkly")
    ] == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_repeated_replays_are_one_deployment_at_datadog(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    text = lost.read_text()
    for name in ("second", "third"):
        make_step(name, event="replay", replay=text).main()
    deployments = sandbox.deployments("datadog")
    assert len(deployments) == 3
    assert {deployment["received"] for deployment in deployments} == {2}
    assert {deployment["id"] for deployment in deployments} == {
        line["id"] for line in lines_of(lost) if line["vendor"] == "datadog"
    }


def test_failing_events_are_kept_with_their_new_cause_and_the_others_removed(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    before = lines_of(lost)
    sandbox.fail("datadog", 403)
    step = make_step(event="replay", replay=str(lost))
    ended = step.main()
    assert ended.code == 0
    kept = lines_of(lost)
    assert [line["vendor"] for line in kept] == ["datadog"] * 3
    assert {line["cause"] for line in kept} == {'HTTP 403, "Forbidden"'}
    wanted = [
        {**line, "cause": 'HTTP 403, "Forbidden"'} for line in before if line["vendor"] == "datadog"
    ]
    assert sorted(kept, key=str) == sorted(wanted, key=str)
    assert (step.temp / ended.outputs["undelivered-path"]) == lost
    assert len(ended.annotations("error")) == 1
    assert list(lost.parent.glob(".*")) == [], "nothing is left of the rewriting"


def test_lines_that_still_fail_are_kept_in_a_new_file(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    sandbox.fail("launchdarkly", 403)
    step = make_step(event="replay", replay=lost.read_text())
    ended = step.main()
    assert len(lines_of(step.temp / ended.outputs["undelivered-path"])) == 3


@pytest.mark.parametrize("pasted", [True, False])
def test_a_name_that_the_log_has_masked_is_refused_before_sending(
    make_step: Any, sandbox: Sandbox, lost: Path, pasted: bool
) -> None:
    masked = lost.read_text().replace("production", "***")
    lost.write_text(masked)
    ended = make_step(event="replay", replay=masked if pasted else str(lost)).main()
    assert ended.code == 1
    assert "the log masked a part of this (***)" in ended.annotations("error")[0]
    assert sandbox.requests() == []


def test_kept_events_can_be_replayed_again(make_step: Any, sandbox: Sandbox, lost: Path) -> None:
    sandbox.fail("datadog", 503)
    make_step("first", event="replay", replay=str(lost)).main()
    sandbox.heal()
    ended = make_step("second", event="replay", replay=str(lost)).main()
    assert ended.code == 0
    assert everything_arrived(sandbox)
    assert not lost.exists()


def test_the_lines_of_the_log_can_be_replayed(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("datadog", 503)
    tags = "\n".join(f"key-{number}:{'##[x] ::y:: ' * 20}{number}" for number in range(40))
    ended = make_step(
        "first", event="finished", tags=tags, started_at="2026-05-04T09:30:00Z"
    ).main()
    [wanted] = [request.body for request in sent(sandbox, "datadog")][:1]
    sandbox.heal()
    lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
    assert make_step("second", event="replay", replay="\n".join(lines)).main().code == 0
    assert sent(sandbox, "datadog")[-1].body == wanted


def test_the_lines_of_the_summary_can_be_replayed(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("datadog", 503)
    ended = make_step(
        "first", event="finished", tags="a:``` ```` </details>", started_at="2026-05-04T09:30:00Z"
    ).main()
    sandbox.heal()
    lines = [line for line in ended.summary.splitlines() if line.startswith("{")]
    assert make_step("second", event="replay", replay="\n".join(lines)).main().code == 0
    assert sandbox.deployments("datadog")[0]["custom_tags"][0] == "a:``` ```` </details>"


def test_destination_and_keys_come_from_the_inputs_of_this_run(lost: Path, tmp_path: Path) -> None:
    with make_sandbox() as elsewhere:
        ended = Step(tmp_path / "elsewhere", elsewhere, event="replay", replay=str(lost)).main()
        assert ended.code == 0
        assert everything_arrived(elsewhere)


def test_events_of_a_vendor_without_a_key_are_kept(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    ended = make_step(event="replay", replay=str(lost), datadog_api_key="").main()
    assert [line["vendor"] for line in lines_of(lost)] == ["datadog"] * 3
    assert sandbox.requests("datadog") == []
    assert [result["error"] for result in ended.results if result["vendor"] == "datadog"] == [
        "Datadog's key is not set"
    ] * 3


def test_a_dry_run_shows_the_requests_and_leaves_the_file_unchanged(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    before = lost.read_bytes()
    step = make_step(event="replay", replay=str(lost), dry_run="true")
    ended = step.main()
    assert ended.code == 0
    assert lost.read_bytes() == before
    assert sandbox.requests() == []
    assert ended.stdout.count("Dry run:") == 6
    assert "Dry run, nothing was sent" in ended.summary
    assert step.leaks(ended) == []


def test_a_dry_run_without_a_vendor_s_key_logs_which_events_would_not_be_sent(
    make_step: Any, lost: Path
) -> None:
    ended = make_step(event="replay", replay=str(lost), dry_run="true", datadog_api_key="").main()
    assert ended.code == 0
    assert "Datadog's key is not set" in ended.stdout
    assert "Internal error" not in ended.stdout


def test_a_refused_event_does_not_stop_the_next_deployment_of_the_service(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    template = next(line for line in lines_of(lost) if line["vendor"] == "launchdarkly")
    newer = json.loads(json.dumps(template).replace("1.2.3", "1.2.4"))
    newer["at"] += 1
    bad = {**template, "body": {**template["body"], "projectKey": "no-such-project"}}
    make_step(event="replay", replay=str(write(lost, [bad, newer]))).main()
    assert [
        deployment["applicationVersion"] for deployment in sandbox.deployments("launchdarkly")
    ] == ["1.2.4"]
    assert lines_of(lost) == [{**bad, "cause": lines_of(lost)[0]["cause"]}]


def test_a_refused_event_does_not_stop_other_services(
    make_step: Any, sandbox: Sandbox, lost: Path
) -> None:
    sandbox.fail("datadog", 400, times=1)
    make_step(event="replay", replay=str(lost)).main()
    assert len(sandbox.deployments("datadog")) == 2
    assert len(lines_of(lost)) == 1


def test_fail_on_error_applies_to_a_replay(make_step: Any, sandbox: Sandbox, lost: Path) -> None:
    sandbox.fail("datadog", 503)
    assert make_step(event="replay", replay=str(lost), fail_on_error="true").main().code == 1


def test_post_has_nothing_to_do_after_a_replay(make_step: Any, lost: Path) -> None:
    assert make_step(event="replay", replay=str(lost)).main().state == {"done": "true"}


def test_an_empty_file_is_a_notice(make_step: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n \n")
    ended = make_step(event="replay", replay=str(empty)).main()
    assert ended.code == 0
    assert ended.annotations("notice") == ["`replay` contains no events: nothing is sent."]


@pytest.mark.parametrize(
    "name", ["missing.jsonl", "/nowhere/missing.jsonl", "../../etc", "..", "artifact"]
)
def test_a_missing_file_is_an_error_that_names_it(
    make_step: Any, sandbox: Sandbox, name: str
) -> None:
    step = make_step(event="replay", replay=name)
    (step.temp / "artifact").mkdir()
    ended = step.main()
    assert ended.code == 1
    [error] = ended.annotations("error")
    assert f"'{name}'" in error
    assert sandbox.requests() == []


def test_the_file_is_rewritten_in_one_step(
    make_step: Any, sandbox: Sandbox, lost: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        seen.append(len(lines_of(lost)))
        assert len(lines_of(self)) > 0
        assert self.parent == lost.parent, "a rename is atomic only within a folder"
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    sandbox.fail("datadog", 403)
    make_step(event="replay", replay=str(lost)).main()
    assert seen[0] == 6
    assert len(lines_of(lost)) == 3


def test_an_update_is_replayed_as_an_update(make_step: Any, sandbox: Sandbox) -> None:
    done = make_step("first", event="finished", started_at="2026-05-04T09:30:00Z").main()
    its_id = done.outputs["datadog-deployment-id"]
    sandbox.fail("datadog", 503)
    change = {
        "datadog_app_key": DATADOG_APP_KEY,
        "datadog_change_failure": "true",
        "datadog_deployment_id": its_id,
    }
    step = make_step("second", event="update", **change)
    step.main()
    [line] = step.outbox
    assert line["kind"] == "deployment-patch"
    sandbox.heal()
    options = {"datadog_app_key": DATADOG_APP_KEY, "replay": json.dumps(line)}
    third = make_step("third", event="replay", **options)
    ended = third.main()
    assert ended.code == 0
    assert sandbox.deployments("datadog")[0]["change_failure"] is True
    assert third.leaks(ended) == []


def test_metadata_of_the_largest_depth_is_read_back(make_step: Any, sandbox: Sandbox) -> None:
    deep = '{"a":' * 99 + "1" + "}" * 99
    sandbox.unplug("launchdarkly")
    first = make_step(
        "deep", event="finished", launchdarkly_event_metadata=deep, timeout_seconds="1"
    )
    kept = first.temp / first.main().outputs["undelivered-path"]
    sandbox.plug("launchdarkly")
    again = make_step("again", event="replay", replay=str(kept)).main()
    assert [row["status"] for row in again.results] == ["delivered"]


def test_metadata_that_is_nested_deeper_is_an_input_error(make_step: Any) -> None:
    deep = '{"a":' * 300 + "1" + "}" * 300
    ended = make_step(event="finished", launchdarkly_event_metadata=deep).main()
    assert ended.code == 1
    assert "nested more than 100 levels deep" in ended.annotations("error")[0]
