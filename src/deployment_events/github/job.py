"""Reads from GitHub's API when this job started."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple
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
_PAGE_SIZES = (50, 10)
"""Jobs on a page. A job with 50 steps has 11 KB, and the transport reads 1 MiB of a response.

The second size is used if a page of the first one is too large.
"""
_LARGE = 512 * 1024
"""Bytes of an incomplete page that is too large; a smaller one broke off."""
_MAX_REQUESTS = 100
_NO_PERMISSION = frozenset({401, 403, 404})
"""The statuses of a token without `actions: read`."""


class JobStart(NamedTuple):
    """When the job started, or why that is unknown."""

    at: int | None
    """In Unix ms."""
    unknown_because: str = ""
    """A sentence: the cause, and how to fix it."""


class _Unknown(Exception):
    """The start is unknown; the message is the sentence."""


def read_job_start(
    context: Context,
    token: str,
    transport: Transport,
    deadline: Deadline,
    debug: Callable[[str], None],
) -> JobStart:
    """Return when the job on this runner started. If that is unknown, a debug line says why.

    The runner's context does not contain it: docs/vendors.md#github-job-list.
    """
    limit = deadline.part(_SECONDS)
    try:
        start = run_with_deadline(limit, lambda: _find_start(context, token, transport, limit))
        cause = _incomplete(f"it takes more than {_SECONDS:.0f} s")
    except _Unknown as error:
        start, cause = None, str(error)
    # A response without the documented fields is one of these.
    except (DeliveryFailed, ValueError, LookupError, TypeError, RecursionError) as error:
        debug(f"GitHub's list of jobs: {error}")
        start, cause = None, "GitHub's API did not return the jobs of this run."
        if not limit.left():
            cause = _incomplete(f"it takes more than {_SECONDS:.0f} s")
    if start is not None:
        return JobStart(start)
    debug(f"The job's start is unknown. {cause}")
    return JobStart(None, cause)


def _incomplete(cause: str) -> str:
    return f"GitHub's list of the jobs of this run could not be read completely: {cause}."


def _find_start(context: Context, token: str, transport: Transport, deadline: Deadline) -> int:
    """Return the start of the only running job on this runner.

    Runners can share a name: if several jobs match, none of them is certain to be this one.
    """
    jobs = _list_jobs(context, token, transport, deadline)
    running = [
        job
        for job in jobs
        if job["runner_name"] == context.runner_name and job["status"] == "in_progress"
    ]
    if len(running) != 1:
        raise _Unknown(
            f"GitHub's API lists {len(running)} running jobs on a runner with this runner's name."
        )
    return parse_time(running[0]["started_at"])


def _list_jobs(
    context: Context, token: str, transport: Transport, deadline: Deadline
) -> list[dict[str, Any]]:
    """Return all jobs of this attempt of the workflow run. Raises `_Unknown`."""
    url = _jobs_url(context)
    headers = {"Accept": "application/vnd.github+json"}
    credentials = {"Authorization": f"Bearer {token}"}
    transport.prepare(url)
    jobs: list[dict[str, Any]] = []
    sizes = list(_PAGE_SIZES)
    first = 0
    for _ in range(_MAX_REQUESTS):
        query = f"per_page={sizes[0]}&page={first // sizes[0] + 1}"
        request = Request("GET", f"{url}?{query}", headers=headers, credentials=credentials)
        response = transport.send(request, deadline)
        if response.status in _NO_PERMISSION:
            raise _Unknown(
                f"GitHub's API answered HTTP {response.status}: grant the job actions: read so "
                "that the job's own start can be read."
            )
        if not response.accepted:
            raise ValueError(f"HTTP {response.status}")
        if not response.complete and len(response.body) > _LARGE:
            sizes.pop(0)
            if not sizes:
                raise _Unknown(_incomplete("a page of it is larger than 1 MiB"))
            continue
        content = json.loads(response.body)
        jobs += content["jobs"]
        first += sizes[0]
        if not content["jobs"] or len(jobs) >= content["total_count"]:
            return jobs
    raise _Unknown(_incomplete(f"it has more than {len(jobs)} jobs"))


def _jobs_url(context: Context) -> str:
    """Raise `InvalidValue` if the API's URL is invalid."""
    base = check_base_url(context.api_url, "https://api.github.com")
    repository = f"repos/{quote(context.repository)}"
    attempt = f"runs/{quote(context.run_id)}/attempts/{quote(context.run_attempt)}"
    return f"{base}/{repository}/actions/{attempt}/jobs"
