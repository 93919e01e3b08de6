"""`keydesk requests`: requests of the signed-in person for more than the limits allow."""

from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import App, Parameter

from keydesk.cli.output import AsJson, moment, print_found, print_json, usd
from keydesk.cli.printable import printable
from keydesk.cli.running_client import ProfileName, run_signed_in, say
from keydesk.client.errors import WrongUsage
from keydesk.client.key_names import key_named
from keydesk.client.session import Session
from keydesk.kit.request_kind import RequestKind

Request = dict[str, Any]
Models = Annotated[tuple[str, ...], Parameter(name="--model", negative="")]
requests = App(name="requests")


@requests.command(name="list")
def list_requests(*, as_json: AsJson = False, profile: ProfileName = None) -> None:
    """List your requests, newest first.

    Example: `keydesk requests list`

    Parameters
    ----------
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    found = run_signed_in(profile, lambda session: session.get("/requests"))
    print_found(found, ("Kind", "Requested", "Until", "State", "Made", "Id"), _row, as_json=as_json)


@requests.command
def create(  # noqa: PLR0913 - one parameter for each option
    kind: RequestKind,
    *,
    reason: str,
    max_budget: float | None = None,
    model: Models = (),
    key: str | None = None,
    team: str | None = None,
    team_name: str | None = None,
    until: date | None = None,
    cost_center: str | None = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
) -> None:
    """Request more than the limits allow. Approvers get a notice, and you see the decision in the list.

    Example: `keydesk requests create account-budget --max-budget 50 --reason "Load tests"`

    Parameters
    ----------
    kind
        What to request.
    reason
        Why, for the approvers.
    max_budget
        The whole new budget in US dollars.
    model
        A model or access group. Repeat it for the models of a new team.
    key
        The name or id of the key.
    team
        The id of the team.
    team_name
        The name of a new team.
    until
        The last day in UTC, such as 2026-01-31. Without it, the request is permanent.
    cost_center
        A cost center, for the approvers.
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    optional = {
        "max_budget": max_budget,
        "team_id": team,
        "until": _end_of(until),
        "cost_center": cost_center,
    }
    body = {"kind": kind.value, "reason": reason} | {
        name: each for name, each in optional.items() if each is not None
    }

    async def working(session: Session) -> Request:
        sent = body | _models_in(model, team_name)
        if key is not None:
            sent["key_id"] = key_named(await session.get("/keys"), key)["token"]
        made: Request = await session.post("/requests", **sent)
        return made

    made = run_signed_in(profile, working)
    if as_json:
        print_json(made)
    else:
        say(printable(f"Your request {made['id']} waits for a decision until {moment(made['expires_at'])}."))


@requests.command
def withdraw(request: str, *, profile: ProfileName = None) -> None:
    """Withdraw a request that waits for a decision.

    Example: `keydesk requests withdraw 0f5c7a1e9d2b4c6f8a3e5d7b9c1f2a4e`

    Parameters
    ----------
    request
        The id of the request.
    profile
        The sign-in to use, if you use more than one.

    """
    path = f"/requests/{quote(request, safe='')}/withdraw"
    run_signed_in(profile, lambda session: session.post(path))
    say(printable(f"The request {request} is withdrawn."))


def _end_of(day: date | None) -> str | None:
    """Return the end of a day in UTC."""
    return f"{day + timedelta(days=1)}T00:00:00Z" if day else None


def _models_in(models: tuple[str, ...], team_name: str | None) -> dict[str, Any]:
    """Return the members of the body for models: a new team has several, and other requests are about one."""
    if team_name is not None:
        return {"team": {"team_alias": team_name, "models": [*models]}}
    if len(models) > 1:
        raise WrongUsage("Make a request for each model.")
    return {"model": models[0]} if models else {}


def _row(request: Request) -> tuple[str, ...]:
    terms = request["granted"] or request["requested"]
    return (
        request["kind"].replace("_", "-"),
        _wanted(request, terms),
        moment(terms["until"]) if terms["until"] else "permanent",
        request["state"],
        moment(request["created_at"]),
        request["id"],
    )


def _wanted(request: Request, terms: dict[str, Any]) -> str:
    """Return what is requested or approved, such as `$50.00 for laptop`."""
    team, amount = terms.get("team"), terms.get("max_budget")
    what = terms.get("model") or (usd(amount) if amount is not None else "")
    about = (
        request["key_alias"]
        or request.get("team_alias")
        or request["team_id"]
        or (team and team["team_alias"])
    )
    return " for ".join(part for part in (what, about) if part)
