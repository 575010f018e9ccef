"""The expected result of one event for each fault that a vendor has at every attempt."""

from dataclasses import dataclass, replace

from sandbox import FAULTS

ONCE = (1, 1)
PATIENCE = (7, 9)
"""Tries that back-off with jitter makes of 30 s: 0, 0.5, 1, 2, 4, 8 and 8 s."""
EVERY_SECOND = (13, 13)
"""Tries that urllib3's policy allows if the vendor requests a second each time."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected result of one event."""

    status: str
    seen: tuple[int, int]
    """How often the vendor received it, at least and at most."""
    id: str = ""
    """Datadog's ID: `ours` is the one that was sent; empty if the response has no valid one."""
    reason: str = ""
    """A part of the reason."""
    hangs: bool = False
    """Whether sockets really wait; the stage then has a fraction of a second."""


REFUSED = Expected("refused", ONCE)
DOWN = Expected("undelivered", PATIENCE)
SHUT = Expected("undelivered", ONCE, reason="asks for a wait")
PACED = Expected("undelivered", EVERY_SECOND)
TAKEN = Expected("delivered", ONCE, "ours")
BLURRED = Expected("delivered", ONCE)
STUCK = Expected("undelivered", ONCE, hangs=True)


def _table() -> dict[str, Expected]:
    table = {
        **{
            f"status-{code}": replace(REFUSED, reason=f"HTTP {code}")
            for code in (400, 401, 403, 404, 405, 409, 413)
        },
        **{
            f"status-{code}": replace(REFUSED, reason=f"HTTP {code}")
            for code in (415, 418, 422, 425)
        },
        **{
            f"status-{code}": replace(DOWN, reason=f"HTTP {code}")
            for code in (408, 429, 500, 501, 502, 503, 504)
        },
        **{f"status-{code}": replace(DOWN, reason=f"HTTP {code}") for code in (507, 511, 599)},
        "retry-after-seconds": PACED,
        "retry-after-date": Expected("undelivered", (8, 13)),
        "retry-after-garbage": DOWN,
        "retry-after-day": SHUT,
        "retry-after-date-day": SHUT,
        "retry-after-negative": DOWN,
        "retry-after-503": PACED,
        "rate-limit-garbage": DOWN,
        **{
            f"redirect-{code}-{where}": replace(REFUSED, reason="redirects are not followed")
            for code in (301, 302, 303, 307, 308)
            for where in ("same-host", "foreign")
        },
        "status-304": replace(REFUSED, reason="HTTP 304"),
        "echo-key": replace(REFUSED, reason="***"),
        "echo-key-everywhere": replace(REFUSED, reason="***"),
        "hostile-text": replace(REFUSED, reason="forged"),
        "hostile-plain-text": DOWN,
        "hostile-reason-phrase": REFUSED,
        "status-202": TAKEN,
        "content-length-twice": TAKEN,
        "utf16-body": replace(BLURRED, id="x"),
        "status-204": BLURRED,
        "status-206": TAKEN,
        "slow": STUCK,
        "drip-body": replace(BLURRED, hangs=True),
        "drip-headers": STUCK,
        "endless-body": replace(BLURRED, hangs=True),
        "continue-flood": DOWN,
        "hang": STUCK,
        "accept-then-hang": STUCK,
        "content-length-too-long": TAKEN,
        "content-length-too-short": BLURRED,
        "content-length-negative": TAKEN,
        "chunked-garbage": BLURRED,
        "reset-mid-body": BLURRED,
        "bare-cr-header": TAKEN,
        "header-without-colon": Expected("delivered", ONCE, "ours", hangs=True),
        "continue-then-answer": TAKEN,
        "early-hints": TAKEN,
        "processing": TAKEN,
        "unknown-interim": TAKEN,
        **{f"gateway-{code}": replace(REFUSED, reason=f"HTTP {code}") for code in (401, 403, 404)},
        "bad-cookie-date": TAKEN,
        "brotli-body": BLURRED,
        "zstd-body": BLURRED,
        "endless-pages": TAKEN,
        "patch-not-applied": TAKEN,
        "status-101": replace(REFUSED, reason="HTTP 101"),
        "tls-wrong-host": Expected("refused", (0, 0), reason="for another host"),
        "tls-expired": Expected("refused", (0, 0), reason="expired"),
        "tls-not-yet-valid": Expected("refused", (0, 0), reason="not valid yet"),
        "tls-unknown-ca": Expected("refused", (0, 0), reason="a CA that is not trusted"),
        "tls-handshake-dropped": Expected("undelivered", (0, 0)),
        "tls-handshake-hang": Expected("undelivered", (0, 0), hangs=True),
        "tls-plain-text": Expected("undelivered", (0, 0), reason="responded without TLS"),
    }
    for name in (
        "reset-before-reading",
        "reset-after-reading",
        "accept-then-reset",
        "reset-mid-headers",
        "close-without-answer",
        "accept-then-close",
        "status-line-garbage",
        "status-line-not-a-number",
        "giant-header",
        "many-headers",
    ):
        table[name] = DOWN
    for name in (
        "html-body",
        "html-body-as-json",
        "broken-utf8",
        "truncated-json",
        "big-body",
        "deep-json",
        "null-body",
        "list-body",
        "scalar-body",
        "nan-body",
        "huge-number",
        "data-null",
        "data-list",
        "items-scalars",
        "empty-body",
        "invalid-gzip",
        "gzip-bomb",
        "no-id",
        *(name for name in FAULTS if name.startswith("id-")),
    ):
        table[name] = BLURRED
    return table


ALWAYS = _table()

LIMITS = {
    "rate-limit-epoch-ms": {"launchdarkly": PACED, "datadog": SHUT},
    "rate-limit-token-epoch-ms": {"launchdarkly": PACED, "datadog": DOWN},
    "rate-limit-epoch-ms-past": {"launchdarkly": DOWN, "datadog": SHUT},
    "rate-limit-epoch-ms-day": {"launchdarkly": SHUT, "datadog": SHUT},
    "rate-limit-seconds": {"launchdarkly": DOWN, "datadog": PACED},
    "rate-limit-seconds-day": {"launchdarkly": DOWN, "datadog": SHUT},
}
"""The headers have one name: LaunchDarkly's is an epoch in ms, Datadog's is seconds from now."""


def expected(fault: str, vendor: str) -> Expected:
    """Return the expected result of an event."""
    return LIMITS[fault][vendor] if fault in LIMITS else ALWAYS[fault]
