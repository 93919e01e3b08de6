"""`keydesk usage`, `models` and `teams`: what the signed-in person spent, and may use."""

from typing import Annotated, Any

from cyclopts import Parameter

from keydesk.cli.output import AsJson, print_found, print_json, print_table, usd
from keydesk.cli.running_client import ProfileName, run_signed_in

_MILLION = 1_000_000


def show(
    *,
    since: Annotated[str | None, Parameter(name="--from")] = None,
    until: Annotated[str | None, Parameter(name="--to")] = None,
    by: str = "model",
    as_json: AsJson = False,
    profile: ProfileName = None,
) -> None:
    """Show your usage of the last 30 days.

    Example: `keydesk usage --by key --from 2026-01-01`

    Parameters
    ----------
    since
        The first day, such as 2026-01-31, in UTC.
    until
        The last day.
    by
        `day`, `model`, `key`, `team` or `provider`.
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    days = {"start_date": since, "end_date": until}
    query = {"group_by": by} | {name: day for name, day in days.items() if day is not None}
    found = run_signed_in(profile, lambda session: session.get("/usage", **query))
    if as_json:
        print_json(found)
        return
    groups = [*found["groups"], {**found, "group": "Total", "label": None, "spend": found["total_spend"]}]
    print_table((by.capitalize(), "Spend", "Requests", "Failed", "Tokens"), map(_usage_row, groups))


def models(*, as_json: AsJson = False, profile: ProfileName = None) -> None:
    """List the models of the gateway with their prices.

    Example: `keydesk models`

    Parameters
    ----------
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    found = run_signed_in(profile, lambda session: session.get("/models"))
    titles = ("Model", "Kind", "Input per 1M tokens", "Output per 1M tokens", "Context")
    print_found(found, titles, _model_row, as_json=as_json)


def teams(*, as_json: AsJson = False, profile: ProfileName = None) -> None:
    """List your teams with their budgets.

    Example: `keydesk teams`

    Parameters
    ----------
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    found = run_signed_in(profile, lambda session: session.get("/teams"))
    print_found(found, ("Team", "Spend", "Budget", "Models", "Id"), _team_row, as_json=as_json)


def _usage_row(group: dict[str, Any]) -> tuple[str, ...]:
    counts = (group[name] for name in ("api_requests", "failed_requests", "total_tokens"))
    return (str(group["label"] or group["group"]), usd(group["spend"]), *(f"{count:,}" for count in counts))


def _model_row(model: dict[str, Any]) -> tuple[str, ...]:
    prices = (model["input_cost_per_token"], model["output_cost_per_token"])
    context = model["max_input_tokens"]
    return (
        model["model_name"],
        model["mode"] or "",
        *("" if price is None else usd(price * _MILLION) for price in prices),
        f"{context:,}" if context else "",
    )


def _team_row(team: dict[str, Any]) -> tuple[str, ...]:
    is_hidden = team.get("budget_hidden")
    budget = team.get("budget_status") or "hidden" if is_hidden else usd(team.get("max_budget"))
    spend = "" if is_hidden else usd(team["spend"])
    return (team["team_alias"] or team["team_id"], spend, budget, ", ".join(team["models"]), team["team_id"])
