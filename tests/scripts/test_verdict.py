from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.verdict import CHECKED, JOBS, POSTS, problems

CI = yaml.safe_load((Path(__file__).parents[2] / ".github" / "workflows" / "ci.yml").read_text())
STEPS = ["Set up job", "Recorded", "Refused", "Report", "Deploy", *POSTS]


def jobs(*changes: tuple[str, str, str]) -> list[dict[str, Any]]:
    """The API's jobs after a run without problems, except for (job, step, conclusion) given."""
    listed: list[dict[str, Any]] = [{"name": "lint", "conclusion": "failure", "steps": []}]
    for job, deploy in JOBS.items():
        ended = dict.fromkeys(STEPS, "success") | {"Refused": "failure", "Deploy": deploy}
        ended |= {step: conclusion for name, step, conclusion in changes if name == job}
        steps = [{"name": name, "conclusion": conclusion} for name, conclusion in ended.items()]
        listed.append({"name": job, "steps": steps})
    return listed


def test_the_expected_results_are_accepted() -> None:
    assert problems(jobs()) == []


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("step", ["Post Recorded", "Post Report", "Report", "Set up job"])
@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "skipped"])
def test_a_step_that_does_not_succeed_is_a_problem(job: str, step: str, conclusion: str) -> None:
    assert problems(jobs((job, step, conclusion))) == [
        f"{job}: `{step}` must be success, not {conclusion}."
    ]


def test_a_deploy_that_succeeds_where_it_must_fail_is_a_problem() -> None:
    [problem] = problems(jobs(("e2e (deploy fails)", "Deploy", "success")))
    assert problem == "e2e (deploy fails): `Deploy` must be failure, not success."


@pytest.mark.parametrize("post", POSTS)
def test_a_missing_post_stage_is_a_problem(post: str) -> None:
    listed = jobs()
    for job in listed:
        job["steps"] = [step for step in job["steps"] if step["name"] != post]
    assert problems(listed) == [f"{job}: `{post}` must be success, not missing." for job in JOBS]


def test_a_missing_job_is_a_problem() -> None:
    found = problems([])
    assert {problem.partition(":")[0] for problem in found} == set(JOBS)


def test_the_workflow_has_these_jobs_and_steps() -> None:
    """The check compares names; with other names in the workflow, it would check nothing."""
    e2e = CI["jobs"]["e2e"]
    deploys = [job["deploy"] for job in e2e["strategy"]["matrix"]["include"]]
    assert [e2e["name"].replace("${{ matrix.deploy }}", deploy) for deploy in deploys] == [*JOBS]
    steps = [step.get("name") for step in e2e["steps"]]
    assert {"Deploy", *CHECKED, *(post.removeprefix("Post ") for post in POSTS)} <= set(steps)
    assert steps.index("Recorded") < steps.index("Report"), "post stages run in reverse order"
