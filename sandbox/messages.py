"""HTTP messages as plain values: a request, a response, and the record of both."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

Headers = tuple[tuple[str, str], ...]

BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Request:
    """One complete HTTP request."""

    method: str
    path: str
    """As received: percent-encoded, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case; the values of a repeated header are joined by a comma."""
    raw: bytes
    origin: str
    """Scheme, host and port that the client used, for links and redirects."""

    @property
    def is_json(self) -> bool:
        """Whether the body is declared as JSON."""
        content_type = self.headers.get("content-type", "").split(";")[0]
        return content_type.strip().lower() == "application/json"

    def json(self) -> Any:
        """Parse the body. Raises ValueError unless it is exactly one JSON text in UTF-8."""
        try:
            text = self.raw.decode()
            return json.loads(text, parse_constant=_reject, object_pairs_hook=_unique)
        except RecursionError:
            raise ValueError("nested too deeply") from None


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; `Content-Length` and `Date` are added when it is sent."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    reason: str | None = None
    """Another reason phrase than the usual one."""

    def encode(self) -> bytes:
        """Return the bytes of the complete message."""
        date = ("Date", formatdate(usegmt=True))
        if self.status in BODILESS:
            return head(self.status, (*self.headers, date), self.reason)
        length = ("Content-Length", str(len(self.body)))
        return head(self.status, (*self.headers, length, date), self.reason) + self.body


@dataclass(slots=True)
class Recorded:
    """One request that the sandbox received, and its result."""

    vendor: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    """The parsed JSON body; None if there is none or it is not JSON."""
    raw: bytes
    at: float
    """When the request was complete: seconds on the monotonic clock."""
    accepted: bool = False
    """Whether the vendor accepted it, whatever a fault then did to the response."""
    status: int | None = None
    """The status sent; None until a response starts."""
    fault: str | None = None
    """The name of the fault that was applied."""


def head(status: int, headers: Iterable[tuple[str, str]], reason: str | None = None) -> bytes:
    """Return a status line and headers, with the empty line that ends them."""
    lines = [f"HTTP/1.1 {status} {reason or phrase(status)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def phrase(status: int) -> str:
    """Return the usual reason phrase of a status, or `Unknown`."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def json_response(
    status: int, value: Any, content_type: str = "application/json", headers: Headers = ()
) -> Response:
    """Return a response with a JSON body."""
    return Response(status, json.dumps(value).encode(), (("Content-Type", content_type), *headers))


def _reject(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object has a key twice")
    return value
