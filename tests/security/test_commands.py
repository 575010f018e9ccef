"""No untrusted text becomes a workflow command, a heading, a table or an output."""

import json
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from security.hostile import (
    FRAGMENTS,
    check,
    check_commands,
    hostile_texts,
    in_environment,
    json_values,
    variables,
)
from support.cost import WHOLE_STAGE
from support.quick import quick_step
from support.step import Ended, Step

from deployment_events.inputs.model import input_names
from deployment_events.values.invalid import InvalidValue
from deployment_events.values.single_line import identifier
from deployment_events.values.text import invisible_character
from deployment_events.vendors.input_names import secret_names
from emulator import find_commands
from sandbox import Fault, Sandbox
from sandbox.faults import Exchange
from sandbox.messages import Response

FREE = [
    *(
        "service",
        "environment",
        "version",
        "launchdarkly-project-key",
        "launchdarkly-environment-key",
    ),
    *(
        "launchdarkly-application-key",
        "launchdarkly-application-name",
        "launchdarkly-version-name",
        "datadog-team",
    ),
    *("job-index", "job-status"),
]
"""Inputs that accept any line of text."""


def accepted(text: str) -> str:
    """Return as much of a text as an input of one line accepts."""
    text = re.sub(r"\$|\{\{|\\n|%0A", "S", text, flags=re.IGNORECASE)
    line = "".join(character for character in text if not invisible_character(character)).strip()
    with suppress(InvalidValue):
        return identifier(line) or "x"
    return f"x{line}."


def csv_line(name: str) -> str:
    """Return a line whose name is in quotation marks, so that it may look like a list."""
    return '"' + name.replace('"', '""') + '"'


VARIABLES = [
    *(
        "GITHUB_ACTOR",
        "GITHUB_REF",
        "GITHUB_REPOSITORY",
        "GITHUB_RUN_ATTEMPT",
        "GITHUB_RUN_ID",
        "GITHUB_SERVER_URL",
    ),
    *(
        "GITHUB_SHA",
        "GITHUB_WORKFLOW",
        "GITHUB_JOB",
        "GITHUB_EVENT_NAME",
        "RUNNER_NAME",
        "GITHUB_API_URL",
    ),
]

EVENTS = [
    "push",
    "release",
    "deployment",
    "deployment_status",
    "pull_request",
    "workflow_run",
    "issue_comment",
]


def step(sandbox: Sandbox, **options: Any) -> Step:
    folder = Path(tempfile.mkdtemp(dir=options.pop("root")))
    return quick_step(folder, sandbox, **options)


def run_job(job_step: Step) -> list[Ended]:
    """Run main, then post if main left it something to do."""
    ended = [job_step.main()]
    if "deployment" in job_step.state:
        ended.append(job_step.post(job_step.inputs.get("job-status") or "success"))
    for each in ended:
        assert "Internal error" not in each.stdout, each.stdout
        assert job_step.leaks(each) == []
    return ended


@WHOLE_STAGE
@given(
    st.dictionaries(st.sampled_from(sorted(set(input_names()) - set(secret_names()))), variables),
    st.booleans(),
)
def test_no_input_forges_a_command(
    running: Sandbox, tmp_path: Path, inputs: dict[str, str], debug: bool
) -> None:
    running.reset()
    job_step = step(running, root=tmp_path, env={"RUNNER_DEBUG": "1"} if debug else {})
    kept = {name: job_step.inputs[name] for name in ("launchdarkly-base-url", "datadog-base-url")}
    job_step.inputs |= {**inputs, **kept}
    for ended in run_job(job_step):
        check(ended)


PAYLOADS = json_values | st.fixed_dictionaries(
    {},
    optional={
        "release": st.fixed_dictionaries({"tag_name": hostile_texts}),
        "deployment": st.fixed_dictionaries(
            {"sha": hostile_texts, "environment": hostile_texts, "created_at": hostile_texts}
        ),
        "deployment_status": st.fixed_dictionaries(
            {"state": hostile_texts, "created_at": hostile_texts}
        ),
        "pull_request": json_values,
        "workflow_run": st.fixed_dictionaries({"head_sha": json_values}),
        "action": json_values,
    },
)


@WHOLE_STAGE
@example({"GITHUB_SERVER_URL": "https://["}, "push", "finished", None, {})
@example({"GITHUB_REPOSITORY": "x/##[error]forged"}, "push", "finished", None, {})
@example({"GITHUB_REPOSITORY": "x/ ::error::forged"}, "push", "finished", 503, {})
@given(
    st.dictionaries(st.sampled_from(VARIABLES), variables, min_size=1),
    st.sampled_from(EVENTS),
    st.sampled_from(["auto", "finished"]),
    st.sampled_from([None, 503]),
    PAYLOADS,
)
def test_no_variable_or_payload_of_the_runner_forges_a_command(
    running: Sandbox,
    tmp_path: Path,
    env: dict[str, str],
    name: str,
    event: str,
    fault: Any,
    payload: Any,
) -> None:
    running.reset()
    if fault:
        running.fail("datadog", fault)
    env = {"GITHUB_API_URL": running.github_url, "GITHUB_EVENT_NAME": name} | env
    # Only these events can name an environment.
    environment = "" if name.startswith("deployment") else "production"
    options = {"payload": payload, "env": env, "event": event, "environment": environment}
    for ended in run_job(step(running, root=tmp_path, **options)):
        check(ended)


def answers(status: int, reason: str, header: str, body: bytes) -> Fault:
    latin = "".join(
        character
        for character in f"{reason}\n{header}"
        if character not in "\r\n" and character < "\u0100"
    )

    def act(exchange: Exchange) -> None:
        exchange.respond(
            Response(
                status, body, (("X-Detail", latin), ("Retry-After", latin)), reason=f"R{latin}"
            )
        )

    return Fault("answers", "answers anything", act)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Return an error body in the form of either vendor with hostile strings."""
    text, detail = draw(hostile_texts), draw(json_values)
    problem = {"title": text, "detail": detail, "source": {"pointer": text, "header": text}}
    shapes = [
        {"errors": [text, problem]},
        {"errors": [{"attribute": text, "reason": text}], "message": text, "code": text},
        {"data": {"id": text}, "items": [{"id": text, "applicationKey": text}]},
        {"message": detail},
        detail,
    ]
    return json.dumps(draw(st.sampled_from(shapes))).encode()


STATUSES = [200, 201, 202, 204, 301, 400, 401, 403, 404, 413, 422, 429, 500, 503]

RESPONSES = st.builds(
    answers,
    st.sampled_from(STATUSES),
    hostile_texts,
    hostile_texts,
    bodies() | hostile_texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
)


@WHOLE_STAGE
@given(
    st.dictionaries(st.sampled_from(FREE), variables.map(accepted), max_size=5),
    st.lists(variables, max_size=2),
    st.dictionaries(hostile_texts, json_values, max_size=1),
    st.sampled_from(["auto", "finished", "custom", "failed"]),
    st.sampled_from([None, 503, 403, "hostile-text"]) | RESPONSES,
)
def test_no_text_that_is_sent_or_received_forges_a_command(
    running: Sandbox,
    tmp_path: Path,
    texts: dict[str, str],
    tags: list[str],
    metadata: Any,
    event: str,
    fault: Any,
) -> None:
    running.reset()
    if fault:
        running.fail("launchdarkly", fault)
        running.fail("datadog", fault)
    job_step = step(running, root=tmp_path, event=event)
    job_step.inputs |= texts
    if "service" in texts:
        job_step.inputs["service"] = csv_line(texts["service"])
    job_step.inputs["tags"] = "\n".join(f"key:{' '.join(accepted(tag).split())}x" for tag in tags)
    job_step.inputs["launchdarkly-event-metadata"] = (
        in_environment(json.dumps(metadata)) if metadata else ""
    )
    for ended in run_job(job_step):
        if ended.code:
            # Half a character and NaN are no JSON.
            [error] = ended.annotations("error")
            assert error.startswith("`launchdarkly-event-metadata` must be a JSON object")
        check(ended)


@pytest.mark.parametrize("status", STATUSES)
def test_a_response_with_hostile_text_has_the_result_of_its_status(
    running: Sandbox, tmp_path: Path, status: int
) -> None:
    running.reset()
    text = "\ud800::error::x\n##[error]x\xa0|<a>"
    for vendor in ("launchdarkly", "datadog"):
        body = json.dumps({"message": text, "errors": [text]}).encode()
        running.fail(vendor, answers(status, text, text, body))
    job_step = step(running, root=tmp_path, event="finished", started_at="2026-05-04T09:30:00Z")
    [ended] = run_job(job_step)
    check(ended)
    expected = "refused"
    if status < 300:
        expected = "delivered"
    elif status in (429, 500, 503):
        expected = "undelivered"
    assert {result["status"] for result in ended.results} == {expected}


@WHOLE_STAGE
@given(
    st.lists(st.sampled_from([*FRAGMENTS, "{", '"', "}"]) | st.text(max_size=8), max_size=6).map(
        "".join
    )
)
def test_no_line_to_be_replayed_forges_a_command(
    running: Sandbox, tmp_path: Path, text: str
) -> None:
    running.reset()
    job_step = step(running, root=tmp_path, event="replay", replay="{" + in_environment(text))
    ended = job_step.main()
    check_commands(ended)
    assert ended.code == 1


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        " ::error::x",
        "\u3000::error::x",
        "a ##[error]x",
        "a\r::error::x",
        "##[set-output name=a]b",
    ],
)
def test_the_reader_of_commands_finds_every_forgery(text: str) -> None:
    assert len(find_commands(f"before\n{text}\nafter\n")) == 1


def test_forty_services_with_the_same_cause_have_one_annotation(
    make_step: Any, sandbox: Sandbox
) -> None:
    sandbox.fail("datadog", 403)
    ended = make_step(
        sandbox, service="\n".join(f"service-{number}" for number in range(40))
    ).main()
    [error] = ended.annotations("error")
    assert "service-0, service-1, service-2 and 37 more" in error


def test_the_runner_keeps_the_summary_of_hundreds_of_long_names(
    make_step: Any, sandbox: Sandbox
) -> None:
    sandbox.unplug("datadog")
    names = [f"<b>|service-{number}-{'::' * 150}x" for number in range(200)]
    step = make_step(
        sandbox, service="\n".join(names), launchdarkly_access_token="", timeout_seconds="1"
    )
    ended = step.main()
    sandbox.plug("datadog")
    check(ended)
    assert 100_000 < len(ended.summary.encode()) <= 1024 * 1024
    assert "undelivered events" in ended.summary
    assert len(step.outbox) == 200
    assert sum(line.startswith("{") for line in ended.stdout.splitlines()) == 200
