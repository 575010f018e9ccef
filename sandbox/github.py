"""The one call of GitHub's REST API that a deployment needs: the jobs of a run's attempt."""

import re
import threading
from typing import Any
from urllib.parse import urlencode

from sandbox.messages import Request, Response, json_response

JOBS = re.compile(
    r"/repos/[^/]+/[^/]+/actions/runs/(?P<run_id>[0-9]+)/attempts/(?P<run_attempt>[0-9]+)/jobs"
)
DOCUMENTATION = "https://docs.github.com/rest/actions/workflow-jobs"
MOST_PER_PAGE = 100


class GitHub:
    """GitHub as far as a run's jobs go."""

    name = "github"

    def __init__(self, *, token: str) -> None:
        self._token = token
        self._lock = threading.Lock()
        self.jobs: list[dict[str, Any]] = []
        """Every job there is. One with `run_id` or `run_attempt` shows up in that run or attempt only."""

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            return self._refusal(request) or self._list(request)

    def error(self, status: int, message: str) -> Response:
        """Return GitHub's error shape."""
        return json_response(
            status, {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
        )

    def deployments(self) -> list[dict[str, Any]]:
        """Return nothing: GitHub is only read here."""
        return []

    def reset(self) -> None:
        """Forget every job."""
        with self._lock:
            self.jobs = []

    def _refusal(self, request: Request) -> Response | None:
        if not request.headers.get("user-agent"):  # documented: refused without one
            return self.error(
                403, "Request forbidden by administrative rules: send a User-Agent header"
            )
        if request.headers.get("authorization") not in (
            f"Bearer {self._token}",
            f"token {self._token}",
        ):
            return self.error(401, "Bad credentials")
        return None

    def _list(self, request: Request) -> Response:
        match = JOBS.fullmatch(request.path)
        if match is None or request.method != "GET":
            return self.error(404, "Not Found")
        wanted = {name: int(value) for name, value in match.groupdict().items()}
        jobs = [
            job
            for job in self.jobs
            if all(job.get(name, value) == value for name, value in wanted.items())
        ]
        try:
            per_page = min(max(int(request.query.get("per_page", "30")), 1), MOST_PER_PAGE)
            page = max(int(request.query.get("page", "1")), 1)
        except ValueError:
            return self.error(422, "Invalid request: per_page and page must be integers")
        shown = jobs[(page - 1) * per_page : page * per_page]
        headers: tuple[tuple[str, str], ...] = ()
        if page * per_page < len(jobs):
            query = urlencode({**request.query, "per_page": per_page, "page": page + 1})
            headers = (("Link", f'<{request.origin}{request.path}?{query}>; rel="next"'),)
        return json_response(
            200,
            {"total_count": len(jobs), "jobs": shown},
            "application/json; charset=utf-8",
            headers,
        )
