"""Faults below HTTP's grammar: cut, slow, endless or garbled messages."""

from collections.abc import Callable

from sandbox.faults.base import Exchange, Fault
from sandbox.messages import head

JSON_TYPE = ("Content-Type", "application/json")
FALLBACK = b'{"data": {"id": "0123456789abcdef"}}'
"""A body for the faults that need one where the honest answer has none."""

Act = Callable[[Exchange], None]


def slow(seconds: float, name: str = "slow") -> Fault:
    """Accept, and answer honestly after a while."""

    def act(exchange: Exchange) -> None:
        exchange.wait(seconds)
        exchange.respond(exchange.honest)

    return Fault(name, f"accepts, answers after {seconds:g} s", act, accepted=True)


def drip_body(interval: float = 1.0, name: str = "drip-body") -> Fault:
    """Accept, then send the body a byte at a time, `interval` seconds apart."""

    def act(exchange: Exchange) -> None:
        content = exchange.honest.body or FALLBACK
        _head(exchange, ("Content-Length", str(len(content))))
        _drip(exchange, content, interval)

    return Fault(
        name, f"accepts, sends a byte of the body every {interval:g} s", act, accepted=True
    )


def drip_headers(interval: float = 1.0, name: str = "drip-headers") -> Fault:
    """Accept, then send the status line and headers a byte at a time, `interval` seconds apart."""

    def act(exchange: Exchange) -> None:
        exchange.record.status = exchange.honest.status
        _drip(exchange, exchange.honest.encode(), interval)

    return Fault(
        name, f"accepts, sends a byte of the headers every {interval:g} s", act, accepted=True
    )


def endless_body(interval: float = 0.001, name: str = "endless-body") -> Fault:
    """Accept, then send chunks for ever."""

    def act(exchange: Exchange) -> None:
        _head(exchange, ("Transfer-Encoding", "chunked"))
        while True:
            exchange.send(b"400\r\n" + b" " * 1024 + b"\r\n")
            exchange.wait(interval)

    return Fault(name, "accepts, the body never ends", act, accepted=True)


def continue_flood(interval: float = 0.001, name: str = "continue-flood") -> Fault:
    """Accept, then send `100 Continue` for ever."""

    def act(exchange: Exchange) -> None:
        while True:
            exchange.send(head(100, ()))
            exchange.wait(interval)

    return Fault(name, "accepts, sends 100 Continue for ever", act, accepted=True)


def _drip(exchange: Exchange, content: bytes, interval: float) -> None:
    for index in range(len(content)):
        exchange.send(content[index : index + 1])
        exchange.wait(interval)


def _head(exchange: Exchange, *headers: tuple[str, str]) -> None:
    exchange.send(
        head(exchange.honest.status, (JSON_TYPE, *headers)), status=exchange.honest.status
    )


def _reset(exchange: Exchange) -> None:
    exchange.reset()


def _close(exchange: Exchange) -> None:
    exchange.close()


def _hang(exchange: Exchange) -> None:
    exchange.wait(None)


def _reset_mid_headers(exchange: Exchange) -> None:
    whole = head(exchange.honest.status, (JSON_TYPE,))
    exchange.send(whole[: len(whole) // 2], status=exchange.honest.status)
    exchange.reset()


def _reset_mid_body(exchange: Exchange) -> None:
    content = exchange.honest.body or FALLBACK
    _head(exchange, ("Content-Length", str(len(content))))
    exchange.send(content[: len(content) // 2])
    exchange.reset()


def _short_body(exchange: Exchange) -> None:
    content = exchange.honest.body or FALLBACK
    _head(exchange, ("Content-Length", str(len(content) + 100)))
    exchange.send(content)
    exchange.close()


def _long_body(exchange: Exchange) -> None:
    content = exchange.honest.body or FALLBACK
    _head(exchange, ("Content-Length", str(len(content) // 2)))
    exchange.send(content)
    exchange.close()


def _two_lengths(exchange: Exchange) -> None:
    content = exchange.honest.body or FALLBACK
    _head(exchange, ("Content-Length", str(len(content))), ("Content-Length", "1"))
    exchange.send(content)
    exchange.close()


def _negative_length(exchange: Exchange) -> None:
    _head(exchange, ("Content-Length", "-1"))
    exchange.send(exchange.honest.body or FALLBACK)
    exchange.close()


def _chunked_garbage(exchange: Exchange) -> None:
    _head(exchange, ("Transfer-Encoding", "chunked"))
    exchange.send(b"zz\r\nthis is not a chunk\r\n")
    exchange.close()


def _status_line(line: bytes) -> Act:
    def act(exchange: Exchange) -> None:
        exchange.send(line + b"\r\nContent-Length: 0\r\n\r\n")
        exchange.close()

    return act


def _with_header(lines: bytes) -> Act:
    def act(exchange: Exchange) -> None:
        honest = exchange.honest.encode()
        line, rest = honest.split(b"\r\n", 1)
        exchange.send(line + b"\r\n" + lines + b"\r\n" + rest, status=exchange.honest.status)

    return act


def _continue_then_answer(exchange: Exchange) -> None:
    exchange.send(head(100, ()) * 50)
    exchange.respond(exchange.honest)


def _switching_protocols(exchange: Exchange) -> None:
    exchange.send(head(101, (("Upgrade", "h2c"), ("Connection", "Upgrade"))), status=101)
    exchange.send(bytes(24))
    exchange.close()


def _early_hints(exchange: Exchange) -> None:
    exchange.send(head(103, (("Link", "</style.css>; rel=preload"),)))
    exchange.respond(exchange.honest)


def faults() -> list[Fault]:
    """Return every fault of this kind."""
    headers = b"\r\n".join(b"X-Header-%d: %d" % (number, number) for number in range(2000))
    return [
        slow(5),
        drip_body(),
        drip_headers(),
        endless_body(),
        continue_flood(),
        Fault("hang", "reads the request and never answers", _hang),
        Fault("accept-then-hang", "accepts and never answers", _hang, accepted=True),
        Fault("reset-before-reading", "resets, the body unread", _reset, reads_body=False),
        Fault("reset-after-reading", "resets after reading the request", _reset),
        Fault(
            "accept-then-reset", "accepts, then resets: the duplicate maker", _reset, accepted=True
        ),
        Fault(
            "reset-mid-headers",
            "accepts, resets within the headers",
            _reset_mid_headers,
            accepted=True,
        ),
        Fault("reset-mid-body", "accepts, resets within the body", _reset_mid_body, accepted=True),
        Fault("close-without-answer", "closes after reading the request", _close),
        Fault("accept-then-close", "accepts, then closes without an answer", _close, accepted=True),
        Fault(
            "content-length-too-long",
            "accepts, declares more body than it sends",
            _short_body,
            accepted=True,
        ),
        Fault(
            "content-length-too-short",
            "accepts, sends more body than declared",
            _long_body,
            accepted=True,
        ),
        Fault("content-length-twice", "accepts, declares two lengths", _two_lengths, accepted=True),
        Fault(
            "content-length-negative",
            "accepts, declares a length of -1",
            _negative_length,
            accepted=True,
        ),
        Fault(
            "chunked-garbage",
            "accepts, sends chunks that are none",
            _chunked_garbage,
            accepted=True,
        ),
        Fault(
            "status-line-garbage",
            "answers with no status line",
            _status_line(b"220 mail.example ESMTP ready"),
        ),
        Fault(
            "status-line-not-a-number",
            "answers with the status OK",
            _status_line(b"HTTP/1.1 OK fine"),
        ),
        Fault(
            "giant-header",
            "accepts, a header of 100 KB",
            _with_header(b"X-Giant: " + b"x" * 100_000),
            accepted=True,
        ),
        Fault("many-headers", "accepts, 2,000 headers", _with_header(headers), accepted=True),
        Fault(
            "bare-cr-header",
            "accepts, a header with a bare CR",
            _with_header(b"X-A: a\r::error::b"),
            accepted=True,
        ),
        Fault(
            "header-without-colon",
            "accepts, a header without a colon",
            _with_header(b"nonsense"),
            accepted=True,
        ),
        Fault(
            "continue-then-answer",
            "accepts, 100 Continue fifty times first",
            _continue_then_answer,
            accepted=True,
        ),
        Fault("early-hints", "accepts, 103 Early Hints first", _early_hints, accepted=True),
        Fault("status-101", "switches protocols nobody asked for", _switching_protocols),
    ]
