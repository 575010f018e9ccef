"""Faults that are well-formed responses: error statuses, rate limits, redirects, hostile text."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import time

from sandbox.faults.base import Exchange, Fault, responding
from sandbox.messages import Headers, Response, phrase

REFUSALS = (400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 425)
OUTAGES = (408, 429, 500, 501, 502, 503, 504, 507, 511, 599)
REDIRECTS = (301, 302, 303, 307, 308)
GATEWAY = (401, 403, 404)
DAY = 24 * 3600
FOREIGN_ORIGIN = "https://elsewhere.example"
CREDENTIALS = ("authorization", "dd-api-key", "dd-application-key")
HTML: Headers = (("Content-Type", "text/html"),)
LOGIN_PAGE = (
    b"<!DOCTYPE html><html><title>Sign in</title><body>Sign in to the network</body></html>"
)

HOSTILE_TEXT = (
    "::error::forged ##[error]forged\n::set-output name=forged::1\n  ::add-mask::forged\r"
    "::error::forged\r\n##[set-env name=FORGED]1 \x1b[31mred\x1b[0m \x1b]0;title\x07 "
    "<script>alert(1)</script> <!-- | a | table | [link](javascript:alert(1)) "
    "![image](https://elsewhere.example/pixel) `code` \u202edrow\u202c \u2028"
    "::error::forged\x00\x85 %0A::error::forged @everyone"
)
"""Would forge workflow commands, colors, markup or a table if it were printed unchanged."""
HOSTILE_REASON = "::error::forged ##[error]forged"


def status(
    code: int, headers: Callable[[], Headers] = tuple, *, name: str = "", description: str = ""
) -> Fault:
    """Refuse with a status in the vendor's error shape; each response gets new headers."""

    def make(exchange: Exchange) -> Response:
        error = exchange.vendor.error(code, phrase(code))
        return Response(code, error.body, error.headers + headers())

    description = description or f"refuses with {code} {phrase(code)}"
    return responding(name or f"status-{code}", description, make)


def limit(
    name: str, description: str, header: str, value: str | Callable[[], str], code: int = 429
) -> Fault:
    """Refuse with a header that has the time to wait: valid or not, fixed or per response."""

    def headers() -> Headers:
        return ((header, value if isinstance(value, str) else value()),)

    return status(code, headers, name=name, description=f"{code}, {description}")


def retry_after(value: str, *, name: str, description: str) -> Fault:
    """Refuse with 429 and `Retry-After`."""
    return limit(name, description, "Retry-After", value)


def redirect(code: int, where: str, origin: str | None) -> Fault:
    """Redirect to the same path, on this host or on another origin."""

    def make(exchange: Exchange) -> Response:
        location = (origin or exchange.request.origin) + exchange.request.path
        return Response(code, headers=(("Location", location),))

    return responding(f"redirect-{code}-{where}", f"redirects with {code}, {where}", make)


def gateway(code: int) -> Fault:
    """Refuse with the page of a gateway in front of the vendor."""
    description = f"refuses with {code} and a gateway's HTML page"
    return responding(f"gateway-{code}", description, lambda _: Response(code, LOGIN_PAGE, HTML))


def _http_date(seconds: float) -> str:
    """Return the date some seconds from now as HTTP writes dates."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _epoch_ms(seconds: float) -> Callable[[], str]:
    """Return LaunchDarkly's value: Unix milliseconds some seconds from now (documented)."""
    return lambda: str(int((time() + seconds) * 1000))


def _credentials(exchange: Exchange) -> str:
    headers = exchange.request.headers
    return " ".join(headers[name] for name in CREDENTIALS if name in headers)


def _echo(exchange: Exchange) -> Response:
    return exchange.vendor.error(403, f"The key {_credentials(exchange)} may not do this")


def _echo_everywhere(exchange: Exchange) -> Response:
    key = _credentials(exchange)
    error = exchange.vendor.error(400, f"Bad key {key}")
    location = f"{FOREIGN_ORIGIN}/?key={key}"
    headers = (*error.headers, ("X-Request-Key", key), ("Location", location))
    return Response(400, error.body, headers, reason=f"Bad key {key}")


def _hostile(exchange: Exchange) -> Response:
    return exchange.vendor.error(400, HOSTILE_TEXT)


def _hostile_plain(_: Exchange) -> Response:
    return Response(500, HOSTILE_TEXT.encode(), (("Content-Type", "text/plain"),))


def _hostile_reason(exchange: Exchange) -> Response:
    error = exchange.vendor.error(400, "Bad Request")
    headers = (*error.headers, ("X-Detail", "##[error]forged"))
    return Response(400, error.body, headers, HOSTILE_REASON)


RETRY = "Retry-After"
LAUNCHDARKLY, DATADOG = "X-Ratelimit-Reset", "X-RateLimit-Reset"
TOKEN = "X-Ratelimit-Auth-Token-Reset"  # noqa: S105 - a header's name

FAULTS = [
    *(status(code) for code in REFUSALS + OUTAGES),
    *(redirect(code, "same-host", None) for code in REDIRECTS),
    *(redirect(code, "foreign", FOREIGN_ORIGIN) for code in REDIRECTS),
    *(gateway(code) for code in GATEWAY),
    limit("retry-after-seconds", "asks to wait 1 s", RETRY, "1"),
    limit("retry-after-date", "asks to wait until a date in 1 s", RETRY, lambda: _http_date(1)),
    limit("retry-after-garbage", "asks to wait in an unknown unit", RETRY, "soon"),
    limit("retry-after-day", "asks to wait a day", RETRY, str(DAY)),
    limit("retry-after-date-day", "asks to wait until tomorrow", RETRY, lambda: _http_date(DAY)),
    limit("retry-after-negative", "asks to wait a negative time", RETRY, "-1"),
    limit("retry-after-503", "asks to wait 1 s", RETRY, "1", 503),
    limit("rate-limit-epoch-ms", "LaunchDarkly's reset, in 1 s", LAUNCHDARKLY, _epoch_ms(1)),
    limit("rate-limit-token-epoch-ms", "the token's own reset, in 1 s", TOKEN, _epoch_ms(1)),
    limit("rate-limit-epoch-ms-past", "a reset a minute ago", LAUNCHDARKLY, _epoch_ms(-60)),
    limit("rate-limit-epoch-ms-day", "a reset in a day", LAUNCHDARKLY, _epoch_ms(DAY)),
    limit("rate-limit-seconds", "Datadog's reset, in 1 s", DATADOG, "1"),
    limit("rate-limit-seconds-day", "Datadog's reset, in a day", DATADOG, str(DAY)),
    limit("rate-limit-garbage", "a reset that is not a number", DATADOG, "NaN"),
    responding("status-304", "304 without a body", lambda _: Response(304)),
    responding("echo-key", "403, the caller's keys in the error's text", _echo),
    responding("echo-key-everywhere", "400, the keys in body, headers, reason", _echo_everywhere),
    responding("hostile-text", "400, workflow commands and markup in the text", _hostile),
    responding("hostile-plain-text", "500, the same as plain text", _hostile_plain),
    responding("hostile-reason-phrase", "400, commands in reason and header", _hostile_reason),
]
