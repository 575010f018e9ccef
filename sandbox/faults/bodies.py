"""Faults in the response to an accepted request: its body or status is not as documented."""

import functools
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from sandbox.faults.base import Exchange, Fault, accepting
from sandbox.faults.statuses import HTML, LOGIN_PAGE
from sandbox.messages import Headers, Request, Response

MEGABYTE = 1_000_000
JSON: Headers = (("Content-Type", "application/json"),)

HOSTILE_IDS = {
    "id-control-characters": "id\x00\x07\x1b[31m\x7f",
    "id-newlines": "id\nforged=1\r\n::error::forged\rforged",
    "id-runner-command": "##[error]forged",
    "id-workflow-command": "::error::forged",
    "id-heredoc": "id\nghadelimiter_00000000-0000-0000-0000-000000000000\nforged=1",
    "id-path": "../../../api/v2/tokens?x=1#",
    "id-huge": "x" * 10_000,
    "id-empty": "",
}
WRONG_IDS: dict[str, Any] = {
    "id-number": 12345,
    "id-null": None,
    "id-object": {"id": "nested"},
    "id-list": ["one", "two"],
    "id-boolean": True,
}


def changed(name: str, description: str, change: Callable[[Response], Response]) -> Fault:
    """Accept, and send a changed response."""
    return accepting(
        name, description, lambda exchange: exchange.respond(change(exchange.response))
    )


def body(name: str, description: str, content: bytes, headers: Headers = JSON) -> Fault:
    """Accept, with the vendor's own status and another body."""
    return changed(name, description, lambda response: Response(response.status, content, headers))


def encoded(name: str, description: str, coding: str, encode: Callable[[bytes], bytes]) -> Fault:
    """Accept, with the vendor's body in a content coding that the client did not ask for."""

    def change(response: Response) -> Response:
        headers = (*(response.headers or JSON), ("Content-Encoding", coding))
        return Response(response.status, encode(response.body or b"{}"), headers)

    return changed(name, description, change)


def success(code: int, description: str, *, keep_body: bool = True) -> Fault:
    """Accept, with another successful status. The vendor's refusals are sent unchanged."""

    def change(response: Response) -> Response:
        if response.status >= 300:
            return response
        return replace(response, status=code) if keep_body else Response(code)

    return changed(f"status-{code}", description, change)


def with_id(name: str, description: str, edit: Callable[[dict[str, Any]], Any]) -> Fault:
    """Accept, with an edited object wherever the vendor's response has an ID."""

    def change(response: Response) -> Response:
        # LaunchDarkly's 201 has no body, and gets one.
        value = json.loads(response.body or b"{}")
        data = value.get("data")
        for holder in value.get("items", [data if isinstance(data, dict) else value]):
            edit(holder)
        return Response(response.status, json.dumps(value).encode(), response.headers or JSON)

    return changed(name, description, change)


def _endless_pages(exchange: Exchange) -> None:
    """Link to a next page after the last one, too: it is empty and links to itself."""
    response, query = exchange.response, dict(exchange.request.query)
    value = json.loads(response.body or b"{}")
    if "_links" in value and "next" not in value["_links"]:
        for item in value["items"]:
            query["after"] = item["id"]
        value["_links"]["next"] = {"href": f"{exchange.request.path}?{urlencode(query)}"}
        response = replace(response, body=json.dumps(value).encode())
    exchange.respond(response)


def _as_read(request: Request) -> Request:
    """Turn a PATCH into a GET: the response has the deployment, and nothing is applied."""
    return replace(request, method="GET") if request.method == "PATCH" else request


@functools.cache
def _gzip_bomb() -> bytes:
    # A gzip file may have many members: 100 equal ones make a gigabyte out of about a megabyte.
    return gzip.compress(bytes(10 * MEGABYTE)) * 100


def _brotli(content: bytes) -> bytes:
    """Return a Brotli stream (RFC 7932) with one uncompressed block of at most 64 KiB."""
    return ((len(content) - 1) << 4 | 1 << 20).to_bytes(3, "little") + content + b"\x03"


def _zstd(content: bytes) -> bytes:
    """Return a Zstandard frame (RFC 8878) with one raw block of at most 128 KiB."""
    size, block = len(content).to_bytes(4, "little"), (len(content) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\xa0" + size + block + content


FAULTS = [
    body("html-body", "an HTML page", LOGIN_PAGE, HTML),
    body("html-body-as-json", "an HTML page that claims to be JSON", LOGIN_PAGE),
    body("broken-utf8", "bytes that are not UTF-8", b'{"data": {"id": "\xff\xfe\xc3\x28"}}'),
    body("utf16-body", "JSON in UTF-16", '{"data": {"id": "x"}}'.encode("utf-16")),
    body("truncated-json", "half a JSON text", b'{"data": {"id": "abc'),
    body("big-body", "3 MB of JSON", b'{"padding": "' + b"x" * 3 * MEGABYTE + b'"}'),
    body("deep-json", "lists nested 100,000 deep", b"[" * 100_000 + b"]" * 100_000),
    body("null-body", "`null`", b"null"),
    body("list-body", "a list", b"[]"),
    body("scalar-body", "a number", b"42"),
    body("nan-body", "NaN, which is not JSON", b'{"data": NaN}'),
    body("huge-number", "a number of 100,000 digits", b'{"data": ' + b"9" * 100_000 + b"}"),
    body("data-null", "null in place of objects", b'{"data": null, "items": null}'),
    body("data-list", "a list and an object swapped", b'{"data": [1], "items": {"a": 1}}'),
    body("items-scalars", "scalars for objects", b'{"data": "x", "items": [1, "x", null]}'),
    body("empty-body", "an empty body", b""),
    encoded("invalid-gzip", "a body that claims to be gzip", "gzip", lambda _: b"this is not gzip"),
    encoded("gzip-bomb", "1 GB of zeros in 1 MB of gzip", "gzip", lambda _: _gzip_bomb()),
    encoded("brotli-body", "the body in Brotli", "br", _brotli),
    encoded("zstd-body", "the body in Zstandard", "zstd", _zstd),
    with_id("no-id", "no ID", lambda holder: holder.pop("id", None)),
    *(
        with_id(name, f"a bad ID: {name[3:]}", functools.partial(dict.update, id=id_))
        for name, id_ in (HOSTILE_IDS | WRONG_IDS).items()
    ),
    success(202, "later (Datadog: delayed by an incident)"),
    success(204, "204 and no body", keep_body=False),
    success(206, "206 Partial Content"),
    accepting("endless-pages", "each page of a list links to a next one", _endless_pages),
    replace(
        changed("patch-not-applied", "a PATCH changes nothing", lambda response: response),
        rewrite=_as_read,
    ),
]
