"""Decides which alerts a budget gives. Each threshold gives one alert in a period. Pure.

A period ends when LiteLLM resets the spend, or when the budget is raised. After a raise, thresholds that the spend is
still above stay quiet. A lowered budget does not begin a new period: only thresholds that it passes for the first
time give an alert.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from keydesk.alerts.jumps import HISTORY_DAYS, jump
from keydesk.alerts.models import Alert, AlertRules, Choice, Figure, Watched
from keydesk.budgets.forecast import Budget, forecast
from keydesk.kit.notice_kind import NoticeKind
from keydesk.settings import Alerts

_RESET_SHARE = 0.99
"""A spend below this share of the last one was reset. Smaller differences are corrections."""
_ROUNDING = 1e-9
_SEEN_EVERY = timedelta(days=7)
"""How often the row of a budget that does not move is written, so that it is not pruned."""


def rules_of(settings: Alerts, choice: Choice | None) -> AlertRules:
    """Return the rules of the settings, with what the person or team has chosen."""
    factor, floor = settings.jump_factor, settings.jump_floor
    if choice is None:
        return AlertRules(settings.thresholds, settings.forecast, factor, floor)
    return AlertRules(choice.thresholds, choice.forecast, factor if choice.jumps else None, floor)


def judged(
    figure: Figure, before: Watched | None, rules: AlertRules, now: datetime
) -> tuple[Watched, list[Alert]]:
    """Return what to remember about the budget, and the alerts that are due."""
    watched = followed(figure, before, rules.thresholds, now)
    passed, ahead = passed_threshold(figure, rules.thresholds), _used_up_on(watched, now)
    alerts = []
    if passed > watched.alerted:
        # One message says both: which threshold is passed, and when the budget will be used up.
        alerts.append(_alert(NoticeKind.BUDGET_THRESHOLD, watched, f"{passed:g}", ahead))
        watched = replace(watched, alerted=passed, forecast_sent=watched.forecast_sent or ahead is not None)
    elif rules.forecast and ahead is not None and not watched.forecast_sent:
        alerts.append(_alert(NoticeKind.BUDGET_FORECAST, watched, "", ahead))
        watched = replace(watched, forecast_sent=True)
    found = jump(watched.days, watched.since, now.date(), rules)
    if found is not None:
        day = now.date().isoformat()
        alerts.append(
            Alert(NoticeKind.SPEND_JUMP, "", day, usual=found, today=watched.days.get(now.date(), 0.0))
        )
    return _versioned(watched, before, now.date()), alerts


def followed(figure: Figure, before: Watched | None, thresholds: Iterable[int], now: datetime) -> Watched:
    """Return the memory of the budget after these figures. A budget that is new to Keydesk has no history."""
    today = now.date()
    if before is None:
        return Watched(figure.subject, figure.spend, figure.budget, figure.resets_at, today, today)
    is_reset = _is_reset(figure, before, now)
    # Settled thresholds stay settled after a raise as long as the spend is above them.
    still_passed = min(before.alerted, passed_threshold(figure, thresholds))
    begins_again = is_reset or _is_raised(figure, before)
    return replace(
        before,
        spend=figure.spend,
        budget=figure.budget,
        resets_at=figure.resets_at,
        armed=before.armed + begins_again,
        alerted=0.0 if is_reset else still_passed if begins_again else before.alerted,
        forecast_sent=before.forecast_sent and not begins_again,
        days=_days(figure, before, today),
    )


def _versioned(watched: Watched, before: Watched | None, today: date) -> Watched:
    """Return what to store: the row before if nothing changed, or else the next version."""
    if before is None or (watched == before and today - before.seen_on < _SEEN_EVERY):
        return watched
    return replace(watched, seen_on=today, version=before.version + 1)


def passed_threshold(figure: Figure, thresholds: Iterable[int]) -> float:
    """Return the highest threshold that the spend has reached, in percent, or 0."""
    if figure.budget is None or figure.budget <= 0:
        return 0.0
    spend = figure.spend + _ROUNDING
    return float(max((each for each in thresholds if spend >= figure.budget * each / 100), default=0))


def _is_reset(figure: Figure, before: Watched, now: datetime) -> bool:
    """Return whether the spend was reset: it is lower than before, or the reset was due and LiteLLM moved it."""
    has_moved = (
        before.resets_at is not None and before.resets_at <= now and figure.resets_at != before.resets_at
    )
    return has_moved or figure.spend < before.spend * _RESET_SHARE


def _is_raised(figure: Figure, before: Watched) -> bool:
    return before.budget is not None and (figure.budget is None or figure.budget > before.budget)


def _days(figure: Figure, before: Watched, today: date) -> dict[date, float]:
    """Return the spend by day. What the counter moved since the last check counts as today's."""
    was_reset = figure.spend < before.spend * _RESET_SHARE
    moved = figure.spend if was_reset else max(0.0, figure.spend - before.spend)
    oldest = today - timedelta(days=HISTORY_DAYS)
    days = {day: usd for day, usd in before.days.items() if day >= oldest}
    return {**days, today: days.get(today, 0.0) + moved} if moved else days


def _used_up_on(watched: Watched, now: datetime) -> date | None:
    """Return the day on which the budget will be used up, or None if it lasts until its reset or has no reset."""
    if watched.resets_at is None or watched.budget is None or watched.spend >= watched.budget:
        return None
    found = forecast(watched.days, Budget(watched.spend, watched.budget, watched.resets_at), now)
    return found.used_up_on if found else None


def _alert(kind: NoticeKind, watched: Watched, threshold: str, used_up_on: date | None) -> Alert:
    budget = watched.budget or 0.0
    percent = 100 * watched.spend / budget if budget else None
    return Alert(kind, threshold, watched.period, percent, used_up_on)
