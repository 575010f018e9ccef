"""The sandbox's own API below `/_sandbox/` on every port, for tests in another process.

GET `requests`, `deployments`, `connections`; POST and DELETE `faults`. These calls are neither
recorded nor faulted.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.messages import Request, Response, json_response
from sandbox.rules import INT64, NUMBER, TEXT, check, record

PREFIX = "/_sandbox/"

FAULT = {"fault": {"type": ["string", "integer"]}, "vendor": TEXT, "path": TEXT}
BODIES = {("POST", "faults"): record(FAULT | {"times": INT64, "probability": NUMBER}, ["fault"])}

Calls = Mapping[tuple[str, str], Callable[[Any, str | None], Any]]
"""By method and name, functions of the body and a vendor that return the response's value.

The vendor is `?vendor=`; a POST without it is for the vendor on whose port it was received.
"""


class Control:
    """Handles the calls for one sandbox."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def __call__(self, request: Request, port: str) -> Response:
        """Handle one call that was received on a vendor's port."""
        call = request.method, request.path.removeprefix(PREFIX)
        if call not in self._calls:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in self._calls)
            return json_response(404, {"error": f"unknown call; there are: {known}"})
        vendor = request.query.get("vendor", port if request.method == "POST" else None)
        try:
            body = request.json() if call in BODIES else None
            problems = check(body, BODIES.get(call, {}))
            if problems:
                raise ValueError("; ".join(map(str, problems)))
            value = self._calls[call](body, vendor)
        except ValueError as error:
            return json_response(400, {"error": str(error)})
        return json_response(200, {} if value is None else value)
