#!/usr/local/bin/python -IuB
"""Check in the post stage what the sandbox has recorded. The main stage only saves state."""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any


def main() -> int:
    """Run the stage and return its exit code; only the post stage has state."""
    if not os.environ.get("STATE_MAIN"):
        with Path(os.environ["GITHUB_STATE"]).open("a", encoding="utf-8") as state:
            state.write("MAIN=done\n")
        return 0
    url = f"{os.environ['INPUT_URL']}/_sandbox/deployments"
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
        recorded = json.load(response)
    problems = differences(
        recorded, os.environ["INPUT_LAUNCHDARKLY"], int(os.environ["INPUT_DATADOG"])
    )
    annotations = [f"::error title=Recorded::{problem}" for problem in problems]
    sys.stdout.write("\n".join([*annotations, json.dumps(recorded, indent=2), ""]))
    return 1 if problems else 0


def differences(
    recorded: dict[str, list[dict[str, Any]]], launchdarkly: str, datadog: int
) -> list[str]:
    """Return one sentence for each difference between the recorded and the expected deployments."""
    problems = []
    statuses = [deployment["status"] for deployment in recorded["launchdarkly"]]
    if statuses != [launchdarkly]:
        problems.append(f"LaunchDarkly has deployments {statuses}, not ['{launchdarkly}'].")
    count = len(recorded["datadog"])
    if count != datadog:
        problems.append(f"Datadog has {count} deployments, not {datadog}.")
    return problems


if __name__ == "__main__":
    sys.exit(main())
