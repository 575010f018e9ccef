"""Reads from GitHub's API when a deployment started."""

from collections.abc import Callable

from ..deployment import StartSource
from .api import ApiStart, GitHubApi, read_time
from .deployment_statuses import STATUSES, find_in_progress
from .job import JOBS, find_job_by_id, find_job_by_runner


def read_start(api: GitHubApi, job_id: str, debug: Callable[[str], None]) -> ApiStart:
    """Return the start of the GitHub deployment that the event is about, or of this job.

    `job_id` is the job's ID in GitHub's API, or empty on a server without such IDs.
    """
    if api.context.deployment_id:
        return read_time(api, find_in_progress, StartSource.IN_PROGRESS, STATUSES, debug)
    if job_id:
        return read_time(
            api, lambda api: find_job_by_id(api, job_id), StartSource.JOB, "this job", debug
        )
    return read_time(api, find_job_by_runner, StartSource.JOB, JOBS, debug)
