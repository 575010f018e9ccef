"""Finds in GitHub's API when a GitHub deployment began to run.

A deployment is created before it is approved, so `created_at` includes the wait. See
docs/vendors.md#github-deployment-statuses.
"""

import json

from ..values.times import parse_time
from .api import GitHubApi, Unknown, incomplete

STATUSES = "the statuses of this deployment"

_PAGE_SIZE = 100
_MAX_PAGES = 10


def find_in_progress(api: GitHubApi) -> int:
    """Return the time of the deployment's first `in_progress` status, in Unix ms.

    The API lists the newest status first, so all pages are read. Raises `Unknown`, and
    `ValueError`, `LookupError` or `TypeError` for a response that is not as documented.
    """
    path = f"deployments/{api.context.deployment_id}/statuses"
    times: list[int] = []
    for page in range(1, _MAX_PAGES + 1):
        query = f"per_page={_PAGE_SIZE}&page={page}"
        statuses = json.loads(api.get(f"{path}?{query}", permission="deployments").body)
        times += [
            parse_time(status["created_at"])
            for status in statuses
            if status["state"] == "in_progress"
        ]
        if len(statuses) < _PAGE_SIZE:
            break
    else:
        raise Unknown(incomplete(STATUSES, f"there are more than {_MAX_PAGES * _PAGE_SIZE}"))
    if not times:
        raise Unknown("GitHub's API lists no `in_progress` status of this deployment.")
    return min(times)
