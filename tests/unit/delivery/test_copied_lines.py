"""Lines of undelivered events, wherever people copy them from."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cost import SLOW
from support.deployments import message

from deployment_events.delivery.copied_lines import copied_lines, decode, is_copied, is_outbox
from deployment_events.delivery.event_lines import dump, parse_copied
from deployment_events.errors import OutboxError

EVENTS = [message(at=1), message(at=2, service="web")]
LINES = dump(EVENTS).splitlines()
TIME = "2026-05-04T09:33:21.1234567Z"
TITLE = "2 undelivered events, for event: replay"


def gh(job: str, *contents: str) -> str:
    """Return lines as `gh run view --log` prints them."""
    step = f"{job}\tRun octo-org/deployments@v1\t"
    return "\n".join(f"{step}{TIME} {content}" for content in contents)


def raw_log(*contents: str) -> str:
    """Return lines of the log that GitHub's page offers for download."""
    return "\n".join(f"{TIME} {content}" for content in contents)


COPIES = {
    "the file": dump(EVENTS),
    "the lines of the page": "\n".join(LINES),
    "gh": gh("deploy", *LINES),
    "gh with the group": gh("deploy", f"##[group]{TITLE}", *LINES, "##[endgroup]"),
    "gh with a byte order mark": gh("deploy", *LINES).replace(TIME, f"\ufeff{TIME}", 1),
    "gh of a matrix job": gh('deploy ({"a": 1})', *LINES),
    "the raw log": raw_log(*LINES),
    "the raw log with the group": raw_log(f"##[group]{TITLE}", *LINES, "##[endgroup]"),
    "the raw log with a byte order mark": f"\ufeff{raw_log(*LINES)}",
    "the raw log with its beginning": raw_log(
        "##[group]Run octo-org/deployments@v1",
        "with:",
        '  launchdarkly-event-metadata: {"ticket": "OPS-12"}',
        "##[endgroup]",
        '##[command]/usr/bin/docker run -e "INPUT_EVENT" --name x',
        "Datadog: finished of checkout: undelivered - HTTP 503",
        f"##[group]{TITLE}",
        *LINES,
        "##[endgroup]",
    ),
    "the summary": "\n".join(["```json", *LINES, "```"]),
    "a quotation": "\n".join(f"> {line}" for line in LINES),
    "grep": "\n".join(f"log.txt:{number}:{line}" for number, line in enumerate(LINES)),
    "Windows": "\r\n".join(LINES) + "\r\n",
}


@pytest.mark.parametrize("source", COPIES)
def test_the_events_of_every_copy_are_found(source: str) -> None:
    assert is_copied(COPIES[source])
    assert parse_copied(COPIES[source]) == EVENTS


@pytest.mark.parametrize("source", COPIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_copy_is_read_from_a_file(source: str, encoding: str) -> None:
    assert parse_copied(decode(COPIES[source].encode(encoding))) == EVENTS


@pytest.mark.parametrize(
    ("source", "pure"),
    [("the file", True), ("Windows", True), ("gh", False), ("the summary", False)],
)
def test_only_a_file_of_events_may_be_rewritten(source: str, pure: bool) -> None:
    assert is_outbox(COPIES[source]) is pure


@pytest.mark.parametrize(
    "text",
    [
        *("a.jsonl\nb.jsonl", "undelivered events:\n(none)", f"##[group]{TITLE}\n##[endgroup]"),
        *("```json\n```", "<html>\n</html>", '{"name": "package"}\n{"a": 1}'),
    ],
)
def test_several_lines_without_an_event_are_an_error(text: str) -> None:
    assert is_copied(text)
    with pytest.raises(OutboxError, match="line 1"):
        parse_copied(text)


@pytest.mark.parametrize("name", ["undelivered.jsonl", "/tmp/a b.jsonl", "{x", "a{b}.jsonl"])
def test_one_line_without_json_is_a_file_name(name: str) -> None:
    assert is_copied(name) is name.startswith("{")


@pytest.mark.parametrize("cut", [1, 40, len(LINES[1]) - 2])
@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: gh("deploy", text), raw_log])
def test_a_line_that_was_cut_is_an_error_that_names_it(cut: int, wrap: object) -> None:
    assert callable(wrap)
    for part in (LINES[1][cut:], LINES[1][:-cut]):
        with pytest.raises(OutboxError, match="line 2"):
            parse_copied("\n".join([LINES[0], wrap(part)]))


@SLOW
@given(st.text())
def test_any_text_is_events_or_an_error(text: str) -> None:
    try:
        found = parse_copied(f"{text}\n{LINES[0]}")
    except OutboxError:
        return
    assert found[-1:] == EVENTS[:1]


@given(st.text(st.characters(exclude_characters="{}[]\n")))
def test_text_before_an_event_is_left_out(before: str) -> None:
    [(number, line)] = copied_lines(f"{before}{LINES[0]}")
    assert number == 1
    assert json.loads(line) == json.loads(LINES[0])


@pytest.mark.parametrize(
    "line",
    [
        '  launchdarkly-patch: [{"op": "replace", "path": "/status"}]',
        "{",
        '  "ok": true',
        "}",
        "./deploy.sh ${TARGET}",
        "##[debug]Evaluating: ${{ always() }}",
        'got {"a": 1} from the server',
    ],
)
def test_other_lines_with_braces_are_left_out(line: str) -> None:
    copied = "\n".join([line, LINES[0], line])
    assert parse_copied(gh("deploy", copied)) == EVENTS[:1]
    if line != "{":
        assert parse_copied(copied) == EVENTS[:1]
