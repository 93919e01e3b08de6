"""Spend of keys, people, teams and members from the daily activity: in total, and since the last budget reset."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from keydesk_sandbox import rows
from keydesk_sandbox.rows import Database, Row

_SUBJECTS: Final = {
    "keys": (("token",), ("api_key",)),
    "users": (("user_id",), ("user_id",)),
    "teams": (("team_id",), ("team_id",)),
    "memberships": (("team_id", "user_id"), ("team_id", "user_id")),
}
"""Table, its identity, and the activity columns that name it."""

_DAYS: Final = {"d": 1, "w": 7}


def recompute_spend(db: Database, today: date) -> None:
    """Set every `spend` and `total_spend`, and when keys were last active.

    `spend` counts from the start of the current budget period, as in a gateway that resets on time.
    """
    for table, (identity, columns) in _SUBJECTS.items():
        _recompute(db, table, dict(zip(identity, columns, strict=True)), today)
    db.execute(
        "UPDATE keys SET last_active = (SELECT max(date) || 'T00:00:00.000000' FROM daily_activity "
        "WHERE api_key = token) WHERE token IN (SELECT api_key FROM daily_activity)"
    )


def period_start(today: date, duration: str | None) -> date | None:
    """Return the first day of the budget period, or None if the budget never resets."""
    if duration is None:
        return None
    if duration in {"30d", "1mo"}:
        return today.replace(day=1)
    if duration in {"7d", "1w"}:
        return today - timedelta(days=today.weekday())
    days = int(duration[:-1]) * _DAYS.get(duration[-1], 0)
    return today - timedelta(days=max(0, days - 1))


def _recompute(db: Database, table: str, columns: dict[str, str], today: date) -> None:
    spent = _spend_by_day(db, list(columns.values()))
    with_total = table in {"keys", "memberships"}
    for row in rows.select(db, f"SELECT * FROM {table}"):  # noqa: S608 - our own names
        by_day = spent.get(tuple(row[name] for name in columns), [])
        changes: Row = {"spend": _since(by_day, period_start(today, row["budget_duration"]))}
        if with_total:
            changes["total_spend"] = _since(by_day, None)
        rows.update(db, table, {name: row[name] for name in columns}, changes)


def _spend_by_day(db: Database, columns: list[str]) -> dict[tuple[str, ...], list[tuple[str, float]]]:
    names = ", ".join(columns)
    statement = f"SELECT {names}, date, sum(spend) FROM daily_activity GROUP BY {names}, date"  # noqa: S608 - our own names
    spent: defaultdict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
    for *who, day, spend in db.execute(statement):
        spent[tuple(who)].append((day, spend))
    return spent


def _since(by_day: list[tuple[str, float]], start: date | None) -> float:
    first = start.isoformat() if start else ""
    return float(sum(spend for day, spend in by_day if day >= first))
