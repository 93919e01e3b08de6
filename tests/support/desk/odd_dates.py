"""Dates and times at the edges of the calendar, which every part of Keydesk must refuse with a problem."""

NO_TIMES = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "9999-12-31T24:00:00",
    "2026-02-29T00:00:00Z",
    "2026-01-31T12:00:00+99:99",
)
"""Invalid both as the time of a change and as the day of a period."""
