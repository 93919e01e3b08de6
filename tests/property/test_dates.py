"""Dates and times from callers: they are parsed or refused, and stay within the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from keydesk.kit.dates import MomentText, read_day
from keydesk.kit.problems import InvalidRequest
from tests.support.desk.odd_dates import NO_TIMES

MOMENT: TypeAdapter[str] = TypeAdapter(MomentText)
DAYS_TO_SPARE = timedelta(days=180)
zoned = st.datetimes(timezones=st.timezones()).map(datetime.isoformat)
edges = st.from_regex(
    r"(0001-01-01|9999-12-31|1970-01-01)T[0-2]\d:[0-5]\d[+-][0-2]\d:[0-5]\d", fullmatch=True
)


@given(text=st.text(max_size=40) | zoned | edges)
@example(text="0001-01-01T00:00:00+14:00")
@example(text="9999-12-31T23:59:59-14:00")
def test_a_time_is_converted_to_utc_or_refused(text: str) -> None:
    try:
        read = datetime.fromisoformat(MOMENT.validate_python(text))
    except ValidationError:
        return
    assert read.tzinfo == UTC
    assert (read - DAYS_TO_SPARE).year + 1 >= 1970
    assert (read + DAYS_TO_SPARE).year <= 9999
    original = datetime.fromisoformat(text)
    assert read == (original if original.tzinfo else original.replace(tzinfo=UTC))


@given(text=st.text(max_size=12) | st.dates().map(date.isoformat))
def test_a_date_is_parsed_or_refused(text: str) -> None:
    try:
        day = read_day("start_date", text)
    except InvalidRequest:
        return
    assert day.isoformat() == text
    assert (day - DAYS_TO_SPARE).year >= 1999
    assert (day + DAYS_TO_SPARE).year <= 9999


@pytest.mark.parametrize("text", NO_TIMES)
def test_the_edges_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)
    with pytest.raises(InvalidRequest):
        read_day("start_date", text)
