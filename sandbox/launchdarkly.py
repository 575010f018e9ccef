"""LaunchDarkly's engineering insights: the four calls about deployments, as strict as their publication.

Sources: "documented" is LaunchDarkly's prose, "spec" its OpenAPI document, "inferred" our reading.
"""

import threading
import time
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from sandbox.jsonpatch import PatchError, apply_patch, check_patch
from sandbox.launchdarkly_rules import QUERY, event_problems, patch_problems
from sandbox.launchdarkly_state import Book, Clock, Deployment, View, page
from sandbox.messages import Request, Response, json_response
from sandbox.rules import Problem, check_object, summary

EVENTS = "/api/v2/engineering-insights/deployment-events"
DEPLOYMENTS = "/api/v2/engineering-insights/deployments"

DEFAULT_LIMIT = 20
WEEK_MS = 7 * 24 * 3600 * 1000

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    429: "rate_limited",
}


class LaunchDarkly:
    """LaunchDarkly as far as deployments go."""

    name = "launchdarkly"

    def __init__(
        self,
        *,
        token: str,
        projects: Collection[str] | None = ("default",),
        environments: Collection[str] | None = None,
        strict: bool = True,
        lag: float = 0.0,
        seed: int = 0,
        clock: Clock = time.time,
    ) -> None:
        self._token = token
        self._projects = projects
        self._environments = environments
        self._strict = strict
        self._clock = clock
        self._lock = threading.Lock()
        self._book = Book(lag=lag, seed=seed, clock=clock)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            return self._refusal(request) or self._route(request)

    def error(self, status: int, message: str, problems: Collection[Problem] = ()) -> Response:
        """Return LaunchDarkly's error shape (spec): a 400 lists the attributes, the others do not."""
        value: dict[str, Any] = {"code": CODES.get(status, "error"), "message": message}
        if status == 400:
            value["errors"] = [
                {"attribute": "/".join(each.path), "reason": each.reason} for each in problems
            ]
        return json_response(status, value)

    def deployments(self) -> list[dict[str, Any]]:
        """Return each deployment with its project, names and events."""
        with self._lock:
            return [each.whole() for each in self._book.all()]

    def reset(self) -> None:
        """Forget every deployment."""
        with self._lock:
            self._book.clear()

    def _refusal(self, request: Request) -> Response | None:
        # Documented: the token alone, no "Bearer"; SDK keys are no access tokens.
        token = request.headers.get("authorization", "")
        if token != self._token or token.startswith("sdk-"):
            return self.error(401, "Invalid access token")
        # Documented: 403 for a beta resource without the header.
        if request.headers.get("ld-api-version") != "beta":
            return self.error(403, "This is a beta resource: send the header LD-API-Version: beta")
        # Documented: bodies of POST and PATCH are JSON and declared so.
        if request.method in ("POST", "PATCH") and not request.is_json:
            return self.error(400, "Content-Type must be application/json")
        return None

    def _route(self, request: Request) -> Response:
        *parents, last = request.segments
        if request.path == EVENTS:
            return self._event(request) if request.method == "POST" else self._not_allowed()
        if request.path == DEPLOYMENTS:
            return (
                self._list(dict(request.query)) if request.method == "GET" else self._not_allowed()
            )
        deployment = self._book.find(last) if parents == DEPLOYMENTS.strip("/").split("/") else None
        if deployment is None:
            return self.error(404, "Unknown resource")
        if request.method == "PATCH":
            return self._patch(request, deployment)
        return (
            json_response(200, deployment.view())
            if request.method == "GET"
            else self._not_allowed()
        )

    def _not_allowed(self) -> Response:
        return self.error(405, "Method not allowed")

    def _invalid(self, problems: Collection[Problem]) -> Response:
        return self.error(400, summary(problems), problems)

    def _missing(self, project: str, environment: str) -> Response | None:
        if self._projects is not None and project not in self._projects:
            return self.error(404, "Unknown project")
        if self._environments is not None and environment not in self._environments:
            return self.error(404, "Unknown environment")
        return None

    def _event(self, request: Request) -> Response:
        try:
            event = request.json()
        except ValueError as broken:
            return self.error(400, f"Body is not JSON: {broken}")
        problems = event_problems(event, strict=self._strict)
        if problems:
            return self._invalid(problems)
        project, environment = event["projectKey"], event["environmentKey"]
        missing = self._missing(project, environment)
        if missing:
            return missing
        self._book.take((project, environment, event["applicationKey"], event["version"]), event)
        return Response(201)

    def _list(self, query: dict[str, str]) -> Response:
        problems = check_object(query, QUERY, strict=self._strict)
        if problems:
            return self._invalid(problems)
        missing = self._missing(query["projectKey"], query["environmentKey"])
        if missing:
            return missing
        found = self._find(query)
        limit = int(query.get("limit", DEFAULT_LIMIT))
        try:
            items, newer, older = page(
                found, limit, after=query.get("after"), before=query.get("before")
            )
        except ValueError:
            return self.error(400, "after or before names no deployment of this list")
        links = {"self": _link(query)}
        if newer:
            links["prev"] = _link(query, before=items[0]["id"])
        if older:
            links["next"] = _link(query, after=items[-1]["id"])
        return json_response(200, {"totalCount": len(found), "items": items, "_links": links})

    def _find(self, query: dict[str, str]) -> list[View]:
        now = int(self._clock() * 1000)
        start, end = int(query.get("from", now - WEEK_MS)), int(query.get("to", now))  # documented
        applications = query["applicationKey"].split(",") if "applicationKey" in query else ()
        return [
            view
            for view in self._book.views(query["projectKey"], query["environmentKey"], applications)
            if start <= view["startedAt"] <= end
            and all(view[name] == query[name] for name in ("kind", "status") if name in query)
        ]

    def _patch(self, request: Request, deployment: Deployment) -> Response:
        try:
            operations = request.json()
        except ValueError as broken:
            return self.error(400, f"Body is not JSON: {broken}")
        problems = check_patch(operations) or patch_problems(operations)
        if problems:
            return self._invalid(problems)
        before = deployment.view()
        try:
            after = apply_patch(before, operations)
        except PatchError as refused:
            return self.error(400, str(refused))
        deployment.patched |= {
            name: value for name, value in after.items() if before.get(name) != value
        }
        return json_response(200, deployment.view())


def _link(query: dict[str, str], **cursor: str) -> dict[str, str]:
    kept = {
        name: value for name, value in query.items() if name not in ("after", "before")
    } | cursor
    return {"href": f"{DEPLOYMENTS}?{urlencode(kept)}", "type": "application/json"}
