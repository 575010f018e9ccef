"""Faults below HTTP's grammar: cut, slow, endless or malformed messages, and unusual headers."""

import re
from collections.abc import Callable
from dataclasses import replace

from sandbox.faults.base import Act, Exchange, Fault, accepting
from sandbox.messages import Response, head

JSON = ("Content-Type", "application/json")
LENGTH = re.compile(rb"Content-Length: \d+")
CHUNKED = head(200, [JSON, ("Transfer-Encoding", "chunked")])
CONTINUE, PROCESSING = head(100, ()), head(102, ())
EARLY_HINTS = head(103, [("Link", "</style.css>; rel=preload")])
UNKNOWN_INTERIM = PROCESSING + EARLY_HINTS + head(199, ())
SWITCH = head(101, [("Upgrade", "h2c"), ("Connection", "Upgrade")])
MANY_HEADERS = b"\r\n".join(b"X-Header-%d: %d" % (number, number) for number in range(2000))
# The unknown month makes Python's cookie code raise an error that it prints as a warning.
BAD_COOKIE = b"Set-Cookie: session=1; expires=Thu, 01 Jxx 2026 00:00:00 GMT"


def slow(seconds: float) -> Fault:
    """Accept, and respond after a while."""

    def act(exchange: Exchange) -> None:
        exchange.wait(seconds)
        exchange.respond(exchange.response)

    return accepting("slow", f"responds after {seconds:g} s", act)


def drip(part: str, interval: float = 1.0) -> Fault:
    """Accept, then send a byte every `interval` seconds: of the body, or also of the headers."""

    def act(exchange: Exchange) -> None:
        data = _with_body(exchange).encode()
        first = data.index(b"\r\n\r\n") + 4 if part == "body" else 0
        exchange.send(data[:first], status=exchange.response.status)
        for index in range(first, len(data)):
            exchange.send(data[index : index + 1])
            exchange.wait(interval)

    return accepting(f"drip-{part}", f"sends a byte of the {part} every {interval:g} s", act)


def endless(name: str, what: str, piece: bytes, start: bytes = b"") -> Fault:
    """Accept, then send the same bytes every millisecond without end."""

    def act(exchange: Exchange) -> None:
        exchange.send(start)
        while True:
            exchange.send(piece)
            exchange.wait(0.001)

    return accepting(name, what, act)


def changed(
    name: str, what: str, change: Callable[[bytes], bytes], end: Act | None = None
) -> Fault:
    """Accept, and send a response whose bytes are changed; it has a body."""

    def act(exchange: Exchange) -> None:
        exchange.send(change(_with_body(exchange).encode()), status=exchange.response.status)
        if end:
            end(exchange)

    return accepting(name, what, act)


def header(name: str, what: str, lines: bytes) -> Fault:
    """Accept, with more lines before the headers of the response."""
    return changed(name, what, lambda data: data.replace(b"\r\n", b"\r\n" + lines + b"\r\n", 1))


def before(name: str, what: str, data: bytes) -> Fault:
    """Accept, and send other bytes before the response."""
    return changed(name, what, lambda response: data + response)


def lengths(name: str, what: str, declared: Callable[[int], list[int]]) -> Fault:
    """Accept, and declare other lengths than the body's."""

    def change(response: bytes) -> bytes:
        sizes = declared(len(response.partition(b"\r\n\r\n")[2]))
        return LENGTH.sub(b"\r\n".join(b"Content-Length: %d" % size for size in sizes), response)

    return changed(name, what, change, Exchange.close)


def raw(name: str, what: str, data: bytes, status: int | None = None) -> Fault:
    """Send bytes and close; the vendor does not receive the request."""

    def act(exchange: Exchange) -> None:
        exchange.send(data, status=status)
        exchange.close()

    return Fault(name, what, act)


def _with_body(exchange: Exchange) -> Response:
    """Return the vendor's response. LaunchDarkly's 201 has no body, and gets one."""
    response = exchange.response
    body = response.body or b'{"message": "accepted"}'
    return replace(response, body=body, headers=response.headers or (JSON,))


def _invalid_chunks(response: bytes) -> bytes:
    return LENGTH.split(response)[0] + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nnot a chunk\r\n"


FAULTS = [
    slow(5),
    drip("body"),
    drip("headers"),
    endless("endless-body", "the body never ends", b"400\r\n" + b" " * 1024 + b"\r\n", CHUNKED),
    endless("continue-flood", "sends 100 Continue without end", CONTINUE * 10),
    Fault("hang", "reads the request and never responds", lambda exchange: exchange.wait(None)),
    accepting("accept-then-hang", "never responds", lambda exchange: exchange.wait(None)),
    Fault("reset-before-reading", "resets, the body unread", Exchange.reset, reads_body=False),
    Fault("reset-after-reading", "resets after reading the request", Exchange.reset),
    accepting("accept-then-reset", "resets: a retry makes a duplicate", Exchange.reset),
    changed(
        "reset-mid-headers",
        "resets within the headers",
        lambda data: data[:30],
        Exchange.reset,
    ),
    changed("reset-mid-body", "resets within the body", lambda data: data[:-10], Exchange.reset),
    Fault("close-without-answer", "closes after reading the request", Exchange.close),
    accepting("accept-then-close", "closes without a response", Exchange.close),
    lengths("content-length-too-long", "declares a longer body", lambda size: [size + 100]),
    lengths("content-length-too-short", "declares a shorter body", lambda size: [size // 2]),
    lengths("content-length-twice", "declares two lengths", lambda size: [size, 1]),
    lengths("content-length-negative", "declares a length of -1", lambda _: [-1]),
    changed("chunked-garbage", "sends invalid chunks", _invalid_chunks, Exchange.close),
    raw("status-line-garbage", "sends no status line", b"220 mail.example ESMTP ready\r\n\r\n"),
    raw("status-line-not-a-number", "has OK as the status", b"HTTP/1.1 OK fine\r\n\r\n"),
    raw("status-101", "switches protocols without being asked", SWITCH + bytes(24), 101),
    header("giant-header", "a header of 100 KB", b"X-Giant: " + b"x" * 100_000),
    header("many-headers", "2,000 headers", MANY_HEADERS),
    header("bare-cr-header", "a header with a bare CR", b"X-A: a\r::error::b"),
    header("header-without-colon", "a header without a colon", b"nonsense"),
    header("bad-cookie-date", "a cookie that expires on a malformed date", BAD_COOKIE),
    before("continue-then-answer", "100 Continue fifty times first", CONTINUE * 50),
    before("early-hints", "103 Early Hints first", EARLY_HINTS),
    before("processing", "102 Processing first", PROCESSING),
    before("unknown-interim", "102, 103 and the unknown 199 first", UNKNOWN_INTERIM),
]
