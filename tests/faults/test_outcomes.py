"""The annotations and exit code of each outcome: the rows of docs/outcomes.md."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.quick import MakeStep
from support.step import VENDORS, Ended, Step

from sandbox import Sandbox

Prepare = Callable[[Sandbox, pytest.MonkeyPatch], None]


def nothing(_sandbox: Sandbox, _patch: pytest.MonkeyPatch) -> None:
    """Leave the vendors healthy."""


def fails(*faults: str | int, vendors: tuple[str, ...] = VENDORS) -> Prepare:
    def prepare(sandbox: Sandbox, _patch: pytest.MonkeyPatch) -> None:
        for vendor in vendors:
            for fault in faults:
                sandbox.fail(vendor, fault)

    return prepare


def bug(_sandbox: Sandbox, patch: pytest.MonkeyPatch) -> None:
    """Raise an error after the events were sent."""
    for place in ("main.set_result_outputs", "post.judge"):
        patch.setattr(f"deployment_events.stages.{place}", lambda *_, **__: 1 / 0)


def offline(sandbox: Sandbox, _patch: pytest.MonkeyPatch) -> None:
    for vendor in VENDORS:
        sandbox.unplug(vendor)


@dataclass(frozen=True)
class Row:
    """A situation and its outcome."""

    annotations: dict[str, int]
    """The number of annotations by level."""
    code: int = 0
    strict_code: int = 0
    """With fail-on-error."""
    prepare: Prepare = nothing
    options: dict[str, Any] = field(default_factory=dict)
    stage: str = "main"
    statuses: tuple[str, ...] = ("delivered", "delivered")
    sent: bool = True
    post_is_silent: bool = True


NO_KEYS = {"launchdarkly_access_token": "", "datadog_api_key": ""}
AUTO = {"event": "auto", "started_at": "auto"}
ONE = {"launchdarkly_access_token": ""}
LOST = ("undelivered", "undelivered")
NO = ("refused", "refused")

TABLE = {
    "everything accepted": Row({}),
    "accepted with 202": Row({}, prepare=fails("status-202")),
    "accepted with 206": Row({}, prepare=fails("status-206")),
    "accepted, the response invalid": Row(
        {"notice": 1}, prepare=fails("html-body", vendors=("datadog",))
    ),
    "no key is set": Row({"warning": 1}, options={**NO_KEYS}, statuses=(), sent=False),
    "a vendor's other inputs set, its key empty": Row(
        {"warning": 1},
        options={**ONE, "launchdarkly_project_key": "mobile"},
        statuses=("delivered",),
    ),
    "one invalid input": Row(
        {"error": 1}, 1, 1, options={"commit_sha": "abc"}, statuses=(), sent=False
    ),
    "three invalid inputs": Row(
        {"error": 3},
        *(1, 1),
        options={
            "commit_sha": "abc",
            "timeout_seconds": "soon",
            "datadog_site": "x.example",
            "datadog_base_url": "",
        },
        statuses=(),
        sent=False,
    ),
    "an invalid input in the main stage of auto": Row(
        {"error": 1}, 1, 1, options={**AUTO, "commit_sha": "abc"}, statuses=(), sent=False
    ),
    "a payload that cannot be read": Row({"warning": 1}, options={"payload": "{"}),
    "an unknown commit": Row(
        {"warning": 1}, options={"env": {"GITHUB_SHA": ""}, "version": "1.2.3"}
    ),
    **{
        f"refused with {code}": Row({"error": 2}, 0, 1, fails(code), statuses=NO)
        for code in (400, 401, 403, 404, 413)
    },
    "refused with a redirect": Row({"error": 2}, 0, 1, fails("redirect-302-foreign"), statuses=NO),
    "refused by one vendor": Row(
        {"error": 1}, 0, 1, fails(403, vendors=("datadog",)), statuses=("delivered", "refused")
    ),
    **{
        f"down with {code}": Row({"warning": 2}, 0, 1, fails(code), statuses=LOST)
        for code in (408, 429, 500, 503, 599)
    },
    "down without a response": Row(
        {"warning": 2}, 0, 1, fails("close-without-answer"), statuses=LOST
    ),
    "down without a network": Row({"warning": 2}, 0, 1, offline, statuses=LOST),
    "auto's main, all delivered": Row(
        {}, options=AUTO, statuses=("delivered", "skipped"), post_is_silent=False
    ),
    "auto's main, refused": Row(
        {"error": 1}, 0, 0, fails(403), AUTO, statuses=("refused", "skipped"), post_is_silent=False
    ),
    "auto's main, down": Row(
        {"notice": 1},
        0,
        0,
        fails(503),
        AUTO,
        statuses=("undelivered", "skipped"),
        post_is_silent=False,
    ),
    "post, all delivered": Row({}, options=AUTO, stage="post"),
    "post, refused": Row({"error": 2}, 0, 1, fails(403), AUTO, stage="post", statuses=NO),
    "post, down": Row({"warning": 2}, 0, 1, fails(503), AUTO, stage="post", statuses=LOST),
    "post, a key missing": Row({"warning": 1}, 0, 0, options=AUTO, stage="post, keyless"),
    "post, the job status unknown": Row(
        {"warning": 1}, 0, 0, options=AUTO, stage="post, unknown", sent=False
    ),
    "post, no saved state": Row({"warning": 1}, 0, 0, options=AUTO, stage="post, stateless"),
    "an internal error": Row({"warning": 1}, 0, 1, bug, statuses=()),
    "an internal error in post": Row({"warning": 1}, 0, 1, bug, AUTO, stage="post"),
    "a status that is no start or end": Row(
        {"notice": 1}, options={"event": "pending"}, statuses=(), sent=False
    ),
    "a failed job": Row({}, options={"event": "failure"}, statuses=("delivered", "skipped")),
    "a cancelled job, to be ignored": Row(
        {"notice": 1},
        options={"event": "cancelled", "on_cancelled": "ignore"},
        statuses=(),
        sent=False,
    ),
    "a dry run": Row({}, options={"dry_run": "true"}, statuses=("dry-run", "dry-run"), sent=False),
}


def play(row: Row, step: Step, sandbox: Sandbox, patch: pytest.MonkeyPatch) -> Ended:
    """Cause the situation, and return the stage to check."""
    if row.stage == "main":
        row.prepare(sandbox, patch)
        return step.main()
    step.main()
    row.prepare(sandbox, patch)
    sandbox._traffic.requests.clear()
    if row.stage == "post, stateless":
        step.state = {}
    if row.stage == "post, keyless":
        return step.post(datadog_api_key="")
    return step.post("" if row.stage == "post, unknown" else "success")


@pytest.mark.parametrize("strict", [False, True], ids=["", "fail-on-error"])
@pytest.mark.parametrize("name", TABLE)
def test_every_outcome_has_its_annotations_and_exit_code(
    sandbox: Sandbox, make_step: MakeStep, monkeypatch: pytest.MonkeyPatch, name: str, strict: bool
) -> None:
    row = TABLE[name]
    step = make_step(sandbox, **{**row.options, "fail_on_error": str(strict).lower()})

    ended = play(row, step, sandbox, monkeypatch)

    for vendor in VENDORS:
        sandbox.plug(vendor)
    assert ended.code == (row.strict_code if strict else row.code), ended.stdout
    counted = {level: len(ended.annotations(level)) for level in ("error", "warning", "notice")}
    assert counted == {"error": 0, "warning": 0, "notice": 0, **row.annotations}, ended.stdout
    assert bool(sandbox.requests()) == row.sent or row.prepare is offline
    if row.stage == "main":
        assert tuple(result["status"] for result in json_results(ended)) == row.statuses
        assert (step.state == {"done": "true"}) == row.post_is_silent
    assert step.leaks(ended) == []


def json_results(ended: Ended) -> list[dict[str, Any]]:
    return ended.results if "results" in ended.outputs else []


def test_post_takes_fail_on_error_and_the_timeout_from_main(
    sandbox: Sandbox, make_step: MakeStep
) -> None:
    step = make_step(sandbox, **AUTO, fail_on_error="true", timeout_seconds="7")
    step.main()
    sandbox.fail("datadog", 503)
    ended = step.post(fail_on_error="false", timeout_seconds="600")
    assert ended.code == 1
    assert ended.seconds <= 8


def test_command_files_that_cannot_be_written_do_not_break_the_step(
    sandbox: Sandbox, make_step: MakeStep
) -> None:
    step = make_step(sandbox)
    full = dict.fromkeys(("GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"), "/dev/full")
    step.env |= full
    ended = step.main()
    assert ended.code == 0
    assert "Internal error" not in ended.stdout
    assert "GITHUB_OUTPUT could not be written: No space left on device" in ended.stdout
    assert len(sandbox.deployments("datadog")) == 1


def test_a_read_only_runner_temp_is_a_warning_and_the_events_are_sent(
    sandbox: Sandbox, make_step: MakeStep
) -> None:
    step = make_step(sandbox)
    step.env["RUNNER_TEMP"] = "/proc"
    ended = step.main()
    assert ended.code == 0
    assert {result["status"] for result in ended.results} == {"delivered"}
    [warning] = ended.annotations("warning")
    assert "Undelivered events cannot be saved" in warning


def test_the_main_stage_of_auto_takes_five_seconds_at_most(
    sandbox: Sandbox, make_step: MakeStep
) -> None:
    sandbox.fail("launchdarkly", 503)
    ended = make_step(sandbox, **AUTO, timeout_seconds="300").main()
    assert ended.seconds < 6
    assert ended.result("launchdarkly")["attempts"] > 1
