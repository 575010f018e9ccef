"""Outputs over 1 MB and a state over 100 KiB are complete, as are the outbox and the summary."""

import json
from pathlib import Path
from typing import Any

from support.quick import finished_steps
from support.step import VENDORS

from sandbox import Sandbox

SERVICES = [f"{'service' * 100}-{number:04d}" for number in range(650)]
"""Long names, because each further service takes time."""
PROXIES = {"ALL_PROXY": "socks5://127.0.0.1:9"}
"""A proxy that cannot be used refuses each event without a request, which is fast."""


def test_outputs_of_more_than_a_megabyte_are_complete(sandbox: Sandbox, tmp_path: Path) -> None:
    step = finished_steps(tmp_path)(sandbox, service="\n".join(SERVICES), env=PROXIES)
    ended = step.main()
    assert ended.code == 0
    assert len(ended.outputs["results"].encode()) > 1024 * 1024
    reported = {(result["vendor"], result["service"], result["status"]) for result in ended.results}
    assert reported == {(vendor, name, "refused") for vendor in VENDORS for name in SERVICES}
    kept = (step.temp / ended.outputs["undelivered-path"]).read_text().splitlines()
    assert len(kept) == len(reported)
    assert 0 < len(ended.summary.encode()) <= 1024 * 1024
    lines = [line for line in ended.stdout.splitlines() if line.startswith('{"format"')]
    assert lines == [json.dumps(json.loads(line)) for line in kept]
    assert len(ended.annotations("error")) == len(VENDORS)


def test_a_state_that_is_too_large_for_the_runner_reaches_post(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    names = SERVICES[:150]
    options: dict[str, Any] = {"event": "auto", "started_at": "auto", "env": PROXIES}
    step = finished_steps(tmp_path)(sandbox, service="\n".join(names), **options)
    step.main()
    assert len("".join(names)) > 100 * 1024
    assert max(len(value) for value in step.state.values()) < 100 * 1024
    assert step.state["confirmed"].count("0") == len(names)
    ended = step.post()
    assert ended.code == 0
    assert len(step.outbox) == 3 * len(names)
