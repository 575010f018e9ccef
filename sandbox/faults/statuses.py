"""Faults that are well-formed answers: error statuses, rate limits, redirects, hostile words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import time

from sandbox.faults.base import Exchange, Fault
from sandbox.messages import Response, phrase

REFUSALS = (400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 425)
OUTAGES = (408, 429, 500, 501, 502, 503, 504, 507, 511, 599)
REDIRECTS = (301, 302, 303, 307, 308)
DAY = 24 * 3600
FOREIGN_ORIGIN = "https://elsewhere.example"

HOSTILE_TEXT = (
    "::error::forged ##[error]forged\n::set-output name=forged::1\n  ::add-mask::forged\r::error::forged\r\n"
    "##[set-env name=FORGED]1 \x1b[31mred\x1b[0m \x1b]0;title\x07 <script>alert(1)</script> <!-- "
    "| a | table | [link](javascript:alert(1)) ![image](https://elsewhere.example/pixel) `code` "
    "\u202edrow\u202c \u2028::error::forged\x00\x85 %0A::error::forged @everyone"
)
"""Words that would forge workflow commands, colours, markup or a table, were they printed as they are."""

HeaderMaker = Callable[[], tuple[tuple[str, str], ...]]


def status(
    code: int, headers: HeaderMaker = tuple, *, name: str = "", description: str = ""
) -> Fault:
    """Refuse with a status, in the vendor's error shape; the headers are made anew for every answer."""

    def act(exchange: Exchange) -> None:
        shaped = exchange.vendor.error(code, phrase(code))
        exchange.respond(Response(code, shaped.body, shaped.headers + headers()))

    return Fault(
        name or f"status-{code}", description or f"refuses with {code} {phrase(code)}", act
    )


def retry_after(
    value: str | Callable[[], str], *, name: str, description: str, code: int = 429
) -> Fault:
    """Refuse and ask to wait: `Retry-After` with any value, true or false."""

    def headers() -> tuple[tuple[str, str], ...]:
        return (("Retry-After", value if isinstance(value, str) else value()),)

    return status(code, headers, name=name, description=description)


def http_date(seconds: float) -> str:
    """Return the date some seconds from now as HTTP writes dates."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def epoch_reset(header: str, seconds: float) -> HeaderMaker:
    """Return LaunchDarkly's header: the epoch in milliseconds at which the window ends (documented)."""
    return lambda: ((header, str(int((time() + seconds) * 1000))),)


def redirect(code: int, *, foreign: bool = False) -> Fault:
    """Answer with a redirect, to the same path on this host or on a host of somebody else."""

    def act(exchange: Exchange) -> None:
        origin = FOREIGN_ORIGIN if foreign else exchange.request.origin
        exchange.respond(Response(code, headers=(("Location", origin + exchange.request.path),)))

    where = "foreign" if foreign else "same-host"
    return Fault(
        f"redirect-{code}-{where}", f"redirects with {code} to {where.replace('-', ' ')}", act
    )


def _credentials(exchange: Exchange) -> str:
    names = ("authorization", "dd-api-key", "dd-application-key")
    return " ".join(
        exchange.request.headers[name] for name in names if name in exchange.request.headers
    )


def _echo(exchange: Exchange) -> None:
    exchange.respond(
        exchange.vendor.error(403, f"The key {_credentials(exchange)} may not do this")
    )


def _echo_everywhere(exchange: Exchange) -> None:
    key = _credentials(exchange)
    shaped = exchange.vendor.error(400, f"Bad key {key}")
    headers = (
        *shaped.headers,
        ("X-Request-Key", key),
        ("Location", f"{FOREIGN_ORIGIN}/?key={key}"),
    )
    exchange.respond(Response(400, shaped.body, headers, reason=f"Bad key {key}"))


def _hostile(exchange: Exchange) -> None:
    exchange.respond(exchange.vendor.error(400, HOSTILE_TEXT))


def _hostile_plain(exchange: Exchange) -> None:
    exchange.respond(Response(500, HOSTILE_TEXT.encode(), (("Content-Type", "text/plain"),)))


def _hostile_reason(exchange: Exchange) -> None:
    shaped = exchange.vendor.error(400, "Bad Request")
    headers = (*shaped.headers, ("X-Detail", "##[error]forged"))
    exchange.respond(Response(400, shaped.body, headers, reason="::error::forged ##[error]forged"))


def _not_modified(exchange: Exchange) -> None:
    exchange.respond(Response(304))


def faults() -> list[Fault]:
    """Return every fault of this kind."""
    return [
        *(status(code) for code in REFUSALS + OUTAGES),
        retry_after("1", name="retry-after-seconds", description="429, asks to wait 1 s"),
        retry_after(
            lambda: http_date(1),
            name="retry-after-date",
            description="429, asks to wait until in 1 s",
        ),
        retry_after(
            "soon", name="retry-after-garbage", description="429, asks to wait in no known unit"
        ),
        retry_after(str(DAY), name="retry-after-day", description="429, asks to wait a day"),
        retry_after(
            lambda: http_date(DAY), name="retry-after-date-day", description="429, until tomorrow"
        ),
        retry_after(
            "-1", name="retry-after-negative", description="429, asks to wait less than nothing"
        ),
        retry_after("1", code=503, name="retry-after-503", description="503, asks to wait 1 s"),
        *(_rate_limit(*limit) for limit in _limits()),
        *(redirect(code, foreign=foreign) for code in REDIRECTS for foreign in (False, True)),
        Fault("status-304", "answers 304 without a body", _not_modified),
        Fault("echo-key", "403, the caller's keys in the error's text", _echo),
        Fault(
            "echo-key-everywhere",
            "400, the keys in body, headers and reason phrase",
            _echo_everywhere,
        ),
        Fault("hostile-text", "400, workflow commands and markup in the error's text", _hostile),
        Fault("hostile-plain-text", "500, the same as plain text", _hostile_plain),
        Fault(
            "hostile-reason-phrase",
            "400, workflow commands in the reason phrase and a header",
            _hostile_reason,
        ),
    ]


def _rate_limit(name: str, headers: HeaderMaker, description: str) -> Fault:
    return status(429, headers, name=name, description=description)


def _limits() -> list[tuple[str, HeaderMaker, str]]:
    launchdarkly, token, datadog = (
        "X-Ratelimit-Reset",
        "X-Ratelimit-Auth-Token-Reset",
        "X-RateLimit-Reset",
    )
    return [
        (
            "rate-limit-epoch-ms",
            epoch_reset(launchdarkly, 1),
            "429, LaunchDarkly's reset: epoch ms, in 1 s",
        ),
        (
            "rate-limit-token-epoch-ms",
            epoch_reset(token, 1),
            "429, the token's own reset: epoch ms, in 1 s",
        ),
        ("rate-limit-epoch-ms-past", epoch_reset(launchdarkly, -60), "429, a reset a minute ago"),
        (
            "rate-limit-epoch-ms-day",
            epoch_reset(launchdarkly, DAY),
            "429, LaunchDarkly's reset a day ahead",
        ),
        (
            "rate-limit-seconds",
            lambda: ((datadog, "1"),),
            "429, Datadog's reset: 1 second from now",
        ),
        (
            "rate-limit-seconds-day",
            lambda: ((datadog, str(DAY)),),
            "429, Datadog's reset a day ahead",
        ),
        ("rate-limit-garbage", lambda: ((datadog, "NaN"),), "429, a reset that is no number"),
    ]
