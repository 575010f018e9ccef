"""Reads from GitHub's API when this job started."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ..errors import DeliveryFailed
from ..http.deadline import Deadline, run_with_deadline
from ..http.transport import Transport
from ..messages import Request
from ..values.rules import check_base_url
from ..values.times import parse_time
from .context import Context

_SECONDS = 2.0
"""Seconds that all requests together may take, because the user's job waits for them."""
_MAX_PAGES = 10


def read_job_start(
    context: Context,
    token: str,
    transport: Transport,
    deadline: Deadline,
    debug: Callable[[str], None],
) -> int | None:
    """Return when the job on this runner started, in Unix ms, or None with a debug line.

    The runner's context does not contain it: docs/vendors.md#github-job-list.
    """
    limit = deadline.part(_SECONDS)
    try:
        start = run_with_deadline(limit, lambda: _find_start(context, token, transport, limit))
    # A response without the documented fields is one of these.
    except (DeliveryFailed, ValueError, LookupError, TypeError, RecursionError) as error:
        debug(f"The job's start could not be read from GitHub's API: {error}")
        return None
    if start is None:
        debug("GitHub's API names no running job of this runner, or took too long.")
    return start


def _find_start(
    context: Context, token: str, transport: Transport, deadline: Deadline
) -> int | None:
    """Return the start of the only running job on this runner.

    Runners can share a name: if several jobs match, none of them is certain to be this one.
    """
    jobs = _list_jobs(context, token, transport, deadline)
    running = [
        job
        for job in jobs
        if job["runner_name"] == context.runner_name and job["status"] == "in_progress"
    ]
    return parse_time(running[0]["started_at"]) if len(running) == 1 else None


def _list_jobs(
    context: Context, token: str, transport: Transport, deadline: Deadline
) -> list[dict[str, Any]]:
    """Return all jobs of this attempt of the workflow run."""
    url = _jobs_url(context)
    headers = {"Accept": "application/vnd.github+json"}
    credentials = {"Authorization": f"Bearer {token}"}
    transport.prepare(url)
    jobs: list[dict[str, Any]] = []
    for page in range(1, _MAX_PAGES + 1):
        request = Request(
            "GET", f"{url}?per_page=100&page={page}", headers=headers, credentials=credentials
        )
        response = transport.send(request, deadline)
        if not response.accepted:
            raise ValueError(f"HTTP {response.status}")
        content = json.loads(response.body)
        jobs += content["jobs"]
        if not content["jobs"] or len(jobs) >= content["total_count"]:
            break
    return jobs


def _jobs_url(context: Context) -> str:
    """Raise `InvalidValue` if the API's URL is invalid."""
    base = check_base_url(context.api_url, "https://api.github.com")
    repository = f"repos/{quote(context.repository)}"
    attempt = f"runs/{quote(context.run_id)}/attempts/{quote(context.run_attempt)}"
    return f"{base}/{repository}/actions/{attempt}/jobs"
