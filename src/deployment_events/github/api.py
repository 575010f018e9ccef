"""Reads times from GitHub's API: few requests, one after the other, without retries."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from ..deployment import StartSource
from ..errors import DeliveryFailed
from ..http.deadline import Deadline, run_with_deadline
from ..http.transport import Transport
from ..messages import Request, Response
from ..values.rules import check_base_url
from .context import Context

SECONDS = 2.0
"""Seconds that all requests together may take, because the user's job waits for them."""

_NO_PERMISSION = frozenset({401, 403, 404})
"""The statuses of a token that may not read. See docs/vendors.md#github-token-permissions."""


class ApiStart(NamedTuple):
    """A start time from GitHub's API, or why it is unknown."""

    at: int | None
    """Unix milliseconds."""
    source: StartSource = StartSource.JOB
    unknown_because: str = ""
    """A sentence: the cause, and how to fix it."""


class Unknown(Exception):
    """The API does not show the time; the message is a sentence."""


class GitHubApi:
    """GitHub's API for one repository, with the job's token."""

    def __init__(
        self, context: Context, token: str, transport: Transport, deadline: Deadline
    ) -> None:
        self.context = context
        self._token = token
        self._transport = transport
        self.deadline = deadline.part(SECONDS)

    def get(self, path: str, *, permission: str) -> Response:
        """Return the response to a GET of a path below the repository.

        Raises `Unknown` without the permission, `ValueError` for another status than 2xx, and
        `DeliveryFailed`. The response may be incomplete.
        """
        base = check_base_url(self.context.api_url, "https://api.github.com")
        url = f"{base}/repos/{quote(self.context.repository)}/{path}"
        self._transport.prepare(url, self.deadline)
        request = Request(
            "GET",
            url,
            headers={"Accept": "application/vnd.github+json"},
            credentials={"Authorization": f"Bearer {self._token}"},
        )
        response = self._transport.send(request, self.deadline)
        if response.status in _NO_PERMISSION:
            raise Unknown(
                f"GitHub's API returned HTTP {response.status}. Grant the job `{permission}: read`."
            )
        if not response.accepted:
            raise ValueError(f"HTTP {response.status}")
        return response


def read_time(
    api: GitHubApi,
    find: Callable[[GitHubApi], int],
    source: StartSource,
    what: str,
    debug: Callable[[str], None],
) -> ApiStart:
    """Return the time that `find` reads from `what`. A debug line says why it is unknown."""
    try:
        found = run_with_deadline(api.deadline, lambda: find(api))
        cause = incomplete(what, f"it takes more than {SECONDS:.0f} s")
    except Unknown as error:
        found, cause = None, str(error)
    # A response without the documented fields raises some of these.
    except (DeliveryFailed, ValueError, LookupError, TypeError, RecursionError) as error:
        debug(f"GitHub's API: {error}")
        found, cause = None, f"GitHub's API did not return {what}."
        if not api.deadline.left():
            cause = incomplete(what, f"it takes more than {SECONDS:.0f} s")
    if found is not None:
        return ApiStart(found, source)
    debug(f"The start is unknown. {cause}")
    return ApiStart(None, source, cause)


def incomplete(what: str, cause: str) -> str:
    """Return the sentence about a list that could not be read to its end."""
    return f"GitHub's API could not be read completely ({what}): {cause}."
