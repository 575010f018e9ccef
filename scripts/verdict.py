"""Check how the steps of CI's e2e jobs ended. One of these jobs must fail, at its deploy.

    gh api …/jobs | python -m scripts.verdict

The result of that job does not show whether only its deploy failed; the results of its steps do.
"""

from __future__ import annotations

import json
import sys
from typing import Any

JOBS = {"e2e (deploy succeeds)": "success", "e2e (deploy fails)": "failure"}
"""How the step `Deploy` of each job must end. Every other step must succeed."""
CHECKED = ("Refused", "Unreachable")
"""Steps with `continue-on-error` that must fail. The step after each checks that it did."""
POSTS = ("Post Report", "Post Recorded")
"""Post stages that must have run in each job."""


def problems(jobs: list[dict[str, Any]]) -> list[str]:
    """Return one sentence for each unexpected result, given the API's list of jobs."""
    found = {job["name"]: job["steps"] for job in jobs}
    return [
        problem
        for name, deploy in JOBS.items()
        for problem in problems_of(name, found.get(name, []), deploy)
    ]


def problems_of(job: str, steps: list[dict[str, Any]], deploy: str) -> list[str]:
    """Return the unexpected results of one job."""
    ended = {step["name"]: step["conclusion"] for step in steps if step["name"] not in CHECKED}
    required = dict.fromkeys([*ended, *POSTS], "success") | {"Deploy": deploy}
    return [
        f"{job}: `{step}` must be {conclusion}, not {ended.get(step, 'missing')}."
        for step, conclusion in required.items()
        if ended.get(step) != conclusion
    ]


def main() -> int:
    """Read the API's response from standard input and print the problems as annotations."""
    found = problems(json.load(sys.stdin)["jobs"])
    for problem in found:
        print(f"::error title=e2e::{problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
