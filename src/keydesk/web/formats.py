"""Formats money, numbers, times and lists in the reader's locale. Times are in the reader's time zone.

Babel needs about 0.03 ms for each value, and lists have hundreds of them, so the latest values are kept by locale.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from keydesk.web.language import current_locale
from keydesk.web.language import gettext as _
from keydesk.web.time_zone import current_zone, in_zone

_CENT = 0.01
_UNITS = {
    unit: f"duration-{name}"
    for unit, name in {
        "s": "second",
        "m": "minute",
        "h": "hour",
        "d": "day",
        "w": "week",
        "mo": "month",
        "y": "year",
    }.items()
}
_DURATION = re.compile(rf"([0-9]+)({'|'.join(_UNITS)})")
_NOW_SECONDS = 5
_UTC = ZoneInfo("UTC")
_KEPT = 8_192


def usd(amount: float | None) -> str:
    """Format US dollars; amounts below a cent have six decimal places."""
    if amount is None:
        return _("no limit")
    return usd_with(6 if 0 < abs(amount) < _CENT else 2, amount)


def usd_with(decimals: int, amount: float) -> str:
    """Format US dollars with the given number of decimal places."""
    return _usd(current_locale(), decimals, amount or 0)


@lru_cache(_KEPT)
def _usd(locale: Locale, decimals: int, amount: float) -> str:
    digits = f"0.{'0' * decimals}".rstrip(".")
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", digits)
    return format_currency(amount, "USD", pattern, locale, currency_digits=False)


def money(amount: float, currency: str) -> str:
    """Format an amount in another currency than US dollars."""
    return format_currency(amount, currency, locale=current_locale())


def number(value: float) -> str:
    return _number(current_locale(), value or 0)


@lru_cache(_KEPT)
def _number(locale: Locale, value: float) -> str:
    return format_decimal(value, locale=locale)


def percent(value: float) -> str:
    """Format a percentage from 0 to 100."""
    return _percent(current_locale(), value or 0)


@lru_cache(_KEPT)
def _percent(locale: Locale, value: float) -> str:
    return format_percent(value / 100, locale=locale)


def tenths(value: float) -> str:
    """Format a percentage from 0 to 100 with one decimal place."""
    pattern = current_locale().percent_formats[None].pattern.replace("##0", "##0.#")
    return format_percent(value / 100, pattern, locale=current_locale())


def day(at: dt.date) -> str:
    """Format a day, or the day of a time."""
    at = _local(at) if isinstance(at, dt.datetime) else at
    return _day(current_locale(), at.year, at.month, at.day)


@lru_cache(_KEPT)
def _day(locale: Locale, year: int, month: int, day_of_month: int) -> str:
    return format_date(dt.date(year, month, day_of_month), "medium", locale=locale)


def moment(at: dt.datetime) -> str:
    at = _local(at)
    return f"{day(at)}, {_time(current_locale(), at.hour, at.minute)} {at.tzname()}"


def utc(at: dt.datetime) -> str:
    """Format a time in UTC."""
    with in_zone(_UTC):
        return moment(at)


def _local(at: dt.datetime) -> dt.datetime:
    return at.astimezone(current_zone())


@lru_cache(_KEPT)
def _time(locale: Locale, hour: int, minute: int) -> str:
    return format_time(dt.time(hour, minute), "short", locale=locale)


def away(at: dt.datetime, now: dt.datetime) -> str:
    """Format the number of calendar days until a time."""
    days = _local(at).date() - _local(now).date()
    if not days:
        return _("today")
    return format_timedelta(
        days, granularity="day", threshold=math.inf, add_direction=True, locale=current_locale()
    )


def duration(text: str | None) -> str:
    """Format a duration such as `30d` in words. Other texts, which LiteLLM has too, stay as they are."""
    form = _DURATION.fullmatch(text or "")
    if form is None:
        return text or _("Never")
    return _unit(current_locale(), int(form[1]), _UNITS[form[2]])


@lru_cache(_KEPT)
def _unit(locale: Locale, count: int, unit: str) -> str:
    return format_unit(count, unit, locale=locale)


def ago(seconds: float) -> str:
    """Format an age."""
    if seconds < _NOW_SECONDS:
        return _("just now")
    return format_timedelta(-dt.timedelta(seconds=seconds), add_direction=True, locale=current_locale())


def some(names: Iterable[str], at_most: int) -> str:
    """Format the first names and the number of the others."""
    listed = list(names)
    shown, more = ", ".join(listed[:at_most]), len(listed) - at_most
    return _("%(names)s and %(count)s more", names=shown, count=more) if more > 0 else shown


def initials(name: str) -> str:
    """Return one or two initials of a person."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


FILTERS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (usd, money, number, percent, tenths, day, moment, utc, away, ago, duration, some, initials)
}
"""Template filters by name."""
