"""Reads from GitHub's API when a GitHub deployment began to run."""

import json
from collections.abc import Callable
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
_PAGE_SIZE = 100
_MAX_PAGES = 10


def read_in_progress_at(
    context: Context,
    token: str,
    transport: Transport,
    deadline: Deadline,
    debug: Callable[[str], None],
) -> int | None:
    """Return the time of the deployment's first `in_progress` status, in Unix ms, or None.

    A debug line says why it is None. A deployment is created before somebody approves it, so its
    own time includes the wait. See docs/vendors.md#github-deployment-statuses.
    """
    limit = deadline.part(_SECONDS)
    try:
        found = run_with_deadline(limit, lambda: _first(context, token, transport, limit))
    # A response without the documented fields is one of these.
    except (DeliveryFailed, ValueError, LookupError, TypeError, RecursionError) as error:
        debug(f"The deployment's statuses could not be read from GitHub's API: {error}")
        return None
    if found is None:
        debug("GitHub's API lists no in_progress status of this deployment, or took too long.")
    return found


def _first(context: Context, token: str, transport: Transport, deadline: Deadline) -> int | None:
    """Return the earliest time: the API lists the newest status first."""
    base = check_base_url(context.api_url, "https://api.github.com")
    path = f"repos/{quote(context.repository)}/deployments/{context.deployment_id}/statuses"
    transport.prepare(base)
    times: list[int] = []
    for page in range(1, _MAX_PAGES + 1):
        request = Request(
            "GET",
            f"{base}/{path}?per_page={_PAGE_SIZE}&page={page}",
            headers={"Accept": "application/vnd.github+json"},
            credentials={"Authorization": f"Bearer {token}"},
        )
        response = transport.send(request, deadline)
        if not response.accepted:
            raise ValueError(f"HTTP {response.status}")
        statuses = json.loads(response.body)
        times += [
            parse_time(status["created_at"])
            for status in statuses
            if status["state"] == "in_progress"
        ]
        if len(statuses) < _PAGE_SIZE:
            break
    return min(times, default=None)
