"""Inputs as people and tools write them: what the vendors receive, and what the user learns."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.github import SHA
from support.keys import DATADOG_API_KEY, GITHUB_TOKEN, JOB_TOKEN, LAUNCHDARKLY_TOKEN
from support.sandboxes import cleared, make_sandbox
from support.step import VENDORS, Ended

from sandbox import Sandbox

AUTO = "|| 'auto' }}"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with make_sandbox(strict=False, launchdarkly_projects=None) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield from cleared(running)


def services(sandbox: Sandbox) -> list[str]:
    """Return the services that Datadog received a deployment of."""
    return [deployment["service"] for deployment in sandbox.deployments("datadog")]


def rejected(ended: Ended, sandbox: Sandbox) -> str:
    """Return the only error of a step that sent nothing."""
    assert ended.code == 1
    assert ended.outputs == {"results": "[]"}
    assert ended.state == {"done": "true"}
    assert sandbox.requests() == []
    [error] = ended.annotations("error")
    return error


def test_an_empty_event_hides_no_failed_deployment(make_step: Any, sandbox: Sandbox) -> None:
    error = rejected(make_step(event="").main(), sandbox)
    assert error.startswith("`event` must not be empty")
    assert "`needs`" in error
    assert "step ID" in error


def test_an_empty_service_reports_nothing_with_a_warning(make_step: Any, sandbox: Sandbox) -> None:
    step = make_step(service="")
    ended = step.main()
    [warning] = ended.annotations("warning")
    assert warning.startswith("`service` is empty, so nothing is reported")
    assert AUTO in warning
    assert (ended.code, ended.outputs, ended.state) == (0, {"results": "[]"}, {"done": "true"})
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    "name",
    [
        "started-at",
        "finished-at",
        "launchdarkly-project-key",
        "datadog-site",
    ],
)
def test_another_empty_input_is_reported_with_its_default_and_a_warning(
    make_step: Any, sandbox: Sandbox, name: str
) -> None:
    times = {"started_at": "2026-05-04T09:30:00Z", "finished_at": "2026-05-04T09:31:00Z"}
    ended = make_step(event="finished", **{**times, name.replace("-", "_"): ""}).main()
    assert ended.code == 0
    assert services(sandbox) == ["octo-repo"]
    warnings = [
        message for message in ended.annotations("warning") if f"`{name}` is empty" in message
    ]
    assert len(warnings) == 1
    assert f"${{{{ inputs.{name} || '" in warnings[0]


def test_an_empty_version_and_commit_are_derived_with_a_notice(make_step: Any) -> None:
    ended = make_step(event="started", version="", commit_sha="").main()
    assert [message.split()[0] for message in ended.annotations("notice")] == [
        "`version`",
        "`commit-sha`",
    ]
    assert all(AUTO in message for message in ended.annotations("notice"))
    assert ended.outputs["version"] == ended.outputs["commit-sha"] == SHA
    assert ended.annotations("warning") == []


def test_an_input_that_is_absent_has_its_default_silently(make_step: Any) -> None:
    step = make_step(event="started")
    names = ["service", "version", "commit-sha", "started-at", "finished-at", "datadog-site"]
    for name in names:
        del step.inputs[name]
    ended = step.main()
    assert ended.outputs["version"] == SHA
    assert ended.annotations("warning") == ended.annotations("notice") == []


@pytest.mark.parametrize("secret", [JOB_TOKEN, GITHUB_TOKEN, DATADOG_API_KEY, LAUNCHDARKLY_TOKEN])
@pytest.mark.parametrize("options", [{}, {"dry_run": "true"}, {"event": "finished"}])
def test_the_github_context_as_metadata_is_not_sent(
    make_step: Any, sandbox: Sandbox, secret: str, options: dict[str, str]
) -> None:
    metadata = json.dumps({"github": {"token": secret}})
    step = make_step(launchdarkly_event_metadata=metadata, github_token=GITHUB_TOKEN, **options)
    ended = step.main()
    error = rejected(ended, sandbox)
    assert error.startswith("`launchdarkly-event-metadata` must not contain a secret")
    assert step.leaks(ended) == []
    shown = [line for line in ended.stdout.splitlines() if not line.startswith("::add-mask::")]
    assert secret not in "\n".join([*shown, ended.summary, ended.raw])


def test_a_key_that_was_pasted_into_tags_is_not_sent(make_step: Any, sandbox: Sandbox) -> None:
    step = make_step(tags=f"team:web\nkey:{DATADOG_API_KEY}")
    ended = step.main()
    assert rejected(ended, sandbox).startswith("`tags` must not contain a secret")
    assert step.leaks(ended) == []


def test_a_key_as_a_service_s_name_reaches_no_output_state_or_outbox(
    make_step: Any, sandbox: Sandbox
) -> None:
    step = make_step(service=f"cart\n{LAUNCHDARKLY_TOKEN}")
    ended = step.main()
    assert rejected(ended, sandbox).startswith("`service` must not contain a secret")
    assert step.outbox == []
    assert step.leaks(ended) == []


def test_a_secret_in_a_replayed_file_or_line_is_not_sent(make_step: Any, sandbox: Sandbox) -> None:
    for vendor in VENDORS:
        sandbox.fail(vendor, 503)
    first = make_step("first", event="finished", started_at="2026-05-04T09:30:00Z")
    path = first.temp / first.main().outputs["undelivered-path"]
    sandbox.reset()
    path.write_text(path.read_text().replace('"octo-repo"', json.dumps(JOB_TOKEN)))
    before = path.read_text()
    for number, given in enumerate((str(path), before)):
        for dry_run in ("true", "false"):
            step = make_step(
                f"later-{number}{dry_run}", event="replay", replay=given, dry_run=dry_run
            )
            error = rejected(step.main(), sandbox)
            assert error.startswith("`replay` must not contain a secret")
            assert JOB_TOKEN not in error
    assert path.read_text() == before


def test_a_derived_value_with_a_secret_is_left_out(make_step: Any, sandbox: Sandbox) -> None:
    env = {"GITHUB_REF": f"refs/tags/{LAUNCHDARKLY_TOKEN}", "GITHUB_ACTOR": JOB_TOKEN}
    step = make_step(event="finished", started_at="2026-05-04T09:30:00Z", env=env)
    ended = step.main()
    assert ended.code == 0
    assert {row["status"] for row in ended.results} == {"delivered"}
    warnings = " ".join(ended.annotations("warning"))
    assert "`GITHUB_REF` contains a secret" in warnings
    assert "`GITHUB_ACTOR` contains a secret" in warnings
    [deployment] = sandbox.deployments("datadog")
    assert deployment["version"] == SHA
    assert JOB_TOKEN not in json.dumps([request.body for request in sandbox.requests()])
    assert step.leaks(ended) == []


def test_post_keeps_an_event_with_a_secret_unsent(make_step: Any, sandbox: Sandbox) -> None:
    """The key was changed in the meantime, and is now the name of a service."""
    step = make_step(service="cart-and-checkout\nweb")
    step.main()
    sandbox.reset()
    ended = step.post(datadog_api_key="cart-and-checkout")
    assert ended.code == 0
    bodies = [request.body for request in sandbox.requests("launchdarkly") if request.body]
    assert [body["applicationKey"] for body in bodies] == ["web"]
    assert "cart-and-checkout" not in json.dumps([request.body for request in sandbox.requests()])
    warnings = [
        message for message in ended.annotations("warning") if "contains a secret" in message
    ]
    assert len(warnings) == 2
    kept = [line for line in step.outbox if "secret" in line["cause"]]
    assert [line["service"] for line in kept] == ["***", "***"]
    assert "cart-and-checkout" not in json.dumps(step.outbox)


def test_post_without_an_end_keeps_no_secret_either(make_step: Any, sandbox: Sandbox) -> None:
    sandbox.fail("launchdarkly", 503)
    step = make_step(service="cart-and-checkout", on_cancelled="ignore")
    step.main()
    ended = step.post("cancelled", datadog_api_key="cart-and-checkout")
    assert "were not retried" in ended.annotations("warning")[-1]
    assert [line["service"] for line in step.outbox] == ["***"]
    assert "cart-and-checkout" not in json.dumps(step.outbox) + ended.summary


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('["cart"]', ["cart"]),
        ('["cart","payments"]', ["cart", "payments"]),
        ("# the shop\ncart\n\npayments", ["cart", "payments"]),
        ('"web shop"', ["web shop"]),
        ("auto", ["octo-repo"]),
        ('["auto"]', ["auto"]),
    ],
)
def test_lists_of_services_are_accepted(
    make_step: Any, sandbox: Sandbox, text: str, names: list[str]
) -> None:
    make_step(event="finished", service=text, started_at="2026-05-04T09:30:00Z").main()
    assert sorted(services(sandbox)) == names


def test_an_empty_list_of_services_is_a_notice(make_step: Any, sandbox: Sandbox) -> None:
    ended = make_step(service="[]").main()
    assert ended.annotations("notice") == ["`service` is an empty list, so nothing is reported."]
    assert (ended.code, ended.outputs, ended.state) == (0, {"results": "[]"}, {"done": "true"})
    assert ended.annotations("warning") == []
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    "text",
    [
        *("- cart\n- payments", "cart payments", "cart, payments", "cart \\\npayments \\"),
        *("cart:", "cart:\npayments:", r"cart\npayments", "cart%0Apayments"),
    ],
)
def test_an_invalid_list_of_services_is_an_error_that_shows_a_valid_list(
    make_step: Any, sandbox: Sandbox, text: str
) -> None:
    ended = make_step(service=text).main()
    assert (ended.code, sandbox.requests()) == (1, [])
    assert all("per line" in error for error in ended.annotations("error"))


def test_tags_are_separated_by_commas(make_step: Any, sandbox: Sandbox) -> None:
    options = {
        "event": "finished",
        "started_at": "2026-05-04T09:30:00Z",
        "github_metadata": "false",
    }
    make_step(tags="team:web,tier:1", **options).main()
    [deployment] = sandbox.deployments("datadog")
    assert deployment["custom_tags"] == ["team:web", "tier:1"]
    for number, text in enumerate(("team:web tier:1", "team:web tier:1 x")):
        ended = make_step(f"spaces-{number}", tags=text, **options).main()
        assert "`tags` line 1 is sent as one tag" in ended.annotations("warning")[0]


@pytest.mark.parametrize("name", ["environment", "version", "launchdarkly-version-name"])
def test_the_output_of_a_tool_with_other_lines_is_rejected(
    make_step: Any, sandbox: Sandbox, name: str
) -> None:
    chatter = {name.replace("-", "_"): "[command]/x\nproduction\n::debug::y"}
    error = rejected(make_step(**chatter).main(), sandbox)
    assert error.startswith(f"`{name}` must be a single line, not '[command]/x")


def test_a_byte_order_mark_at_the_beginning_is_dropped(make_step: Any, sandbox: Sandbox) -> None:
    ended = make_step(event="started", version="\ufeff1.2.3").main()
    assert ended.outputs["version"] == "1.2.3"
    sandbox.reset()
    error = rejected(make_step("inside", version="1.2\ufeff.3").main(), sandbox)
    assert "U+FEFF" in error


def test_quotation_marks_in_a_secret_are_an_error(make_step: Any, sandbox: Sandbox) -> None:
    step = make_step(launchdarkly_access_token='"api-0123456789abcdef"')
    ended = step.main()
    error = rejected(ended, sandbox)
    assert error.startswith("`launchdarkly-access-token` must be a key without quotation marks")
    assert "0123456789abcdef" not in error


def test_a_commit_message_in_json_shows_tojson(make_step: Any, sandbox: Sandbox) -> None:
    ended = make_step(launchdarkly_event_metadata='{"m":"Fix "x""}').main()
    assert "${{ toJSON(" in rejected(ended, sandbox)


def test_the_inputs_of_another_event_are_null(make_step: Any, sandbox: Sandbox) -> None:
    ended = make_step(event="started", launchdarkly_event_metadata="null").main()
    assert ended.code == 0
    assert ended.annotations("warning") == []
    assert "eventMetadata" not in sandbox.requests("launchdarkly")[0].body


def test_without_a_repository_the_service_must_be_set(make_step: Any, sandbox: Sandbox) -> None:
    error = rejected(make_step(env={"GITHUB_REPOSITORY": ""}).main(), sandbox)
    assert error.startswith("`service` must be set")


def test_datadog_alone_without_an_environment_is_a_warning(make_step: Any) -> None:
    ended = make_step(environment="", launchdarkly_access_token="").main()
    warning = "`environment` is empty, so Datadog receives the deployment without"
    assert [message.startswith(warning) for message in ended.annotations("warning")].count(
        True
    ) == 1
    assert ended.code == 0


def test_a_branch_as_version_causes_a_warning_and_no_wait_for_its_id(
    make_step: Any, sandbox: Sandbox
) -> None:
    step = make_step(version="main", env={"GITHUB_REF_NAME": "main"})
    ended = step.main()
    [warning] = ended.annotations("warning")
    assert warning.startswith("`version` 'main' is the name of a branch")
    assert [request.method for request in sandbox.requests("launchdarkly")] == ["POST"]
    step.post()
    assert [request.method for request in sandbox.requests("launchdarkly")] == ["POST", "POST"]


def test_a_time_with_an_offset_in_the_future_is_a_clock_problem(
    make_step: Any, sandbox: Sandbox
) -> None:
    later = datetime.now(UTC) + timedelta(hours=2)
    error = rejected(make_step(started_at=later.isoformat()).main(), sandbox)
    assert "correct the clock" in error
    assert "without an offset" not in error
    local = later.replace(tzinfo=None).isoformat()
    error = rejected(make_step("local", started_at=local).main(), sandbox)
    assert "without an offset" in error


COPIED = {
    "gh run view --log": lambda lines: "".join(
        f"deploy\tReport\t2026-05-04T09:33:21.1234567Z {line}\n" for line in lines
    ),
    "the raw log": lambda lines: "\n".join(
        [
            "\ufeff2026-05-04T09:33:21.1234567Z ##[group]2 undelivered events, for event: replay",
            *(f"2026-05-04T09:33:21.1234567Z {line}" for line in lines),
            "2026-05-04T09:33:21.1234567Z ##[endgroup]",
        ]
    ),
}


@pytest.mark.parametrize("source", COPIED)
@pytest.mark.parametrize("as_file", [False, True])
def test_lines_are_replayed_as_people_copy_them(
    make_step: Any, sandbox: Sandbox, source: str, as_file: bool
) -> None:
    for vendor in VENDORS:
        sandbox.fail(vendor, 503)
    first = make_step("first", event="finished", started_at="2026-05-04T09:30:00Z")
    path = first.temp / first.main().outputs["undelivered-path"]
    sandbox.reset()
    text = COPIED[source](path.read_text().splitlines())
    step = make_step("later", event="replay", replay=text)
    if as_file:
        step.inputs["replay"] = "log.txt"
        (step.workspace / "log.txt").write_text(text)
    ended = step.main()
    assert [row["status"] for row in ended.results] == ["delivered", "delivered"]
    assert services(sandbox) == ["octo-repo"]
    assert not as_file or (step.workspace / "log.txt").read_text() == text


def test_what_is_not_delivered_from_a_log_is_kept_in_a_new_file(
    make_step: Any, sandbox: Sandbox
) -> None:
    sandbox.fail("datadog", 503)
    first = make_step("first", event="finished", started_at="2026-05-04T09:30:00Z")
    path = first.temp / first.main().outputs["undelivered-path"]
    step = make_step("later", event="replay", replay="log.txt")
    text = COPIED["the raw log"](path.read_text().splitlines())
    (step.workspace / "log.txt").write_text(text)
    ended = step.main()
    assert ended.outputs["undelivered-path"].startswith("deployment-events/")
    assert [line["vendor"] for line in step.outbox] == ["datadog"]
    assert (step.workspace / "log.txt").read_text() == text


def test_several_lines_are_no_file_name(make_step: Any, sandbox: Sandbox) -> None:
    error = rejected(make_step(event="replay", replay="a.jsonl\nb.jsonl").main(), sandbox)
    assert "names the file" not in error
    assert "line 1" in error


def test_a_missing_id_names_the_outputs_that_github_drops(make_step: Any, sandbox: Sandbox) -> None:
    change = {"event": "update", "datadog_change_failure": "true", "datadog_app_key": "x" * 20}
    error = rejected(make_step(**change, datadog_deployment_id="").main(), sandbox)
    assert error.startswith("`version` must be set to change a deployment without")
    assert "GitHub drops job outputs that contain a secret's value" in error
