"""The call of GitHub's REST API that this action uses: the jobs of a run's attempt."""

from collections.abc import Callable, Collection
from urllib.parse import urlencode

from sandbox.messages import Headers, Request, Response, json_response
from sandbox.rules import Problem
from sandbox.vendor import Json, Refusal, Vendor

REPOSITORY = "/repos/[^/]+/[^/]+"
DOCUMENTATION = "https://docs.github.com/rest"
CONTENT_TYPE = "application/json; charset=utf-8"


class GitHub(Vendor):
    """GitHub, as far as the jobs of a run go."""

    name = "github"
    # GitHub answers 404, not 405.
    wrong_method = 404

    def __init__(self, *, token: str) -> None:
        self._token = token
        routes = (
            ("GET", f"{REPOSITORY}/actions/runs/(\\d+)/attempts/(\\d+)/jobs", self._list_jobs),
        )
        super().__init__(routes)

    def clear(self) -> None:
        self.jobs: list[Json] = []

    def authorize(self, request: Request) -> None:
        # Documented: a request without this header is refused.
        if not request.headers.get("user-agent"):
            raise Refusal(403, "Request forbidden by administrative rules: send a User-Agent")
        schemes = (f"Bearer {self._token}", f"token {self._token}")
        if request.headers.get("authorization") not in schemes:
            raise Refusal(401, "Bad credentials")

    def error(self, status: int, message: str, _: Collection[Problem] = ()) -> Response:
        """Return GitHub's error shape."""
        value = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
        return json_response(status, value, CONTENT_TYPE)

    def _list_jobs(self, request: Request, run_id: str, attempt: str) -> Response:
        wanted = {"run_id": int(run_id), "run_attempt": int(attempt)}
        jobs = [
            job
            for job in self.jobs
            if all(job.get(name, value) == value for name, value in wanted.items())
        ]
        return _page(request, jobs, lambda shown: {"total_count": len(jobs), "jobs": shown})


def _page(request: Request, items: list[Json], body: Callable[[list[Json]], object]) -> Response:
    """Return one page: 30 items by default, at most 100 (documented)."""
    try:
        size = min(max(int(request.query.get("per_page", "30")), 1), 100)
        page = max(int(request.query.get("page", "1")), 1)
    except ValueError:
        raise Refusal(422, "Invalid request: per_page and page must be integers") from None
    headers: Headers = ()
    if page * size < len(items):
        query = urlencode({**request.query, "per_page": size, "page": page + 1})
        headers = (("Link", f'<{request.origin}{request.path}?{query}>; rel="next"'),)
    return json_response(200, body(items[(page - 1) * size : page * size]), CONTENT_TYPE, headers)
