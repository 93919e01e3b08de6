"""Several budgets of a key at the same time. Each has its own period, spend and reset."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import WindowBody
from keydesk_sandbox.rows import Database, Row
from keydesk_sandbox.spending.resets import reset_at

Window = dict[str, Any]


def new_windows(
    now: datetime, wanted: Sequence[WindowBody] | None, existing: Sequence[Window] | None = None
) -> list[Window] | None:
    """Return the windows to store, or None without any. A window with the period of an existing one keeps its spend."""
    kept = {window["budget_duration"]: window for window in existing or ()}
    made = [
        {
            "budget_duration": each.budget_duration,
            "max_budget": each.max_budget,
            "reset_at": kept.get(each.budget_duration, {}).get("reset_at")
            or reset_at(now, each.budget_duration),
            "spend": kept.get(each.budget_duration, {}).get("spend", 0.0),
        }
        for each in wanted or ()
    ]
    return made or None


def shown(key: Row) -> list[Window] | None:
    """Return the windows of a key as LiteLLM prints them, without their spend."""
    windows: list[Window] | None = key["budget_windows"]
    return windows and [
        {
            "budget_duration": window["budget_duration"],
            "max_budget": window["max_budget"],
            "reset_at": clock.zulu(window["reset_at"]),
        }
        for window in windows
    ]


def add_spend(db: Database, token: str, spend: float) -> None:
    """Count the spend in all windows of the key."""
    _change(db, token, lambda window: window | {"spend": window["spend"] + spend})


def reset_windows(db: Database, now: datetime) -> None:
    """Reset each window whose period has ended."""

    def reset(window: Window) -> Window:
        if window["reset_at"] is None or window["reset_at"] > clock.stored(now):
            return window
        return window | {"spend": 0.0, "reset_at": reset_at(now, window["budget_duration"])}

    for key in rows.select(db, "SELECT token FROM keys WHERE budget_windows IS NOT NULL"):
        _change(db, key["token"], reset)


def _change(db: Database, token: str, change: Any) -> None:
    key = rows.first(
        db, "SELECT budget_windows FROM keys WHERE token = ? AND budget_windows IS NOT NULL", [token]
    )
    if key is not None and key["budget_windows"]:
        changed = [change(window) for window in key["budget_windows"]]
        rows.update(db, "keys", {"token": token}, {"budget_windows": changed})
