"""Finds in GitHub's API when this job started.

The runner's context does not contain it: docs/vendors.md#github-job-list.
"""

import json
from typing import Any
from urllib.parse import quote

from ..values.times import parse_time
from .api import GitHubApi, Unknown, incomplete

JOBS = "the jobs of this run"

_PERMISSION = "actions"
_PAGE_SIZES = (50, 10)
"""Jobs on a page. A job with 50 steps has 11 KB, and the transport reads 1 MiB of a response.

The second size is used if a page of the first size is too large.
"""
_LARGE = 512 * 1024
"""Bytes of an incomplete page that is too large. A smaller incomplete page broke off."""
_MAX_REQUESTS = 100


def find_job_by_id(api: GitHubApi, job_id: str) -> int:
    """Return the start of the job with this ID, in Unix ms: one request.

    See docs/vendors.md#github-job-by-id. Raises `Unknown`, and `ValueError`, `LookupError` or
    `TypeError` for a response that is not as documented.
    """
    response = api.get(f"actions/jobs/{quote(job_id)}", permission=_PERMISSION)
    return parse_time(json.loads(response.body)["started_at"])


def find_job_by_runner(api: GitHubApi) -> int:
    """Return the start of the only running job on this runner, in Unix ms.

    Runners can share a name: if several jobs match, it is unknown which is this job.
    """
    running = [
        job
        for job in _list_jobs(api)
        if job["runner_name"] == api.context.runner_name and job["status"] == "in_progress"
    ]
    if len(running) != 1:
        raise Unknown(
            f"GitHub's API lists {len(running)} running jobs on a runner with this runner's name."
        )
    return parse_time(running[0]["started_at"])


def _list_jobs(api: GitHubApi) -> list[dict[str, Any]]:
    """Return all jobs of this attempt of the workflow run."""
    context = api.context
    path = f"actions/runs/{quote(context.run_id)}/attempts/{quote(context.run_attempt)}/jobs"
    jobs: list[dict[str, Any]] = []
    sizes = list(_PAGE_SIZES)
    first = 0
    for _ in range(_MAX_REQUESTS):
        query = f"per_page={sizes[0]}&page={first // sizes[0] + 1}"
        response = api.get(f"{path}?{query}", permission=_PERMISSION)
        if not response.complete and len(response.body) > _LARGE:
            sizes.pop(0)
            if not sizes:
                raise Unknown(incomplete(JOBS, "a page of the list is larger than 1 MiB"))
            continue
        content = json.loads(response.body)
        jobs += content["jobs"]
        first += sizes[0]
        if not content["jobs"] or len(jobs) >= content["total_count"]:
            return jobs
    raise Unknown(incomplete(JOBS, f"the list has more than {len(jobs)} jobs"))
