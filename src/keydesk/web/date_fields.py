"""The errors of a filter with a start and an end date, by field. Pure."""

import datetime as dt
from collections.abc import Mapping

from keydesk.kit.dates import LONGEST_DAYS
from keydesk.kit.problems import InvalidRequest
from keydesk.web.language import gettext as _


def date_faults(
    problem: InvalidRequest, start: str, end: str, longest: int = LONGEST_DAYS
) -> Mapping[str, str]:
    """Return the error at the field that `problem` names, empty if it is neither date."""
    if problem.param not in {"start_date", "end_date"}:
        return {}
    days = _day(start), _day(end)
    if problem.param == "end_date" or days[0] is None:
        return {problem.param: _("Enter a date such as 2026-01-31.")}
    if days[1] is not None and days[0] > days[1]:
        return {"start_date": _("The start date must not be after the end date.")}
    return {"start_date": _("Choose at most %(days)s days.", days=longest)}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
