"""The portal's first page: the account, its keys and what they cost. Works without JavaScript."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from keydesk.access.permissions import Permission
from keydesk.access.route_rules import for_people, needing
from keydesk.accounts.caller import Account
from keydesk.http.upstream_problems import problem_of
from keydesk.identity.caller import Caller
from keydesk.keys.models import IssuedKeyView
from keydesk.keys.service import Keys
from keydesk.litellm import LiteLLMError, User
from keydesk.problems import Problem
from keydesk.web import form_once
from keydesk.web.first_call import curl_line
from keydesk.web.home import KeyReach, home_content, reach_of_key
from keydesk.web.key_form import KeyForm, faults_of
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


def keys_service(request: Request) -> Keys:
    service: Keys = request.app.state.keys
    return service


KeysService = Annotated[Keys, Depends(keys_service)]


@router.get("/", **for_people())
async def home(request: Request, account: Account) -> Response:
    content = await home_content(request, await account())
    return await _with_form(request, 200, content)


@router.get("/keys", **for_people())
async def keys_address() -> Response:
    """Where the address of a key just shown leads when it is opened again."""
    return RedirectResponse("/", status_code=303)


@router.post("/keys", **needing(Permission.KEY_CREATE))
async def issue_key(request: Request, caller: Caller, account: Account, keys: KeysService) -> Response:
    """Issue the key of the form and show its secret; with a mistake, show the form again with what to mend."""
    sent = await request.form()
    form = KeyForm.sent(sent)
    user = await account()
    try:
        form_once.check_not_sent_before(request, sent.get(form_once.FIELD))
        wanted = form.request()
        reach = await reach_of_key(request, user, wanted.team_id)
        issued = await keys.issuer.issue(caller, user, wanted)
    except (Problem, LiteLLMError) as error:
        return await _form_again(request, user, form, error)
    return await _issued(request, issued, reach)


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


async def _with_form(request: Request, status: int, content: dict[str, Any]) -> Response:
    answer = await page(request, "home.html", status=status, **content)
    form_once.hand_out(request, answer, content["form_mark"])
    return answer


async def _form_again(
    request: Request, account: User, form: KeyForm, error: Problem | LiteLLMError
) -> Response:
    """The page with what was typed, and with what is to mend."""
    problem = error if isinstance(error, Problem) else problem_of(error)
    content = await home_content(request, account)
    aliases = {row.key.key_alias for row in content["rows"]}
    content |= {"form": form, "problem": problem, "faults": faults_of(problem, aliases, form.alias)}
    return await _with_form(request, problem.status, content)


async def _issued(request: Request, issued: IssuedKeyView, reach: KeyReach) -> Response:
    """The only page that ever holds the secret. Nothing is asked of LiteLLM for it, so it cannot get lost."""
    gateway = request.app.state.client_config.base_url
    call = curl_line(gateway, issued.key, issued.models or reach.listed, reach.catalogue)
    answer = await page(request, "key_issued.html", issued=issued, gateway=gateway, call=call)
    form_once.replace_mark(request, answer)
    return answer
