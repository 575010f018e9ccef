"""Times: every form in which people and tools write them, and the vendors' integer milliseconds."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.moments import NOW

from deployment_events.values.times import duration, iso, parse_time

FIRST = 1_262_304_000_000  # 2010-01-01T00:00:00Z
LAST = 4_102_444_799_999  # a millisecond before 2100
moments = st.integers(FIRST, LAST)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04T09:30:00Z",
        "2026-05-04T09:30:00z",
        "2026-05-04t09:30:00Z",
        "2026-05-04 09:30:00",
        "2026-05-04T09:30",
        "2026-05-04T09:30:00.000Z",
        "2026-05-04T09:30:00.000999999Z",
        "2026-05-04T09:30:00,000+00:00",
        "2026-05-04T11:30:00+02:00",
        "2026-05-04T11:30:00+0200",
        "2026-05-04T05:00:00-04:30",
        "20260504T093000Z",
        "2026-05-04 11:30:00 +0200",  # git log --format=%ci
        "2026-05-04 11:30:00.000 +02:00",
        "1777887000",
        "1777887000.0",
        "1777887000.0009",
        "1777887000000",
        "1777887000000.999",
        "1777887000000000000",
        "1777887000000999999",
    ],
)
def test_every_common_form_of_a_time_is_read(text: str) -> None:
    assert parse_time(text) == NOW


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine 14 hours ahead of UTC."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()
        yield
    time.tzset()


def test_a_time_without_an_offset_is_utc_whatever_the_machine_s_zone(far_east: None) -> None:
    assert parse_time("2026-05-04T09:30:00") == NOW
    assert iso(NOW) == "2026-05-04T09:30:00.000Z"


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1777887000.5", NOW + 500),
        ("1777887000.123456789", NOW + 123),
        ("2026-05-04T09:30:00.123Z", NOW + 123),
        ("2026-05-04T09:30:00.123999Z", NOW + 123),
        ("1777887000123456789", NOW + 123),
        (str(FIRST // 1000), FIRST),
        (str(LAST), LAST),
    ],
)
def test_fractions_are_kept_to_the_millisecond_and_cut_below(text: str, milliseconds: int) -> None:
    assert parse_time(text) == milliseconds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "not an ISO 8601"),
        ("", "not an ISO 8601"),
        ("2026-05-04", "not an ISO 8601"),
        ("09:30:00", "not an ISO 8601"),
        ("-1777887000", "not an ISO 8601"),
        ("+1777887000", "not an ISO 8601"),
        ("1e9", "not an ISO 8601"),
        ("1e999", "not an ISO 8601"),
        ("NaN", "not an ISO 8601"),
        ("Infinity", "not an ISO 8601"),
        ("0x6a000000", "not an ISO 8601"),
        ("1_777_887_000", "not an ISO 8601"),
        ("\u0661\u0667\u0667\u0667\u0668\u0668\u0667\u0660\u0660\u0660", "not an ISO 8601"),
        ("1777887000\n", "not an ISO 8601"),
        ("2026-02-30T00:00:00Z", "not a valid date and time"),
        ("2026-13-01T00:00:00Z", "not a valid date and time"),
        ("2016-12-31T23:59:60Z", "not a valid date and time"),
        ("2026-05-04T24:00:00Z", "not a valid date and time"),
        ("2026-05-04T09:30:00+25:00", "not a valid date and time"),
        ("2026-05-04T", "not an ISO 8601"),
        ("0", "between the years 2010 and 2100"),
        ("1777887", "between the years 2010 and 2100"),
        ("2009-12-31T23:59:59.999Z", "between the years 2010 and 2100"),
        ("2100-01-01T00:00:00Z", "between the years 2010 and 2100"),
        ("0001-01-01T00:00:00+14:00", "between the years 2010 and 2100"),
        ("9999-12-31T23:59:59-14:00", "between the years 2010 and 2100"),
        ("1777887000000000", "too many digits for milliseconds"),
        ("17778870000000", "too many digits for milliseconds"),
        ("99999999999999999999", "between the years 2010 and 2100"),
        ("9" * 5000, "not an ISO 8601"),
    ],
)
def test_an_invalid_time_is_rejected_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_time(text)


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_a_time_is_read_from_every_form(moment: int, minutes: int) -> None:
    """Seconds, milliseconds and nanoseconds are never mistaken for each other."""
    assert parse_time(iso(moment)) == moment
    local = datetime.fromtimestamp(0, timezone(timedelta(minutes=minutes)))
    assert parse_time((local + timedelta(milliseconds=moment)).isoformat()) == moment
    seconds, rest = divmod(moment, 1000)
    assert parse_time(f"{seconds}.{rest:03d}") == moment
    assert parse_time(str(moment)) == moment
    assert parse_time(str(moment * 1_000_000)) == moment


@given(st.text() | st.text("0123456789-:.,TZ+ "))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        moment = parse_time(text)
    except ValueError:
        return
    assert FIRST <= moment <= LAST


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW, "2026-05-04T09:30:00.000Z"),
        (NOW + 7, "2026-05-04T09:30:00.007Z"),
        (NOW - 1, "2026-05-04T09:29:59.999Z"),
        (0, "1970-01-01T00:00:00.000Z"),
    ],
)
def test_iso_always_has_milliseconds_and_utc(moment: int, text: str) -> None:
    assert iso(moment) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (12_540, "12.5 s"),
        (59_949, "59.9 s"),
        (59_960, "1 min 0 s"),
        (60_000, "1 min 0 s"),
        (200_000, "3 min 20 s"),
        (3_599_999, "1 h 0 min"),
        (3_600_000, "1 h 0 min"),
        (93_600_000, "26 h 0 min"),
    ],
)
def test_a_duration_is_written_with_its_units(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text
