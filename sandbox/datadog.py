"""Datadog's DORA metrics: create, read and patch a deployment, with every published rule enforced.

Sources of the rules: "documented" is Datadog's prose, "spec" its OpenAPI document, "inferred" our reading.
"""

import random
import threading
from datetime import UTC, datetime
from typing import Any

from sandbox.datadog_rules import ATTRIBUTES, create_problems, milliseconds, patch_problems
from sandbox.messages import Request, Response, json_response
from sandbox.rules import Problem, summary

CREATE = "/api/v2/dora/deployment"
DEPLOYMENTS = "/api/v2/dora/deployments"

# What Datadog really answers with, whatever its reference says: clients must look at the body, not here.
CONTENT_TYPE = "application/vnd.api+json"


class Datadog:
    """Datadog as far as deployments go."""

    name = "datadog"

    def __init__(self, *, api_key: str, app_key: str, strict: bool = True, seed: int = 0) -> None:
        self._api_key = api_key
        self._app_key = app_key
        self._strict = strict
        self._seed = seed
        self._lock = threading.Lock()
        self._forget()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            return self._refusal(request) or self._route(request)

    def error(self, status: int, message: str, problems: list[Problem] | None = None) -> Response:
        """Return Datadog's error shapes (spec): objects for a 400, plain strings for everything else."""
        if status != 400:
            return json_response(status, {"errors": [message]}, CONTENT_TYPE)
        errors = [
            {
                "status": "400",
                "title": "Bad Request",
                "detail": f"{problem.pointer} {problem.reason}" if problem.path else message,
                "source": {"pointer": problem.pointer},
                "meta": {},
            }
            for problem in problems or [Problem((), message)]
        ]
        return json_response(400, {"errors": errors}, CONTENT_TYPE)

    def deployments(self) -> list[dict[str, Any]]:
        """Return each deployment: its id, all attributes sent, and how often it was sent (`received`)."""
        with self._lock:
            return [dict(each) for each in self._deployments.values()]

    def reset(self) -> None:
        """Forget every deployment."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._random = random.Random(self._seed)  # noqa: S311 - ids that repeat from run to run, not secrets
        self._deployments: dict[str, dict[str, Any]] = {}

    def _refusal(self, request: Request) -> Response | None:
        headers = request.headers
        # spec: the creating call needs the API key alone, all others an application key too.
        needs_app_key = request.path != CREATE
        if headers.get("dd-api-key") != self._api_key:
            return self.error(403, "Forbidden")
        if needs_app_key and headers.get("dd-application-key") != self._app_key:
            return self.error(403, "Forbidden")
        if request.method in ("POST", "PATCH") and not request.is_json:
            return self.error(400, "Content-Type must be application/json")
        return None

    def _route(self, request: Request) -> Response:
        *parents, last = request.segments
        if request.path == CREATE:
            return (
                self._create(request)
                if request.method == "POST"
                else self.error(405, "Method Not Allowed")
            )
        if parents != DEPLOYMENTS.strip("/").split("/") or last not in self._deployments:
            return self.error(404, "Not Found")
        if request.method == "PATCH":
            return self._patch(request, last)
        return (
            self._read(last) if request.method == "GET" else self.error(405, "Method Not Allowed")
        )

    def _create(self, request: Request) -> Response:
        try:
            body = request.json()
        except ValueError as broken:
            return self.error(400, f"Body is not JSON: {broken}")
        problems = create_problems(body, strict=self._strict)
        if problems:
            return self.error(400, summary(problems), problems)
        attributes = body["data"]["attributes"]
        # Inferred, not documented: a repeated id is the same deployment, its last attributes win.
        id_ = attributes.get("id") or f"{self._random.getrandbits(128):032x}"
        known = self._deployments.get(id_, {"received": 0})
        self._deployments[id_] = known | attributes | {"id": id_, "received": known["received"] + 1}
        return json_response(200, {"data": {"id": id_, "type": "dora_deployment"}}, CONTENT_TYPE)

    def _patch(self, request: Request, id_: str) -> Response:
        try:
            body = request.json()
        except ValueError as broken:
            return self.error(400, f"Body is not JSON: {broken}")
        problems = patch_problems(body, id_, strict=self._strict)
        if problems:
            return self.error(400, summary(problems), problems)
        self._deployments[id_] |= body["data"]["attributes"]
        return json_response(202, {"data": None}, CONTENT_TYPE)

    def _read(self, id_: str) -> Response:
        shown = {
            name: value
            for name, value in self._deployments[id_].items()
            if name in ATTRIBUTES and name != "id"
        }
        for name in ("started_at", "finished_at"):
            shown[name] = datetime.fromtimestamp(milliseconds(shown[name]) / 1000, UTC).isoformat()
        if (
            "git" in shown
        ):  # spec: answers name the repository's id too; its form is inferred from the example
            shown["git"] = {
                "repository_id": shown["git"]["repository_url"].partition("://")[2],
                **shown["git"],
            }
        data = {"id": id_, "type": "dora_deployment", "attributes": shown}
        return json_response(200, {"data": data}, CONTENT_TYPE)
