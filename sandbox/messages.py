"""What goes over the wire, as plain values: a request read, an answer to send, and the record of both."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, read to its end."""

    method: str
    path: str
    """As sent: still percent-encoded, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case; a repeated header's values are joined by a comma."""
    raw: bytes
    origin: str
    """Scheme, host and port the client believes it talks to, for links and redirects."""

    @property
    def segments(self) -> list[str]:
        """The path's parts, decoded: a `%2F` inside one of them does not divide it."""
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def is_json(self) -> bool:
        """Whether the body is declared as JSON."""
        return (
            self.headers.get("content-type", "").split(";")[0].strip().lower() == "application/json"
        )

    def json(self) -> Any:
        """Parse the body; raises ValueError for anything that is not exactly one JSON text in UTF-8."""
        try:
            return json.loads(self.raw.decode(), parse_constant=_refuse, object_pairs_hook=_unique)
        except RecursionError:
            raise ValueError("nested too deeply") from None


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer; `Content-Length` and `Date` are added when it is sent."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    reason: str | None = None
    """Another reason phrase than the usual one."""

    def encode(self) -> bytes:
        """Return the bytes of the whole message."""
        length = () if self.status in BODILESS else (("Content-Length", str(len(self.body))),)
        headers = (*self.headers, *length, ("Date", formatdate(usegmt=True)))
        body = b"" if self.status in BODILESS else self.body
        return head(self.status, headers, self.reason) + body


@dataclass(slots=True)
class Recorded:
    """One request the sandbox saw, and what became of it."""

    vendor: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    """The parsed JSON body; None when there is none or it is not JSON."""
    raw: bytes
    at: float
    """When it had been read, on the monotonic clock, in seconds."""
    accepted: bool = False
    """Whether the vendor took it: what a fault did to the answer afterwards does not change this."""
    status: int | None = None
    """The status sent; None until an answer starts, and for ever when none was sent."""
    fault: str | None = None
    """The name of the fault that was done to it."""


def head(status: int, headers: Iterable[tuple[str, str]], reason: str | None = None) -> bytes:
    """Return a status line and headers, with the empty line that ends them."""
    lines = [
        f"HTTP/1.1 {status} {reason or phrase(status)}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def phrase(status: int) -> str:
    """Return the usual reason phrase of a status, or `Unknown`."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def json_response(
    status: int,
    value: Any,
    content_type: str = "application/json",
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """Return an answer that carries a JSON value."""
    return Response(status, json.dumps(value).encode(), (("Content-Type", content_type), *headers))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object names a key twice")
    return value
