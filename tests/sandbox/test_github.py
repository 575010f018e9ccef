"""The part of GitHub's API that the action and its examples use."""

import pytest

from sandbox import GITHUB_TOKEN

JOBS = "/repos/octo/checkout/actions/runs/7/attempts/2/jobs"
JOB = "/repos/octo/checkout/actions/jobs/1"
STATUSES = "/repos/octo/checkout/deployments/42/statuses"
RUNS = "/repos/octo/checkout/actions/workflows/deploy.yml/runs"
CALLS = {JOBS: "actions", JOB: "actions", STATUSES: "deployments", RUNS: "actions"}


@pytest.fixture
def filled(sandbox):
    sandbox.jobs = [{"id": 1, "run_id": 7}]
    sandbox.github.statuses = {"42": [{"id": 5, "state": "in_progress"}]}
    return sandbox


def pages(sandbox, github, path):
    """Follow `next` from the first page to the last and return all pages."""
    answers = [github.call("GET", path)]
    while "next" in answers[-1].links:
        following = answers[-1].links["next"]["url"]
        assert following.startswith(sandbox.github_url)
        answers.append(github.call("GET", following.removeprefix(sandbox.github_url)))
    return [answer.json() for answer in answers]


def test_the_jobs_are_listed_as_they_were_set(sandbox, github):
    job = {"id": 1, "name": "deploy", "status": "in_progress", "started_at": "2024-01-01T00:00:00Z"}
    sandbox.jobs = [job]
    assert github.call("GET", JOBS).json() == {"total_count": 1, "jobs": [job]}


def test_a_job_is_read_by_its_id_with_all_its_steps(sandbox, github):
    steps = [{"name": f"Run step {number}", "number": number} for number in range(50)]
    job = {
        "id": 1,
        "run_id": 7,
        "status": "in_progress",
        "started_at": "2024-01-01T00:00:00Z",
        "html_url": "https://github.com/octo/checkout/actions/runs/7/job/1",
        "runner_name": "GitHub Actions 1",
        "steps": steps,
    }
    sandbox.jobs = [{"id": 11}, job]
    answer = github.call("GET", JOB)
    assert (answer.status_code, answer.json()) == (200, job)


def test_the_statuses_are_listed_as_they_were_set(filled, github):
    assert github.call("GET", STATUSES).json() == filled.github.statuses["42"]
    filled.github.statuses = {42: [{"id": 6}]}
    assert github.call("GET", STATUSES).json() == [{"id": 6}]


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("scheme", ["Bearer", "token"])
def test_both_schemes_of_the_token_work(filled, github, scheme, path):
    authorization = {"Authorization": f"{scheme} {GITHUB_TOKEN}"}
    assert github.call("GET", path, authorization).status_code == 200


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("value", ["", "Bearer wrong", GITHUB_TOKEN])
def test_a_wrong_token_is_bad_credentials(filled, github, value, path):
    answer = github.call("GET", path, {"Authorization": value})
    assert answer.status_code == 401
    assert answer.json()["message"] == "Bad credentials"
    assert set(answer.json()) == {"message", "documentation_url", "status"}


@pytest.mark.parametrize(("path", "permission"), CALLS.items())
@pytest.mark.parametrize("value", [None, "none", "write"])
def test_each_call_needs_its_permission(filled, github, path, permission, value):
    filled.github.permissions = {"actions": "read", "deployments": "read", permission: value}
    answer = github.call("GET", path)
    assert answer.status_code == (200 if value == "write" else 403)
    if value != "write":
        assert answer.json()["message"] == "Resource not accessible by integration"


def test_a_request_without_a_user_agent_is_forbidden(github):
    assert github.call("GET", JOBS, {"User-Agent": ""}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/repos/octo/checkout", f"/api/v3{JOBS}", JOBS.replace("7", "seven")),
        *(JOB.replace("/1", "/2"), JOB.replace("/1", "/one"), f"{JOB}/logs"),
        *(STATUSES.replace("42", "43"), STATUSES.removesuffix("/statuses"), f"{STATUSES}/5"),
    ],
)
def test_other_paths_are_not_found(filled, github, path):
    assert github.call("GET", path).status_code == 404


def test_the_runs_of_a_workflow_are_filtered_by_branch_and_conclusion(sandbox, github):
    runs = [
        {"head_branch": branch, "conclusion": conclusion}
        for branch in ("main", "other")
        for conclusion in ("success", "failure")
    ]
    sandbox.github.workflow_runs["deploy.yml"] = runs
    assert github.call("GET", RUNS).json()["workflow_runs"] == runs
    found = github.call("GET", f"{RUNS}?branch=main&status=success").json()
    assert found == {"total_count": 1, "workflow_runs": [runs[0]]}
    assert github.call("GET", RUNS.replace("deploy", "ci")).json()["workflow_runs"] == []


def test_jobs_of_another_run_or_attempt_are_not_listed(sandbox, github):
    sandbox.jobs = [
        {"id": 1, "run_id": 7},
        {"id": 2, "run_id": 8},
        {"id": 3, "run_id": 7, "run_attempt": 1},
    ]
    assert [job["id"] for job in github.call("GET", JOBS).json()["jobs"]] == [1]


def test_the_link_header_leads_through_all_pages(sandbox, github):
    items = [{"id": number} for number in range(70)]
    sandbox.jobs, sandbox.github.statuses = items, {"42": items}
    expected = [items[:30], items[30:60], items[60:]]
    assert [page["jobs"] for page in pages(sandbox, github, JOBS)] == expected
    assert pages(sandbox, github, STATUSES) == expected


def test_a_full_last_page_has_no_next(sandbox, github):
    sandbox.jobs = [{"id": number} for number in range(30)]
    assert "next" not in github.call("GET", JOBS).links


def test_a_page_has_at_most_100_items(sandbox, github):
    items = [{"id": number} for number in range(350)]
    sandbox.jobs, sandbox.github.statuses = items, {"42": items}
    listed = pages(sandbox, github, f"{JOBS}?per_page=500")
    assert [len(page["jobs"]) for page in listed] == [100, 100, 100, 50]
    assert {page["total_count"] for page in listed} == {350}
    assert github.call("GET", f"{JOBS}?per_page=100&page=4").json()["jobs"] == items[300:]
    statuses = pages(sandbox, github, f"{STATUSES}?per_page=60")
    assert [len(page) for page in statuses] == [60] * 5 + [50]
    assert github.call("GET", f"{STATUSES}?per_page=60&page=7").json() == []


@pytest.mark.parametrize("path", [JOBS, STATUSES])
def test_the_size_of_a_page_is_a_number(filled, github, path):
    assert github.call("GET", f"{path}?per_page=all").status_code == 422
