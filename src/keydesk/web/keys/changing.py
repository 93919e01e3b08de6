"""Edit, block and unblock a key."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Account, AppServices, Caller, services_of
from keydesk.api.route_rules import needing
from keydesk.keys.models import KeyView
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.settings import LifetimeRules
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage, undo
from keydesk.web.form_drafts import draft_of
from keydesk.web.keys.adopted import adopted_message
from keydesk.web.keys.allowance import allowance_of_caller
from keydesk.web.keys.choice import choice_of, durations, periods
from keydesk.web.keys.edit_form import EditForm
from keydesk.web.keys.form import faults_of
from keydesk.web.keys.lifetime import rules_of_caller
from keydesk.web.keys.own_key import own_key, own_place
from keydesk.web.language import gettext as _
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews, page_views
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/keys/{key_id}/edit", **needing(Permission.KEY_MANAGE))
async def edit_key_page(request: Request, key_id: str, views: CallerViews) -> Response:
    key = own_key(await views.keys(), key_id)
    draft = draft_of(request)
    form = EditForm.of(key) if draft is None else EditForm.sent(draft)
    return await _form_page(request, views, key, form, None)


@router.post("/keys/{key_id}/edit", **needing(Permission.KEY_MANAGE))
async def edit_key(
    request: Request, key_id: str, caller: Caller, account: Account, services: AppServices
) -> Response:
    """Apply what differs in the form; on an error, show the form again with the error at its field."""
    form = EditForm.sent(await request.form())
    try:
        user = await account()
        update = form.update(own_key(await services.keys.of(user), key_id))
        if update is not None:
            await services.keys.update(caller, user, key_id, update)
    except (Problem, LiteLLMError) as error:
        views = await page_views(request, caller)
        return await _form_page(request, views, own_key(await views.keys(), key_id), form, error)
    return go_to(request, await page_after(request, "/keys"), FlashMessage(_("Key updated.")))


@router.post("/keys/{key_id}/block", **needing(Permission.KEY_MANAGE))
async def block_key(
    request: Request, key_id: str, caller: Caller, account: Account, services: AppServices
) -> Response:
    await services.keys.block(caller, await account(), key_id)
    text = _("Key blocked. Requests with this key are rejected until you unblock it.")
    back = await page_after(request, "/keys")
    return go_to(request, back, FlashMessage(text, undo(f"/keys/{key_id}/unblock", ("next", back))))


@router.post("/keys/{key_id}/unblock", **needing(Permission.KEY_MANAGE))
async def unblock_key(
    request: Request, key_id: str, caller: Caller, account: Account, services: AppServices
) -> Response:
    await services.keys.unblock(caller, await account(), key_id)
    back = await page_after(request, "/keys")
    return go_to(
        request, back, FlashMessage(_("Key unblocked."), undo(f"/keys/{key_id}/block", ("next", back)))
    )


@router.post("/keys/{key_id}/adopt", **needing(Permission.KEY_MANAGE))
async def adopt_key(
    request: Request, key_id: str, caller: Caller, account: Account, services: AppServices
) -> Response:
    broken = await services.key_adoption.adopt_own(caller, await account(), key_id)
    return go_to(request, f"/keys/{key_id}", adopted_message(broken))


async def _form_page(
    request: Request, views: PageViews, key: KeyView, form: EditForm, error: Problem | LiteLLMError | None
) -> Response:
    problem = as_problem(error) if error else None
    aliases = {each.key_alias for each in await views.keys()} if problem else set()
    choice = await choice_of(views, await views.account(), key.team_id)
    content = {
        "key": key,
        "place": await own_place(request, key.token),
        "form": form,
        "choice": replace(choice, allowance=await allowance_of_caller(request)),
        "faults": faults_of(problem, aliases, form.alias) if problem else {},
    }
    return await edit_form_page(request, await rules_of_caller(request, key.team_id), content, problem)


async def edit_form_page(
    request: Request, lifetimes: LifetimeRules, content: Mapping[str, Any], problem: Problem | None
) -> Response:
    """Show the form of an existing key. `content` has the key, its place, the form, the choice and the faults."""
    rules = services_of(request).settings.litellm.key_generation
    return await page(
        request,
        "keys/edit.html",
        status=problem.status if problem else 200,
        rules=rules,
        lifetimes=lifetimes,
        durations=durations(lifetimes),
        periods=periods(rules),
        problem=sentence(problem) if problem else None,
        **content,
    )
