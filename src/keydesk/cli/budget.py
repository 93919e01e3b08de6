"""`keydesk budget`: what is left of the budgets of a person and their teams, and of the allowance of their keys."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from keydesk.cli.output import AsJson, moment, print_json, print_table, usd
from keydesk.cli.running_client import ProfileName, run_signed_in
from keydesk.client.session import Session

Found = Mapping[str, Any]
_PERIODS = {"1d": "Keys, per day", "7d": "Keys, per week", "30d": "Keys, per month"}


def budget(*, as_json: AsJson = False, profile: ProfileName = None) -> None:
    """Show the budgets of your account and teams, and the allowance of your keys.

    Example: `keydesk budget`

    Parameters
    ----------
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    found = run_signed_in(profile, _found)
    if as_json:
        print_json(found)
        return
    rows = [
        _row("Account", found["account"]),
        *(_team_row(team) for team in found["teams"]),
        *_allowance_rows(found["allowance"]),
    ]
    print_table(("What", "Budget", "Spent", "Left", "Resets"), rows)


async def _found(session: Session) -> dict[str, Any]:
    """Return the answers of the API together. The first call waits for an expired token once."""
    account = await session.get("/user/info")
    teams, allowance = await asyncio.gather(session.get("/teams"), session.get("/limits/allowance"))
    return {"account": account, "teams": teams, "allowance": allowance}


def _team_row(team: Found) -> tuple[str, ...]:
    name = f"Team {team['team_alias'] or team['team_id']}"
    if not team.get("budget_hidden"):
        return _row(name, team)
    percent, status = team.get("budget_pct"), team.get("budget_status") or "hidden"
    spent = "" if percent is None else f"{percent:.0f} %"
    return (name, "hidden", spent, status, moment(team["budget_reset_at"]))


def _row(name: str, found: Found) -> tuple[str, ...]:
    limit, spend = found["max_budget"], found["spend"]
    left = "" if limit is None else usd(max(0.0, limit - spend))
    return (name, usd(limit), usd(spend), left, moment(found["budget_reset_at"]))


def _allowance_rows(allowance: Found) -> Iterator[tuple[str, ...]]:
    """Yield what the budgets of all keys together may be, and what new keys can still get."""
    for window in allowance["windows"]:
        used = "no limit" if window["used"] is None else usd(window["used"])
        yield (
            _PERIODS[window["period"]],
            usd(window["limit"]),
            used,
            usd(window["left"]),
            moment(window["resets_at"]),
        )
    for name, title in (("requests_per_minute", "Keys, requests"), ("tokens_per_minute", "Keys, tokens")):
        if (rate := allowance[name]) is not None:
            used = "no limit" if rate["used"] is None else f"{rate['used']:,}"
            yield (f"{title} per minute", f"{rate['limit']:,}", used, f"{rate['left']:,}", "")
