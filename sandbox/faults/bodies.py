"""Faults of an accepted event: the vendor took it, and its answer cannot be read."""

import functools
import gzip
import json
from collections.abc import Callable
from typing import Any

from sandbox.faults.base import Exchange, Fault
from sandbox.messages import Response

MEGABYTE = 1_000_000
JSON_TYPE = (("Content-Type", "application/json"),)
GZIPPED = (*JSON_TYPE, ("Content-Encoding", "gzip"))

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


def body(
    name: str, content: bytes, description: str, headers: tuple[tuple[str, str], ...] = JSON_TYPE
) -> Fault:
    """Accept, with the vendor's own status and another body."""

    def act(exchange: Exchange) -> None:
        exchange.respond(Response(exchange.honest.status, content, headers))

    return Fault(name, f"accepts, {description}", act, accepted=True)


def with_status(name: str, code: int, description: str, *, keep_body: bool) -> Fault:
    """Accept, with another successful status, with or without the vendor's body."""

    def act(exchange: Exchange) -> None:
        honest = exchange.honest
        if (
            honest.status >= 300
        ):  # the vendor itself refused: a success would be a lie about the request
            exchange.respond(honest)
        elif keep_body:
            exchange.respond(Response(code, honest.body, honest.headers))
        else:
            exchange.respond(Response(code))

    return Fault(name, f"accepts, {description}", act, accepted=True)


def with_id(name: str, id_: Any, description: str) -> Fault:
    """Accept, with a bad id wherever the honest answer had a good one."""
    return _edited(name, lambda holder: holder.__setitem__("id", id_), description)


def _edited(name: str, edit: Callable[[dict[str, Any]], Any], description: str) -> Fault:
    def act(exchange: Exchange) -> None:
        honest = exchange.honest
        content = _edit_ids(honest.body, edit)
        exchange.respond(Response(honest.status, content, honest.headers or JSON_TYPE))

    return Fault(name, f"accepts, {description}", act, accepted=True)


def _edit_ids(content: bytes, edit: Callable[[dict[str, Any]], Any]) -> bytes:
    """Edit what holds the id: `data`, each of `items`, else the whole; LaunchDarkly's 201 gets a body."""
    value = json.loads(content) if content else {}
    data = value.get("data")
    for holder in value.get("items", [data if isinstance(data, dict) else value]):
        edit(holder)
    return json.dumps(value).encode()


@functools.cache
def _gzip_bomb() -> bytes:
    # A gzip file may have many members: 100 equal ones make a gigabyte of zeros out of about a megabyte.
    return gzip.compress(bytes(10 * MEGABYTE)) * 100


def _bomb(exchange: Exchange) -> None:
    exchange.respond(Response(exchange.honest.status, _gzip_bomb(), GZIPPED))


def faults() -> list[Fault]:
    """Return every fault of this kind."""
    html = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to the network</body></html>"
    return [
        body("html-body", html, "with an HTML page", (("Content-Type", "text/html"),)),
        body("html-body-as-json", html, "with an HTML page that claims to be JSON"),
        body(
            "broken-utf8", b'{"data": {"id": "\xff\xfe\xc3\x28"}}', "with bytes that are no UTF-8"
        ),
        body("utf16-body", '{"data": {"id": "x"}}'.encode("utf-16"), "with JSON in UTF-16"),
        body("truncated-json", b'{"data": {"id": "abc', "with half a JSON text of a true length"),
        body("big-body", b'{"padding": "' + b"x" * 3 * MEGABYTE + b'"}', "with 3 MB of JSON"),
        body("deep-json", b"[" * 100_000 + b"]" * 100_000, "with lists nested 100,000 deep"),
        body("null-body", b"null", "with `null`"),
        body("list-body", b"[]", "with a list"),
        body("scalar-body", b"42", "with a number"),
        body("nan-body", b'{"data": NaN}', "with NaN, which is not JSON"),
        body(
            "huge-number", b'{"data": ' + b"9" * 100_000 + b"}", "with a number of 100,000 digits"
        ),
        body("data-null", b'{"data": null, "items": null}', "with null where objects belong"),
        body(
            "data-list",
            b'{"data": [1], "items": {"a": 1}}',
            "with a list for an object and the reverse",
        ),
        body(
            "items-scalars", b'{"data": "x", "items": [1, "x", null]}', "with scalars for objects"
        ),
        body("empty-body", b"", "with an empty body"),
        body("invalid-gzip", b"this is not gzip", "with a body that claims to be gzip", GZIPPED),
        Fault("gzip-bomb", "accepts, with 1 GB of zeros in 1 MB of gzip", _bomb, accepted=True),
        _edited("no-id", lambda holder: holder.pop("id", None), "without an id"),
        *(
            with_id(name, id_, f"with a hostile id: {name[3:]}")
            for name, id_ in HOSTILE_IDS.items()
        ),
        *(
            with_id(name, id_, f"with an id of a wrong type: {name[3:]}")
            for name, id_ in WRONG_IDS.items()
        ),
        with_status("status-202", 202, "later (Datadog: delayed by an incident)", keep_body=True),
        with_status("status-204", 204, "with 204 and no body", keep_body=False),
        with_status("status-206", 206, "with 206 Partial Content", keep_body=True),
    ]
