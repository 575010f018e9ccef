from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.verdict import FORGIVEN, JOBS, POSTS, problems

CI = yaml.safe_load((Path(__file__).parents[2] / ".github" / "workflows" / "ci.yml").read_text())


def jobs() -> list[dict[str, Any]]:
    """What GitHub's API tells of a run in which all went as it must."""
    names = [
        "Set up job",
        "Recorded",
        "Refused",
        "Report",
        "Deploy",
        "Post Report",
        "Post Refused",
        "Post Recorded",
    ]
    steps = {name: "failure" if name in FORGIVEN else "success" for name in names}
    return [
        {"name": "lint", "conclusion": "failure", "steps": []},
        *(
            {
                "name": name,
                "steps": [
                    {"name": n, "conclusion": c} for n, c in {**steps, "Deploy": deploy}.items()
                ],
            }
            for name, deploy in JOBS.items()
        ),
    ]


def set_step(listed: list[dict[str, Any]], job: str, step: str, conclusion: str) -> None:
    [steps] = [entry["steps"] for entry in listed if entry["name"] == job]
    [found] = [entry for entry in steps if entry["name"] == step]
    found["conclusion"] = conclusion


def test_all_as_it_must_be() -> None:
    assert problems(jobs()) == []


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("step", ["Post Recorded", "Post Report", "Report", "Set up job"])
@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "skipped"])
def test_any_other_step_that_fails_is_a_problem(job: str, step: str, conclusion: str) -> None:
    listed = jobs()
    set_step(listed, job, step, conclusion)
    assert problems(listed) == [f"{job}: `{step}` is {conclusion}, and must be success"]


def test_a_failing_deploy_that_succeeds_is_a_problem() -> None:
    listed = jobs()
    set_step(listed, "e2e (deploy fails)", "Deploy", "success")
    assert problems(listed) == ["e2e (deploy fails): `Deploy` is success, and must be failure"]


@pytest.mark.parametrize("post", POSTS)
def test_a_post_that_never_ran_is_a_problem(post: str) -> None:
    listed = jobs()
    for job in listed:
        job["steps"] = [step for step in job["steps"] if step["name"] != post]
    assert problems(listed) == [f"{job}: `{post}` is missing, and must be success" for job in JOBS]


def test_a_job_that_never_ran_is_a_problem() -> None:
    assert problems([]) == [f"{job}: there is no such job" for job in JOBS]


def test_the_workflow_has_these_jobs_and_steps() -> None:
    """The verdict is about names, and would be about nothing if the workflow used others."""
    e2e = CI["jobs"]["e2e"]
    legs = [leg["deploy"] for leg in e2e["strategy"]["matrix"]["include"]]
    assert [e2e["name"].replace("${{ matrix.deploy }}", deploy) for deploy in legs] == list(JOBS)
    steps = [step.get("name") for step in e2e["steps"]]
    assert {"Deploy", *FORGIVEN, *(post.removeprefix("Post ") for post in POSTS)} <= set(steps)
    assert steps.index("Recorded") < steps.index("Report"), "posts run in reverse order"
