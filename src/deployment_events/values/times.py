"""Times: ISO 8601 and Unix time.

Inside this package a time is always an integer: Unix time in milliseconds, UTC.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal

_NUMBER = re.compile(r"\d{1,20}(\.\d{1,9})?", re.ASCII)
_EARLIEST = 1_262_304_000_000
"""2010-01-01: GitHub ran no jobs before."""
_LATEST = 4_102_444_800_000
"""2100-01-01."""


def parse_time(text: str) -> int:
    """Read ISO 8601 or Unix seconds, milliseconds or nanoseconds; return Unix milliseconds.

    A time without an offset is UTC. Raises `ValueError`, whose message is the end of a sentence
    that begins with the time.
    """
    milliseconds = _from_number(text) if _NUMBER.fullmatch(text) else _from_iso(text)
    if not _EARLIEST <= milliseconds < _LATEST:
        raise ValueError("is not between the years 2010 and 2100")
    return milliseconds


def has_offset(text: str) -> bool:
    """Return whether a time that `parse_time` reads needs no assumption about its time zone."""
    if _NUMBER.fullmatch(text):
        return True
    return re.search(r"(Z|[+-]\d\d(:?\d\d)?)$", text, re.ASCII | re.IGNORECASE) is not None


def iso(milliseconds: int) -> str:
    """Write Unix milliseconds as ISO 8601 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def duration(milliseconds: int) -> str:
    """Write a duration given in milliseconds: `850 ms`, `12.5 s`, `3 min 20 s`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 59_950:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def _from_number(text: str) -> int:
    """Choose the unit by size: the years 2010 to 2100 do not overlap between the three units."""
    digits = len(text.partition(".")[0])
    number = Decimal(text)
    if digits <= 10:
        return int(number * 1000)
    if digits <= 13:
        return int(number)
    if digits >= 18:
        return int(number // 1_000_000)
    raise ValueError("has too many digits for milliseconds and too few for nanoseconds")


def _from_iso(text: str) -> int:
    if not re.search(r"[Tt ]\d", text):
        raise ValueError("is not an ISO 8601 date-time or Unix time")
    try:
        # git writes a space before the offset.
        moment = datetime.fromisoformat(re.sub(r" (?=[+-]\d)", "", text.upper()))
    except ValueError:
        # Python's message may repeat the value.
        raise ValueError("is not a valid date and time") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = int(moment.replace(microsecond=0).timestamp())
    return seconds * 1000 + moment.microsecond // 1000
