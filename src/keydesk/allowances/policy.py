"""Checks that all keys of one owner have no more than their allowance together. Pure."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from keydesk.allowances.models import AllowanceView, Holding, Rate, RateView, WindowView
from keydesk.allowances.spending import exact, given_up, most_in
from keydesk.allowances.windows import WINDOWS, Window
from keydesk.budgets.policy import dollars
from keydesk.kit.messages import Message, message
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import Key

_CENT = Fraction(1, 100)
_WEEK_DAYS = 7
_RATES: tuple[Rate, ...] = ("rpm_limit", "tpm_limit")
_NO_ROOM = message("Lower the limit of another key, or delete a key that is no longer used.")
_OTHER_KEY = message("Another key has no limit. Set one there first, or delete that key.")


def check_change(holding: Holding, key_id: str, after: Key, now: datetime) -> None:
    """Raise PolicyRefused if the keys would have more than their allowance with the new or changed key.

    A key can always get less. Keys from before the allowance can have more than it, but never get more.
    """
    before = holding.keys.get(key_id)
    extra = given_up(before, after, now) if before is not None else {}
    changed = holding.replacing(key_id, after, extra)
    for window in WINDOWS:
        own, old = changed.of_key(after, window), holding.of_key(before, window) if before else None
        with_extra = None if own is None else own + extra.get(window, Fraction())
        if window.limit(holding.rules) is not None and (before is None or _is_more(with_extra, old)):
            _check_window(changed, after, window, own)
    for rate in _RATES:
        limit, own_rate = getattr(holding.rules, rate), changed.of_rate(after, rate)
        if limit is not None and (before is None or _is_more(own_rate, holding.of_rate(before, rate))):
            _check_rate(changed, after, rate, limit)


def left_usd(holding: Holding, key: Key) -> float | None:
    """Return the largest budget with which the new key fits into the allowance. None means no limit."""
    most = []
    for window in WINDOWS:
        limit, total = window.limit(holding.rules), holding.total(window)
        if limit is not None and total is not None:
            per_unit = most_in(window, 1.0, key.budget_duration) or Fraction(1)
            most.append(max(Fraction(), exact(limit) - total) // (per_unit * _CENT) * _CENT)
    return float(min(most)) if most else None


def view_of(holding: Holding, now: datetime) -> AllowanceView:
    """Return what the keys may have together, and what is left of it."""
    return AllowanceView(
        windows=[_window_view(holding, window, now) for window in WINDOWS if window.limit(holding.rules)],
        requests_per_minute=_rate_view(holding, "rpm_limit"),
        tokens_per_minute=_rate_view(holding, "tpm_limit"),
    )


def _window_view(holding: Holding, window: Window, now: datetime) -> WindowView:
    limit, total = exact(window.limit(holding.rules) or 0.0), holding.total(window)
    return WindowView(
        period=window.period,
        limit=float(limit),
        used=None if total is None else float(total),
        left=0.0 if total is None else float(max(Fraction(), limit - total)),
        given_up=float(holding.given_up.get(window.days, Fraction())),
        resets_at=window.ends_at(now),
    )


def _rate_view(holding: Holding, rate: Rate) -> RateView | None:
    limit: int | None = getattr(holding.rules, rate)
    if limit is None:
        return None
    total = holding.total_rate(rate)
    return RateView(limit=limit, used=total, left=0 if total is None else max(0, limit - total))


def _is_more(new: Fraction | int | None, old: Fraction | int | None) -> bool:
    return old is not None and (new is None or new > old)


def _check_window(changed: Holding, key: Key, window: Window, own: Fraction | None) -> None:
    limit, total = exact(window.limit(changed.rules) or 0.0), changed.total(window)
    if total is not None and total <= limit:
        return
    if own is None:
        raise _limit_needed("max_budget")
    left = Fraction() if total is None else max(Fraction(), limit - (total - own))
    most = left / (most_in(window, 1.0, key.budget_duration) or 1)
    text = message("The maximum for this key is %(amount)s US dollars.", amount=dollars(most))
    raise PolicyRefused(
        _refusal(window, dollars(limit), dollars(left) if left >= _CENT else Decimal(0)),
        hint=_OTHER_KEY if total is None else text if most >= _CENT else _NO_ROOM,
        param="max_budget",
        allowance={"period": window.period, "limit": float(limit), "left": float(left)},
    )


def _check_rate(changed: Holding, key: Key, rate: Rate, limit: int) -> None:
    total, own = changed.total_rate(rate), changed.of_rate(key, rate)
    if total is not None and total <= limit:
        return
    if own is None:
        raise _limit_needed(rate)
    left = 0 if total is None else max(0, limit - (total - own))
    text = message("Set %(field)s to at most %(most)s.", field=rate, most=left)
    raise PolicyRefused(
        _rate_refusal(rate, limit, left),
        hint=_OTHER_KEY if total is None else text if left else _NO_ROOM,
        param=rate,
        allowance={"period": "1m", "limit": limit, "left": left},
    )


def _refusal(window: Window, limit: Decimal | Message, left: Decimal | Message) -> Message:
    if window.days == 1:
        return message(
            "All keys of the same owner can spend %(limit)s US dollars a day together. %(left)s are left.",
            limit=limit,
            left=left,
        )
    if window.days == _WEEK_DAYS:
        return message(
            "All keys of the same owner can spend %(limit)s US dollars a week together. %(left)s are left.",
            limit=limit,
            left=left,
        )
    return message(
        "All keys of the same owner can spend %(limit)s US dollars a month together. %(left)s are left.",
        limit=limit,
        left=left,
    )


def _rate_refusal(rate: Rate, limit: int, left: int) -> Message:
    if rate == "rpm_limit":
        return message(
            "All keys of the same owner can have %(limit)s requests per minute together. %(left)s are left.",
            limit=limit,
            left=left,
        )
    return message(
        "All keys of the same owner can have %(limit)s tokens per minute together. %(left)s are left.",
        limit=limit,
        left=left,
    )


def _limit_needed(field: str) -> PolicyRefused:
    return PolicyRefused(
        message("This key needs a limit, because all keys of the same owner have an allowance together."),
        hint=message("Set %(field)s to a number.", field=field),
        param=field,
    )
