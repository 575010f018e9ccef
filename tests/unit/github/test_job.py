"""The job's own start: read once from GitHub's API, and no trouble where it cannot be."""

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
    """Return this job, as GitHub lists it."""
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
def told() -> list[str]:
    return []


@pytest.fixture
def read(sandbox: Sandbox, told: list[str]) -> Read:
    """Return a function that reads the start of a job among these."""

    def start(*jobs: dict[str, Any], token: str = GITHUB_TOKEN, **changes: str) -> int | None:
        sandbox.jobs = list(jobs)
        clock = Clock()
        one = context(**{"api_url": sandbox.github_url, **changes})
        return read_job_start(one, token, Transport(1), Deadline(clock, 5), told.append)

    return start


OTHERS = [
    job(runner_name="GitHub Actions 8", started_at="2026-05-04T09:00:00Z"),
    job(status="completed", started_at="2026-05-04T09:01:00Z"),
    job(runner_name=None, status="queued", started_at=None),
    job(run_attempt=2, started_at="2026-05-04T09:02:00Z"),
    job(run_id=1, started_at="2026-05-04T09:03:00Z"),
]


def test_it_is_the_start_of_the_job_that_runs_on_this_runner(read: Read, told: list[str]) -> None:
    assert read(*OTHERS, job()) == EARLIER
    assert told == []


def test_pages_are_followed(read: Read) -> None:
    assert read(*[job(runner_name=f"other {number}") for number in range(150)], job()) == EARLIER


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        OTHERS,
        [job(), job()],  # two runners of one name
        [job(started_at=None)],
        [job(started_at="soon")],
        [job(started_at=1)],
        [{"runner_name": "GitHub Actions 7"}],
    ],
)
def test_a_start_that_cannot_be_told_is_none_and_a_debug_line(
    read: Read, told: list[str], jobs: list[dict[str, Any]]
) -> None:
    assert read(*jobs) is None
    assert len(told) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
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
def test_every_failure_is_silent_but_for_a_debug_line(
    read: Read, told: list[str], changes: dict[str, str], why: str
) -> None:
    assert read(job(), **changes) is None
    [line] = told
    assert why in line
    assert GITHUB_TOKEN not in line


def test_an_answer_nested_beyond_reason_is_one_of_them(
    read: Read, sandbox: Sandbox, told: list[str]
) -> None:
    deep = Response(200, b"[" * 100_000, (("Content-Type", "application/json"),))
    sandbox.fail(
        "github", Fault("deep", "nested", lambda exchange: exchange.respond(deep)), times=1
    )
    assert read(job()) is None
    assert len(told) == 1
