"""Judge the e2e jobs of a run, one of which must be red.

    gh api …/jobs | python -m scripts.verdict

That job's colour cannot tell a deploy that fails, as it must, from an action that does not report it: its
steps can.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

JOBS = {"e2e (deploy succeeds)": "success", "e2e (deploy fails)": "failure"}
"""How the step `Deploy` of each job must end; every other step must succeed, whichever job it is in."""
FORGIVEN = ("Refused", "Unreachable")
"""Steps that fail by design under `continue-on-error`; the step after each asserts its outcome."""
POSTS = ("Post Report", "Post Recorded")
"""What must have run at the end of each job."""


def problems(jobs: list[dict[str, Any]]) -> list[str]:
    """Everything that is not as it must be, a sentence each."""
    found = {
        job["name"]: {step["name"]: step["conclusion"] for step in job["steps"]} for job in jobs
    }
    listed = []
    for name, deploy in JOBS.items():
        steps = found.get(name)
        listed += [f"{name}: there is no such job"] if steps is None else judge(name, steps, deploy)
    return listed


def judge(job: str, steps: Mapping[str, str], deploy: str) -> list[str]:
    """The problems of one job, given how each of its steps ended."""
    expected = (
        dict.fromkeys(steps, "success") | dict.fromkeys(POSTS, "success") | {"Deploy": deploy}
    )
    return [
        f"{job}: `{step}` is {steps.get(step, 'missing')}, and must be {conclusion}"
        for step, conclusion in expected.items()
        if step not in FORGIVEN and steps.get(step, "missing") != conclusion
    ]


def main() -> int:
    """Read the API's answer, print the problems as the workflow's errors."""
    listed = problems(json.load(sys.stdin)["jobs"])
    for problem in listed:
        print(f"::error title=e2e::{problem}")
    return 1 if listed else 0


if __name__ == "__main__":
    sys.exit(main())
