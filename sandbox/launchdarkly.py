"""LaunchDarkly's engineering insights: the four calls about deployments."""

import time
from collections.abc import Collection
from urllib.parse import urlencode

import jsonpatch

from sandbox.launchdarkly_rules import EVENT, PATCH, QUERY
from sandbox.launchdarkly_state import Clock, Deployment, Deployments, View, page
from sandbox.messages import Request, Response, json_response, phrase
from sandbox.rules import Problem
from sandbox.vendor import Json, Refusal, Vendor

EVENTS = "/api/v2/engineering-insights/deployment-events"
DEPLOYMENTS = "/api/v2/engineering-insights/deployments"

DEFAULT_LIMIT = 20
WEEK_MS = 7 * 24 * 3600 * 1000

# Other codes are the status's phrase in snake case.
CODES = {400: "invalid_request", 429: "rate_limited"}


class LaunchDarkly(Vendor):
    """LaunchDarkly, as far as deployments go."""

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
        self._clock = clock
        self._deployments = Deployments(lag=lag, seed=seed, clock=clock)
        routes = (
            ("POST", EVENTS, self._event),
            ("GET", DEPLOYMENTS, self._list),
            ("GET", f"{DEPLOYMENTS}/([^/]+)", self._read),
            ("PATCH", f"{DEPLOYMENTS}/([^/]+)", self._patch),
        )
        super().__init__(routes, strict=strict)

    def clear(self) -> None:
        self._deployments.clear()

    def authorize(self, request: Request) -> None:
        # Documented: the token alone, without "Bearer"; an SDK key is not an access token.
        token = request.headers.get("authorization", "")
        if token != self._token or token.startswith("sdk-"):
            raise Refusal(401, "Invalid access token")
        # Documented: 403 for a beta resource without the header.
        if request.headers.get("ld-api-version") != "beta":
            raise Refusal(403, "This is a beta resource: send the header LD-API-Version: beta")

    def error(self, status: int, message: str, problems: Collection[Problem] = ()) -> Response:
        """Return LaunchDarkly's error shape (spec): a 400 lists the attributes."""
        code = CODES.get(status, phrase(status).lower().replace(" ", "_"))
        value: Json = {"code": code, "message": message}
        if status == 400:
            value["errors"] = [
                {"attribute": "/".join(problem.path), "reason": problem.reason}
                for problem in problems
            ]
        return json_response(status, value)

    def deployments(self) -> list[Json]:
        """Return each deployment with its project, names and events."""
        with self._lock:
            return [deployment.details() for deployment in self._deployments.all()]

    def archive(self, id_: str) -> None:
        """Archive a deployment; the list still has it. Raises ValueError for an unknown ID."""
        with self._lock:
            deployment = self._deployments.find(id_)
            if deployment is None:
                raise ValueError(f"there is no deployment {id_!r}")
            deployment.archived = True

    def _event(self, request: Request) -> Response:
        event = self.body(request, EVENT)
        self._require(event["projectKey"], event["environmentKey"])
        self._deployments.add(event)
        return Response(201)

    def _list(self, request: Request) -> Response:
        query = dict(request.query)
        self.check(query, QUERY)
        self._require(query["projectKey"], query["environmentKey"])
        found = self._matching(query)
        limit = int(query.get("limit", DEFAULT_LIMIT))
        try:
            items, older = page(found, limit, query.get("after"))
        except ValueError:
            raise Refusal(400, "after names no deployment of this list") from None
        links = {"self": _link(query)}
        if older:
            links["next"] = _link(query, after=items[-1]["id"])
        return json_response(200, {"totalCount": len(found), "items": items, "_links": links})

    def _read(self, _: Request, id_: str) -> Response:
        return json_response(200, self._find(id_).view())

    def _patch(self, request: Request, id_: str) -> Response:
        deployment = self._find(id_)
        operations = self.body(request, PATCH)
        before = deployment.view()
        try:
            after = jsonpatch.apply_patch(before, operations)
        except jsonpatch.JsonPatchException as conflict:
            raise Refusal(400, str(conflict)) from None
        deployment.patched |= {
            name: value for name, value in after.items() if before.get(name) != value
        }
        return self._read(request, id_)

    def _find(self, id_: str) -> Deployment:
        deployment = self._deployments.find(id_)
        if deployment is None:
            raise Refusal(404)
        return deployment

    def _require(self, project: str, environment: str) -> None:
        if self._projects is not None and project not in self._projects:
            raise Refusal(404, "Unknown project")
        if self._environments is not None and environment not in self._environments:
            raise Refusal(404, "Unknown environment")

    def _matching(self, query: dict[str, str]) -> list[View]:
        now = int(self._clock() * 1000)
        # Documented: the last 7 days by default.
        start, end = int(query.get("from", now - WEEK_MS)), int(query.get("to", now))
        applications = query["applicationKey"].split(",") if "applicationKey" in query else None
        return [
            view
            for view in self._deployments.views(query["projectKey"], query["environmentKey"])
            if start <= view["startedAt"] <= end
            and (applications is None or view["applicationKey"] in applications)
            and all(view[name] == query[name] for name in ("kind", "status") if name in query)
        ]


def _link(query: dict[str, str], **cursor: str) -> dict[str, str]:
    return {"href": f"{DEPLOYMENTS}?{urlencode(query | cursor)}", "type": "application/json"}
