"""The job's start from GitHub's API, and only a debug line if it cannot be read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.github import context
from support.moments import EARLIER

from deployment_events.github.job import read_job_start
from deployment_events.http.deadline import Clock, Deadline
from deployment_events.http.transport import Transport
from sandbox import GITHUB_TOKEN, Fault, Sandbox
from sandbox.messages import Response

Read = Callable[..., int | None]


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
    with Sandbox() as running:
        yield running


@pytest.fixture
def lines() -> list[str]:
    """The debug lines."""
    return []


@pytest.fixture
def read(sandbox: Sandbox, lines: list[str]) -> Read:
    """Return a function that reads this job's start, given all jobs and the context's changes."""

    def read_start(*jobs: dict[str, Any], token: str = GITHUB_TOKEN, **changes: str) -> int | None:
        sandbox.jobs = list(jobs)
        run = context(**{"api_url": sandbox.github_url, **changes})
        return read_job_start(run, token, Transport(1), Deadline(Clock(), 5), lines.append)

    return read_start


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
    assert read(*OTHERS, job()) == EARLIER
    assert lines == []


def test_all_pages_are_read(read: Read) -> None:
    others = [job(runner_name=f"other {number}") for number in range(150)]
    assert read(*others, job()) == EARLIER
    assert read(job(), *others) == EARLIER


def test_no_page_is_requested_after_the_last_job(read: Read, sandbox: Sandbox) -> None:
    sandbox.reset()
    read(job())
    assert len(sandbox.requests("github")) == 1


def test_a_job_of_the_same_name_on_a_later_page_makes_the_start_uncertain(read: Read) -> None:
    others = [job(runner_name=f"other {number}") for number in range(150)]
    assert read(job(), *others, job()) is None


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
def test_an_uncertain_start_is_none_and_a_debug_line(
    read: Read, lines: list[str], jobs: list[dict[str, Any]]
) -> None:
    assert read(*jobs) is None
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token": "wrong"}, "HTTP 401"),
        ({"run_id": ""}, "HTTP 404"),
        ({"repository": ""}, "HTTP 404"),
        ({"repository": "../..", "run_id": "../x"}, "HTTP 404"),
        ({"api_url": "http://api.github.example"}, "must use https://"),
        ({"api_url": ""}, "must be an https:// URL"),
        ({"api_url": "http://127.0.0.1:9"}, ""),
    ],
)
def test_a_failed_request_is_none_and_a_debug_line(
    read: Read, lines: list[str], changes: dict[str, str], reason: str
) -> None:
    assert read(job(), **changes) is None
    [line] = lines
    assert reason in line
    assert GITHUB_TOKEN not in line


def test_a_response_that_is_nested_too_deeply_is_none_and_a_debug_line(
    read: Read, sandbox: Sandbox, lines: list[str]
) -> None:
    deep = Response(200, b"[" * 100_000, (("Content-Type", "application/json"),))
    sandbox.fail(
        "github", Fault("deep", "nested", lambda exchange: exchange.respond(deep)), times=1
    )
    assert read(job()) is None
    assert len(lines) == 1
