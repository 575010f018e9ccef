"""Datadog's DORA metrics: create, read and patch a deployment, and validate keys."""

import random
import string
from collections.abc import Collection
from datetime import UTC, datetime

from sandbox import datadog_rules as rules
from sandbox.messages import Request, Response, json_response
from sandbox.rules import Problem
from sandbox.vendor import Json, Refusal, Vendor

CREATE = "/api/v2/dora/deployment"
DEPLOYMENTS = "/api/v2/dora/deployments"
VALIDATE = "/api/v1/validate"
VALIDATE_KEYS = "/api/v2/validate_keys"

# The live service sends this type, whatever its reference documents.
CONTENT_TYPE = "application/vnd.api+json"
ID_CHARACTERS = string.ascii_letters + string.digits + "-_"


class Datadog(Vendor):
    """Datadog, as far as deployments and keys go."""

    name = "datadog"

    def __init__(self, *, api_key: str, app_key: str, strict: bool = True, seed: int = 0) -> None:
        self._api_key = api_key
        self._app_key = app_key
        self._seed = seed
        routes = (
            ("POST", CREATE, self._create),
            ("PATCH", DEPLOYMENTS, self._patch_by_version),
            ("PATCH", f"{DEPLOYMENTS}/([^/]+)", self._patch),
            ("GET", f"{DEPLOYMENTS}/([^/]+)", self._read),
            ("GET", VALIDATE, lambda _: json_response(200, {"valid": True})),
            ("GET", VALIDATE_KEYS, lambda _: json_response(200, {"status": "ok"})),
        )
        super().__init__(routes, strict=strict)

    def clear(self) -> None:
        self._random = random.Random(self._seed)  # noqa: S311 - repeatable IDs, not secrets
        self._deployments: dict[str, Json] = {}

    def authorize(self, request: Request) -> None:
        # Spec: creating a deployment and validating the API key need no application key.
        wanted = {"dd-api-key": self._api_key}
        if request.path not in (CREATE, VALIDATE):
            wanted["dd-application-key"] = self._app_key
        if any(request.headers.get(name) != key for name, key in wanted.items()):
            raise Refusal(403)

    def error(self, status: int, message: str, problems: Collection[Problem] = ()) -> Response:
        """Return Datadog's error shapes (spec): objects for a 400, strings for everything else."""
        errors: list[object] = [message]
        if status == 400:
            errors = [
                {
                    "status": "400",
                    "title": "Bad Request",
                    "detail": str(problem) if problem.path else message,
                    "source": {"pointer": problem.pointer},
                    "meta": {},
                }
                for problem in problems or [Problem((), message)]
            ]
        return json_response(status, {"errors": errors}, CONTENT_TYPE)

    def deployments(self) -> list[Json]:
        """Return each deployment: ID, all attributes received, and the number of times received."""
        with self._lock:
            return [dict(deployment) for deployment in self._deployments.values()]

    def _create(self, request: Request) -> Response:
        attributes = self.body(request, rules.CREATE_BODY)["data"]["attributes"]
        problems = rules.order_problems(attributes) if self._strict else []
        if problems:
            raise Refusal(400, str(problems[0]), problems)
        # Inferred: a repeated ID is the same deployment, and the last attributes count.
        id_ = attributes.get("id") or "".join(self._random.choices(ID_CHARACTERS, k=11))
        received = self._deployments.get(id_, {"received": 0})["received"] + 1
        changes = attributes | {"id": id_, "received": received}
        self._deployments[id_] = self._deployments.get(id_, {}) | changes
        return json_response(200, {"data": {"id": id_, "type": "dora_deployment"}}, CONTENT_TYPE)

    def _patch(self, request: Request, id_: str) -> Response:
        deployment = self._find(id_)
        data = self.body(request, rules.PATCH_BODY)["data"]
        # Inferred from JSON:API.
        if data["id"] != id_:
            problem = Problem(("data", "id"), "is not the ID in the path")
            raise Refusal(400, str(problem), [problem])
        deployment |= data["attributes"]
        return json_response(202, {"data": None}, CONTENT_TYPE)

    def _patch_by_version(self, request: Request) -> Response:
        attributes = self.body(request, rules.PATCH_BY_VERSION_BODY)["data"]["attributes"]
        matches = [
            deployment
            for deployment in self._deployments.values()
            if all(deployment.get(name) == attributes[name] for name in rules.SELECTION)
        ]
        # Inferred: the reference has no response for this case.
        if not matches:
            raise Refusal(404)
        # Documented: of several matches, the most recently finished one is updated.
        newest = max(matches, key=lambda match: rules.milliseconds(match["finished_at"]))
        newest |= attributes
        return json_response(202, {"data": None}, CONTENT_TYPE)

    def _read(self, _: Request, id_: str) -> Response:
        deployment = self._find(id_)
        shown = {name: deployment[name] for name in rules.ATTRIBUTES if name in deployment}
        del shown["id"]
        for name in ("started_at", "finished_at"):
            seconds = rules.milliseconds(shown[name]) / 1000
            shown[name] = datetime.fromtimestamp(seconds, UTC).isoformat()
        if "git" in shown:
            # Spec: a response has the repository's ID, too. Its form is inferred from the example.
            repository = shown["git"]["repository_url"].partition("://")[2]
            shown["git"] = shown["git"] | {"repository_id": repository}
        data = {"id": id_, "type": "dora_deployment", "attributes": shown}
        return json_response(200, {"data": data}, CONTENT_TYPE)

    def _find(self, id_: str) -> Json:
        if id_ not in self._deployments:
            raise Refusal(404)
        return self._deployments[id_]
