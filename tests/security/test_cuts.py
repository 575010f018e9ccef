"""A secret is hidden before a text is cut: no cut leaves the beginning of a secret."""

import json
from typing import Any

import pytest

from deployment_events.report.log import _LONGEST_NAME
from sandbox import Fault, Sandbox
from sandbox.faults import Exchange
from sandbox.messages import Response

KEY = "Zq9Xj7Kv5Bw3"
"""Too short to be searched in inputs, so it is hidden only where a text is shown."""
BEGINNING = KEY[:6]


def across(limit: int) -> str:
    """Return a text that is cut within the key."""
    return "x" * (limit - 8) + KEY + "x" * 50


CASES: dict[str, dict[str, Any]] = {
    "an invalid input": {"datadog_change_failure": across(80)},
    "the file of a replay": {"event": "replay", "replay": across(80)},
    "the status of a deployment": {
        "event": "auto",
        "env": {"GITHUB_EVENT_NAME": "deployment_status"},
        "payload": {"deployment_status": {"state": across(80)}},
    },
    "a service in the log": {"service": across(_LONGEST_NAME), "dry_run": "true"},
}


def check(step: Any) -> None:
    ended = step.main()
    log = [line for line in ended.stdout.splitlines() if not line.startswith("::add-mask::")]
    shown = "\n".join([*log, ended.summary])
    assert "x" * 50 in shown
    assert BEGINNING not in shown


@pytest.mark.parametrize("case", CASES)
def test_no_cut_shows_the_beginning_of_a_key(make_step: Any, sandbox: Sandbox, case: str) -> None:
    check(make_step(sandbox, **{"launchdarkly_access_token": KEY, **CASES[case]}))


def test_no_cut_of_a_vendor_s_message_shows_the_beginning_of_a_key(
    make_step: Any, sandbox: Sandbox
) -> None:
    def act(exchange: Exchange) -> None:
        exchange.respond(Response(400, json.dumps({"message": across(300)}).encode()))

    sandbox.fail("launchdarkly", Fault("long", "a long message with the key", act))
    check(make_step(sandbox, launchdarkly_access_token=KEY))
