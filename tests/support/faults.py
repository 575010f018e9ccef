"""Faults with a response of the test's choice."""

import json
from typing import Any

from sandbox import Fault
from sandbox.faults import Exchange
from sandbox.messages import Response


def answer(
    status: int, value: Any, headers: tuple[tuple[str, str], ...] = (), *, accepted: bool = False
) -> Fault:
    """Return a fault that answers with JSON, or with these bytes."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()

    def act(exchange: Exchange) -> None:
        exchange.respond(Response(status, body, headers))

    return Fault("answer", f"answers {status}", act, accepted=accepted)
