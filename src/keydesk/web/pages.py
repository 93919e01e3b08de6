"""The portal's first page: the account, its keys and what they cost. Works without JavaScript."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from keydesk.access.permissions import Permission
from keydesk.access.route_rules import for_people, needing
from keydesk.accounts.caller import Account
from keydesk.accounts.models import AccountView
from keydesk.http.problem_handlers import validation_problem
from keydesk.http.upstream_problems import problem_of
from keydesk.identity.caller import Caller
from keydesk.keys.models import KeyRequest
from keydesk.keys.service import Keys
from keydesk.litellm import LiteLLMError, User
from keydesk.problems import Problem
from keydesk.usage.period import parse_period
from keydesk.web.chart import spend_chart
from keydesk.web.rendering import PageRoute, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


def keys_service(request: Request) -> Keys:
    service: Keys = request.app.state.keys
    return service


KeysService = Annotated[Keys, Depends(keys_service)]


@router.get("/", **for_people())
async def home(request: Request, account: Account) -> Response:
    return page(request, "home.html", **await _home(request, await account()))


@router.post("/keys", **needing(Permission.KEY_CREATE))
async def issue_key(request: Request, caller: Caller, account: Account, keys: KeysService) -> Response:
    """Issue the key of the form and show its secret; with a mistake, show the form again with what to mend."""
    form = await request.form()
    user = await account()
    try:
        issued = await keys.issuer.issue(caller, user, _key_request(form))
    except (Problem, LiteLLMError) as error:
        problem = error if isinstance(error, Problem) else problem_of(error)
        content = await _home(request, user)
        return page(
            request, "home.html", status=problem.status, **content | {"problem": problem, "form": form}
        )
    return page(request, "home.html", **await _home(request, user) | {"issued": issued})


@router.post("/keys/{key_id}/block", **needing(Permission.KEY_MANAGE))
async def block_key(key_id: str, caller: Caller, account: Account, keys: KeysService) -> Response:
    await keys.block(caller, await account(), key_id)
    return RedirectResponse("/", status_code=303)


@router.post("/keys/{key_id}/unblock", **needing(Permission.KEY_MANAGE))
async def unblock_key(key_id: str, caller: Caller, account: Account, keys: KeysService) -> Response:
    await keys.unblock(caller, await account(), key_id)
    return RedirectResponse("/", status_code=303)


@router.post("/keys/{key_id}/delete", **needing(Permission.KEY_REVOKE))
async def delete_key(
    key_id: str,
    caller: Caller,
    account: Account,
    keys: KeysService,
    confirmed: Annotated[bool, Form()] = False,
) -> Response:
    if confirmed:
        await keys.delete(caller, await account(), key_id)
    return RedirectResponse("/", status_code=303)


def _key_request(form: Any) -> KeyRequest:
    """The form's texts as the body the API takes. Raises InvalidRequest like the API."""
    budget = form.get("max_budget", "")
    try:
        amount: Any = float(budget) if budget else None
    except ValueError:
        amount = budget
    body = {"max_budget": amount, "models": form.getlist("models")}
    body |= {name: form[name] for name in ("alias", "team_id", "duration") if form.get(name)}
    try:
        return KeyRequest.model_validate(body)
    except ValidationError as error:
        raise validation_problem(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        ) from None


async def _home(request: Request, account: User) -> dict[str, Any]:
    state = request.app.state
    period = parse_period(None, None, state.usage.clock().date())
    keys, teams, models, usage = await asyncio.gather(
        state.keys.of(account),
        state.teams.of(account),
        state.catalogue.models(),
        state.usage.of_user(account, period),
    )
    chart = spend_chart({day.date: day.spend for day in usage.daily_usage}, period.start, period.end)
    return {
        "account": AccountView.of(account),
        "keys": keys,
        "teams": teams,
        "team_names": {team.team_id: team.team_alias or team.team_id for team in teams},
        "models": models,
        "usage": usage,
        "chart": chart,
        "config": state.client_config,
        "issued": None,
        "problem": None,
        "form": {},
    }
