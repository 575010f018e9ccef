"""The sandbox's own API, below `/_sandbox/` on every port, for tests and benchmarks in another process.

GET `requests`, `deployments`, `connections`; POST and DELETE `faults`; PUT `latency`, `jobs`; POST `reset`.
Calls here are neither recorded nor faulted.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.messages import Request, Response, json_response
from sandbox.rules import Field, check_object, int64, summary, text

if TYPE_CHECKING:
    from sandbox.service import Sandbox

PREFIX = "/_sandbox/"


def _fault_id(value: Any) -> str | None:
    return (
        None
        if isinstance(value, str | int) and not isinstance(value, bool)
        else "must be a name or a status"
    )


def _number(value: Any) -> str | None:
    return (
        None
        if isinstance(value, int | float) and not isinstance(value, bool)
        else "must be a number"
    )


FAULT = {
    "fault": Field(_fault_id, required=True),
    "vendor": Field(text),
    "times": Field(int64),
    "path": Field(text),
    "probability": Field(_number),
}


class Control:
    """Answers the calls for one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._calls: dict[tuple[str, str], Callable[[Request, str], Any]] = {
            ("GET", "requests"): self._requests,
            ("GET", "deployments"): self._deployments,
            ("GET", "connections"): self._connections,
            ("POST", "faults"): self._fail,
            ("DELETE", "faults"): self._heal,
            ("PUT", "latency"): self._latency,
            ("PUT", "jobs"): self._jobs,
            ("POST", "reset"): self._reset,
        }

    def __call__(self, request: Request, vendor: str) -> Response:
        """Answer one call that came in on a vendor's port."""
        call = self._calls.get((request.method, request.path.removeprefix(PREFIX)))
        if call is None:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in self._calls)
            return json_response(404, {"error": f"unknown call; there are: {known}"})
        try:
            return json_response(200, call(request, vendor))
        except ValueError as wrong:
            return json_response(400, {"error": str(wrong)})

    def _requests(self, request: Request, _vendor: str) -> Any:
        """List the requests of `?vendor=`, else of all: what `Recorded` has, without the raw bytes."""
        names = (
            "vendor",
            "method",
            "path",
            "query",
            "headers",
            "body",
            "at",
            "accepted",
            "status",
            "fault",
        )
        return [
            {name: getattr(record, name) for name in names}
            for record in self._sandbox.requests(request.query.get("vendor"))
        ]

    def _deployments(self, _request: Request, _vendor: str) -> Any:
        return {name: self._sandbox.deployments(name) for name in ("launchdarkly", "datadog")}

    def _connections(self, _request: Request, _vendor: str) -> Any:
        return {
            name: {
                "connections": self._sandbox.connections(name),
                "handshakes": self._sandbox.handshakes(name),
            }
            for name in self._sandbox.vendors
        }

    def _fail(self, request: Request, vendor: str) -> Any:
        """Install a fault, on this port's vendor unless the body names another."""
        body = request.json()
        problems = check_object(body, FAULT, strict=True)
        if problems:
            raise ValueError(summary(problems))
        self._sandbox.fail(body.pop("vendor", vendor), body.pop("fault"), **body)
        return {}

    def _heal(self, request: Request, _vendor: str) -> Any:
        """Remove the faults of `?vendor=`, else all."""
        self._sandbox.heal(request.query.get("vendor"))
        return {}

    def _latency(self, request: Request, _vendor: str) -> Any:
        """Take the body, a number of seconds, as the time before each answer."""
        seconds = request.json()
        if _number(seconds):
            raise ValueError("the body must be a number of seconds")
        self._sandbox.latency = float(seconds)
        return {}

    def _jobs(self, request: Request, _vendor: str) -> Any:
        """Take the body, a list of objects, as GitHub's jobs."""
        jobs = request.json()
        if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
            raise ValueError("the body must be a list of jobs")
        self._sandbox.jobs = jobs
        return {}

    def _reset(self, _request: Request, _vendor: str) -> Any:
        self._sandbox.reset()
        return {}
