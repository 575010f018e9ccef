"""Fixed times: Unix milliseconds."""

NOW = 1_777_887_000_000
"""2026-05-04T09:30:00Z."""
MINUTE = 60_000
HOUR = 60 * MINUTE
EARLIER = NOW - 10 * MINUTE
