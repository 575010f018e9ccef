"""When this job started, from GitHub's API: one bounded read, and silence when it fails."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from ..errors import DeliveryFailed
from ..http.deadline import Deadline, run_with_deadline
from ..http.transport import Transport
from ..messages import Request
from ..values.rules import InvalidValue, check_base_url
from ..values.times import parse_time
from .context import Context

_SECONDS = 2.0  # s for the whole look-up: the start is worth less than the deploy's time
_MOST_PAGES = 10


def read_job_start(
    context: Context,
    token: str,
    transport: Transport,
    budget: Deadline,
    debug: Callable[[str], None],
) -> int | None:
    """Return the start of the job that runs on this runner, in Unix ms; None where it cannot be told."""
    limit = budget.part(_SECONDS)
    try:
        found = run_with_deadline(limit, lambda: _search(context, token, transport, limit))
    except (
        DeliveryFailed,
        InvalidValue,
        ValueError,
        LookupError,
        TypeError,
        RecursionError,
    ) as error:
        debug(f"The job's start could not be read from GitHub's API: {error}")
        return None
    if found is None:
        debug("GitHub's API names no running job of this runner, or took too long.")
    return found


def _search(context: Context, token: str, transport: Transport, budget: Deadline) -> int | None:
    base = check_base_url(context.api_url)
    run = f"runs/{quote(context.run_id)}/attempts/{quote(context.run_attempt)}"
    path = f"repos/{quote(context.repository)}/actions/{run}/jobs"
    transport.prepare(base)
    running: list[Mapping[str, Any]] = []
    seen = 0
    for page in range(1, _MOST_PAGES + 1):
        answer = transport.send(
            Request(
                "GET",
                f"{base}/{path}?per_page=100&page={page}",
                headers={"Accept": "application/vnd.github+json"},
            ),
            {"Authorization": f"Bearer {token}"},
            budget,
        )
        if not answer.accepted:
            raise ValueError(f"HTTP {answer.status}")
        listed = json.loads(answer.body)
        jobs = listed["jobs"]
        running += [
            job
            for job in jobs
            if job["runner_name"] == context.runner_name and job["status"] == "in_progress"
        ]
        seen += len(jobs)
        if not jobs or seen >= listed["total_count"]:
            break
    if len(running) != 1:
        return None  # two runners of one name: a guess would be a wrong start
    return parse_time(running[0]["started_at"])
