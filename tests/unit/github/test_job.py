"""The job's start from GitHub's API, or why it is unknown."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.github import context
from support.keys import GITHUB_TOKEN
from support.moments import EARLIER
from support.sandboxes import make_sandbox

from deployment_events.github import api
from deployment_events.github.api import ApiStart, GitHubApi
from deployment_events.github.start import read_start
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from sandbox import Fault, Sandbox
from sandbox.messages import Response

Read = Callable[..., ApiStart]


def job(**changes: Any) -> dict[str, Any]:
    """Return this job as GitHub lists it, changed."""
    base = {
        "runner_name": "GitHub Actions 7",
        "status": "in_progress",
        "started_at": "2026-05-04T09:20:00Z",
        "run_id": 17500000000,
        "run_attempt": 1,
    }
    return base | changes


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with make_sandbox() as running:
        yield running


@pytest.fixture
def lines() -> list[str]:
    """The debug lines."""
    return []


@pytest.fixture
def read(sandbox: Sandbox, lines: list[str]) -> Read:
    """Return a function that reads this job's start, given all jobs and the context's changes."""

    def read(
        *jobs: dict[str, Any], token: str = GITHUB_TOKEN, job_id: str = "", **changes: str
    ) -> ApiStart:
        sandbox.jobs = list(jobs)
        run = context(**{"api_url": sandbox.github_url, **changes})
        github = GitHubApi(run, token, Transport(1), Deadline(Clock(), 5))
        return read_start(github, job_id, lines.append)

    return read


OTHERS = [
    job(runner_name="GitHub Actions 8", started_at="2026-05-04T09:00:00Z"),
    job(status="completed", started_at="2026-05-04T09:01:00Z"),
    job(runner_name=None, status="queued", started_at=None),
    job(run_attempt=2, started_at="2026-05-04T09:02:00Z"),
    job(run_id=1, started_at="2026-05-04T09:03:00Z"),
]


def test_the_start_is_that_of_the_job_that_runs_on_this_runner(
    read: Read, lines: list[str]
) -> None:
    assert read(*OTHERS, job()) == ApiStart(EARLIER)
    assert lines == []


def test_all_pages_are_read(read: Read) -> None:
    others = [job(runner_name=f"other {number}") for number in range(150)]
    assert read(*others, job()) == ApiStart(EARLIER)
    assert read(job(), *others) == ApiStart(EARLIER)


def test_no_page_is_requested_after_the_last_job(read: Read, sandbox: Sandbox) -> None:
    sandbox.reset()
    read(job())
    assert len(sandbox.requests("github")) == 1


def test_a_job_of_the_same_name_on_a_later_page_makes_the_start_uncertain(read: Read) -> None:
    others = [job(runner_name=f"other {number}") for number in range(150)]
    assert read(job(), *others, job()).at is None


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        OTHERS,
        # Two runners with one name.
        [job(), job()],
        [job(started_at=None)],
        [job(started_at="soon")],
        [job(started_at=1)],
        [{"runner_name": "GitHub Actions 7"}],
    ],
)
def test_an_uncertain_start_is_none_with_a_reason_that_is_not_the_permission(
    read: Read, lines: list[str], jobs: list[dict[str, Any]]
) -> None:
    at, _, reason = read(*jobs)
    assert at is None
    assert reason.startswith("GitHub's API ")
    assert "actions: read" not in reason
    assert reason in lines[-1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token": "wrong"}, "HTTP 401"),
        ({"run_id": ""}, "HTTP 404"),
        ({"repository": ""}, "HTTP 404"),
        ({"repository": "../..", "run_id": "../x"}, "HTTP 404"),
        ({"api_url": "http://api.github.example"}, "must use `https://`"),
        ({"api_url": ""}, "must be an `https://` URL"),
        ({"api_url": "http://127.0.0.1:9"}, ""),
    ],
)
def test_a_failed_request_returns_none_and_writes_a_debug_line(
    read: Read, lines: list[str], changes: dict[str, str], reason: str
) -> None:
    start = read(job(), **changes)
    assert start.at is None
    assert ("`actions: read`" in start.unknown_because) is reason.startswith("HTTP")
    assert reason in " ".join(lines)
    assert GITHUB_TOKEN not in " ".join(lines)


def test_a_response_that_is_nested_too_deeply_is_none_and_a_debug_line(
    read: Read, sandbox: Sandbox, lines: list[str]
) -> None:
    deep = Response(200, b"[" * 100_000, (("Content-Type", "application/json"),))
    sandbox.fail(
        "github", Fault("deep", "nested", lambda exchange: exchange.respond(deep)), times=1
    )
    assert read(job()).at is None
    assert "did not return the jobs" in lines[-1]


def steps(count: int) -> list[dict[str, Any]]:
    """Return a job's steps as GitHub lists them: about 220 bytes each."""
    return [
        {
            "name": f"Step {number} with a name of a usual length, written by people",
            "status": "completed",
            "conclusion": "success",
            "number": number,
            "started_at": "2026-05-04T09:20:00.000Z",
            "completed_at": "2026-05-04T09:20:01.000Z",
        }
        for number in range(count)
    ]


@pytest.mark.parametrize(("count", "requests"), [(50, 2), (120, 11)])
def test_pages_of_large_jobs_fit_into_what_is_read_of_a_response(
    read: Read, sandbox: Sandbox, count: int, requests: int
) -> None:
    sandbox.reset()
    large = steps(count)
    others = [job(runner_name=f"other {number}", steps=large) for number in range(99)]
    assert read(*others, job(steps=large)) == ApiStart(EARLIER)
    assert len(sandbox.requests("github")) == requests


def test_the_reason_for_a_job_that_fits_on_no_page_is_its_size(read: Read) -> None:
    start = read(job(steps=steps(6000)))
    assert start.at is None
    assert start.unknown_because == (
        "GitHub's API could not be read completely (the jobs of this run): "
        "a page of the list is larger than 1 MiB."
    )


def test_the_reason_for_an_endless_list_is_its_length(read: Read, sandbox: Sandbox) -> None:
    sandbox.reset()
    endless = Response(
        200,
        json.dumps({"total_count": 10**9, "jobs": [job(runner_name="other")]}).encode(),
        (("Content-Type", "application/json"),),
    )
    sandbox.fail(
        "github", Fault("endless", "never ends", lambda exchange: exchange.respond(endless))
    )
    start = read(job())
    sandbox.heal()
    assert start.at is None
    assert start.unknown_because.endswith("the list has more than 100 jobs.")
    assert len(sandbox.requests("github")) == 100


@pytest.mark.parametrize("fault", ["hang", "drip-headers"])
def test_the_reason_for_a_slow_list_is_the_time_limit(
    read: Read, sandbox: Sandbox, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "SECONDS", 0.1)
    sandbox.fail("github", fault)
    start = read(job())
    sandbox.heal()
    assert start.at is None
    assert "could not be read completely (the jobs of this run)" in start.unknown_because
    assert "it takes more than" in start.unknown_because


def test_a_job_with_an_id_is_read_with_one_request(read: Read, sandbox: Sandbox) -> None:
    sandbox.reset()
    assert (
        read(job(id=41), job(id=42, started_at="2026-05-04T09:00:00Z"), job_id="41").at == EARLIER
    )
    [request] = sandbox.requests("github")
    assert request.path.endswith("/actions/jobs/41")


@pytest.mark.parametrize(
    ("jobs", "changes", "reason"),
    [
        ([job(id=1)], {}, "HTTP 404"),
        ([job(id=41)], {"token": "wrong"}, "HTTP 401"),
        ([job(id=41, started_at=None)], {}, "did not return this job"),
    ],
)
def test_an_unknown_job_has_no_start_and_a_reason(
    read: Read, jobs: list[dict[str, Any]], changes: dict[str, str], reason: str
) -> None:
    start = read(*jobs, job_id="41", **changes)
    assert start.at is None
    assert reason in start.unknown_because
