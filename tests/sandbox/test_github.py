"""The slice of GitHub's API a deployment reads: the jobs of a run's attempt."""

import pytest

from sandbox import GITHUB_TOKEN

JOBS = "/repos/octo/checkout/actions/runs/7/attempts/2/jobs"


def test_the_jobs_are_listed_as_they_were_set(sandbox, github):
    job = {"id": 1, "name": "deploy", "status": "in_progress", "started_at": "2024-01-01T00:00:00Z"}
    sandbox.jobs = [job]
    assert github.call("GET", JOBS).json() == {"total_count": 1, "jobs": [job]}


@pytest.mark.parametrize("scheme", ["Bearer", "token"])
def test_both_spellings_of_the_token_work(github, scheme):
    assert (
        github.call("GET", JOBS, {"Authorization": f"{scheme} {GITHUB_TOKEN}"}).status_code == 200
    )


@pytest.mark.parametrize("value", ["", "Bearer wrong", GITHUB_TOKEN])
def test_a_wrong_token_is_bad_credentials(github, value):
    answer = github.call("GET", JOBS, {"Authorization": value})
    assert answer.status_code == 401
    assert answer.json()["message"] == "Bad credentials"
    assert set(answer.json()) == {"message", "documentation_url", "status"}


def test_a_request_without_a_user_agent_is_forbidden(github):
    assert github.call("GET", JOBS, {"User-Agent": ""}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/repos/octo/checkout", f"/api/v3{JOBS}", JOBS.replace("7", "seven")]
)
def test_other_paths_are_not_found(github, path):
    assert github.call("GET", path).status_code == 404


def test_jobs_of_another_run_or_attempt_are_not_listed(sandbox, github):
    sandbox.jobs = [
        {"id": 1, "run_id": 7},
        {"id": 2, "run_id": 8},
        {"id": 3, "run_id": 7, "run_attempt": 1},
    ]
    assert [job["id"] for job in github.call("GET", JOBS).json()["jobs"]] == [1]


def test_the_link_header_leads_through_all_pages(sandbox, github):
    sandbox.jobs = [{"id": number} for number in range(70)]
    seen, answer = [], github.call("GET", JOBS)
    while True:
        seen.append([job["id"] for job in answer.json()["jobs"]])
        if "next" not in answer.links:
            break
        following = answer.links["next"]["url"]
        assert following.startswith(sandbox.github_url)
        answer = github.call("GET", following.removeprefix(sandbox.github_url))
    assert seen == [list(range(30)), list(range(30, 60)), list(range(60, 70))]


def test_a_full_last_page_has_no_next(sandbox, github):
    sandbox.jobs = [{"id": number} for number in range(30)]
    assert "next" not in github.call("GET", JOBS).links


def test_a_page_has_at_most_100_jobs(sandbox, github):
    sandbox.jobs = [{"id": number} for number in range(150)]
    assert len(github.call("GET", f"{JOBS}?per_page=500").json()["jobs"]) == 100
    assert github.call("GET", f"{JOBS}?per_page=all").status_code == 422
