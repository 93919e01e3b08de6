"""How pages write money, numbers, times and lists. Times are in UTC; a script puts them into the person's zone."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent

_CENT = 0.01


_locale: ContextVar[Locale] = ContextVar("locale")


@contextmanager
def in_locale(locale: Locale) -> Iterator[None]:
    """Within it, everything is written for `locale`."""
    before = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(before)


def usd(amount: float | None) -> str:
    """An amount in US dollars; what is less than a cent is shown to the millionth."""
    if amount is None:
        return "no limit"
    if 0 < abs(amount) < _CENT:
        pattern = _locale.get().currency_formats["standard"].pattern.replace("0.00", "0.000000")
        return format_currency(amount, "USD", pattern, _locale.get(), currency_digits=False)
    return format_currency(amount, "USD", locale=_locale.get())


def number(value: float) -> str:
    return format_decimal(value, locale=_locale.get())


def percent(value: float) -> str:
    """`value` is in percent already."""
    return format_percent(value / 100, locale=_locale.get())


def day(at: dt.date) -> str:
    return format_date(at, "medium", locale=_locale.get())


def moment(at: dt.datetime) -> str:
    return (
        f"{day(at.astimezone(dt.UTC))}, {format_time(at, 'short', tzinfo=dt.UTC, locale=_locale.get())} UTC"
    )


def away(at: dt.datetime, now: dt.datetime) -> str:
    """How far off a day is, by the calendar in UTC."""
    days = (at.date() - now.date()).days
    if days == 0:
        return "today"
    count = f"{abs(days)} day{'s' if abs(days) != 1 else ''}"
    return f"in {count}" if days > 0 else f"{count} ago"


def some(names: Iterable[str], at_most: int) -> str:
    """The first names, and how many more there are."""
    listed = list(names)
    more = len(listed) - at_most
    return ", ".join(listed[:at_most]) + (f" and {more} more" if more > 0 else "")


def initials(name: str) -> str:
    """One or two letters that stand for a person."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


FILTERS: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (usd, number, percent, day, moment, away, some, initials)
}
"""Under the names they have in templates."""
