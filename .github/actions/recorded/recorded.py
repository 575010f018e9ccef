#!/usr/local/bin/python -IuB
"""Leave word for post in main; compare, in post, what the sandbox recorded with what is expected."""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any


def main() -> int:
    """Run the stage that it is; state exists in post alone."""
    if not os.environ.get("STATE_MAIN"):
        with Path(os.environ["GITHUB_STATE"]).open("a", encoding="utf-8") as state:
            state.write("MAIN=done\n")
        return 0
    with urllib.request.urlopen(
        f"{os.environ['INPUT_URL']}/_sandbox/deployments", timeout=10
    ) as answer:  # noqa: S310
        recorded = json.load(answer)
    problems = differences(
        recorded, os.environ["INPUT_LAUNCHDARKLY"], int(os.environ["INPUT_DATADOG"])
    )
    annotations = [f"::error title=Recorded::{problem}" for problem in problems]
    sys.stdout.write("\n".join([*annotations, json.dumps(recorded, indent=2), ""]))
    return 1 if problems else 0


def differences(
    recorded: dict[str, list[dict[str, Any]]], launchdarkly: str, datadog: int
) -> list[str]:
    """Say what the sandbox should have recorded and has not, a sentence each."""
    problems = []
    statuses = [deployment["status"] for deployment in recorded["launchdarkly"]]
    if statuses != [launchdarkly]:
        problems.append(
            f"LaunchDarkly knows deployments that are {statuses}, expected one that is {launchdarkly}"
        )
    if len(recorded["datadog"]) != datadog:
        problems.append(f"Datadog knows {len(recorded['datadog'])} deployments, expected {datadog}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
