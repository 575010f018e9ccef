"""The calls of GitHub's REST API that this action and its examples use."""

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlencode

from sandbox.messages import Headers, Request, Response, json_response
from sandbox.rules import Problem
from sandbox.vendor import Json, Refusal, Vendor

REPOSITORY = "/repos/[^/]+/[^/]+"
DOCUMENTATION = "https://docs.github.com/rest"
CONTENT_TYPE = "application/json; charset=utf-8"


class GitHub(Vendor):
    """GitHub: jobs, deployment statuses and the runs of a workflow."""

    name = "github"
    # GitHub answers 404, not 405.
    wrong_method = 404

    def __init__(self, *, token: str) -> None:
        self._token = token
        routes = (
            ("GET", f"{REPOSITORY}/actions/runs/(\\d+)/attempts/(\\d+)/jobs", self._list_jobs),
            ("GET", f"{REPOSITORY}/actions/jobs/(\\d+)", self._job),
            ("GET", f"{REPOSITORY}/actions/workflows/([\\w.-]+)/runs", self._workflow_runs),
            ("GET", f"{REPOSITORY}/deployments/(\\d+)/statuses", self._statuses),
        )
        super().__init__(routes)

    def clear(self) -> None:
        # As in a workflow.
        self.permissions = {"actions": "read", "deployments": "read"}
        self.jobs: list[Json] = []
        # By the file name of the workflow, the newest first.
        self.workflow_runs: dict[str, list[Json]] = {}
        # By deployment ID, in the order of the list: GitHub's has the newest first.
        self.statuses: dict[Any, list[Json]] = {}

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
        self._require("actions")
        wanted = {"run_id": int(run_id), "run_attempt": int(attempt)}
        jobs = [
            job
            for job in self.jobs
            if all(job.get(name, value) == value for name, value in wanted.items())
        ]
        return _page(request, jobs, lambda shown: {"total_count": len(jobs), "jobs": shown})

    def _job(self, _: Request, id_: str) -> Response:
        self._require("actions")
        job = next((job for job in self.jobs if job.get("id") == int(id_)), None)
        if job is None:
            raise Refusal(404)
        return json_response(200, job, CONTENT_TYPE)

    def _workflow_runs(self, request: Request, workflow: str) -> Response:
        self._require("actions")
        filters = {"branch": "head_branch", "status": "conclusion"}
        wanted = {filters[name]: value for name, value in request.query.items() if name in filters}
        runs = [
            run
            for run in self.workflow_runs.get(workflow, [])
            if all(run.get(name) == value for name, value in wanted.items())
        ]
        return _page(
            request, runs, lambda shown: {"total_count": len(runs), "workflow_runs": shown}
        )

    def _statuses(self, request: Request, deployment_id: str) -> Response:
        self._require("deployments")
        statuses = {str(id_): statuses for id_, statuses in self.statuses.items()}
        if deployment_id not in statuses:
            raise Refusal(404)
        return _page(request, statuses[deployment_id], list)

    def _require(self, permission: str) -> None:
        """Raise Refusal if the token may not read this."""
        if self.permissions.get(permission) not in ("read", "write"):
            raise Refusal(403, "Resource not accessible by integration")


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
