"""GET and POST /keys/{key_id}/extend: a new lifetime for a key, from now."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Account, AppServices, Caller, services_of
from keydesk.api.route_rules import needing
from keydesk.keys.models import KeyExtension, KeyView
from keydesk.kit.durations import length_of
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.settings import LifetimeRules
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_fields import text_of, validated
from keydesk.web.keys.choice import durations
from keydesk.web.keys.lifetime import rules_of_caller
from keydesk.web.keys.own_key import KeyPlace, own_key, own_place
from keydesk.web.language import gettext as _
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, page_views
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/keys/{key_id}/extend", **needing(Permission.KEY_MANAGE))
async def extend_key_page(request: Request, key_id: str, views: CallerViews) -> Response:
    key, place = own_key(await views.keys(), key_id), await own_place(request, key_id)
    return await extension_form(request, key, place, await rules_of_caller(request, key.team_id))


@router.post("/keys/{key_id}/extend", **needing(Permission.KEY_MANAGE))
async def extend_key(
    request: Request, key_id: str, caller: Caller, account: Account, services: AppServices
) -> Response:
    """Extend the key; on an error, show the form again with the error."""
    form = await request.form()
    try:
        extension = validated(KeyExtension, {"duration": text_of(form, "duration")})
        await services.key_extension.extend(caller, await account(), key_id, extension.duration)
    except (Problem, LiteLLMError) as error:
        key = own_key(await (await page_views(request, caller)).keys(), key_id)
        rules, place = await rules_of_caller(request, key.team_id), await own_place(request, key_id)
        return await extension_form(request, key, place, rules, as_problem(error))
    return go_to(request, await page_after(request, "/keys"), FlashMessage(_("Key extended.")))


async def extension_form(
    request: Request, key: KeyView, place: KeyPlace, rules: LifetimeRules, problem: Problem | None = None
) -> Response:
    offered = durations(rules)
    return await page(
        request,
        "keys/extend.html",
        status=problem.status if problem else 200,
        key=key,
        lifetimes=rules,
        durations=offered,
        chosen=_suggested(key, [value for value, _label in offered], services_of(request).clock()),
        place=place,
        problem=sentence(problem) if problem else None,
    )


def _suggested(key: KeyView, offered: Sequence[str], now: datetime) -> str:
    """Return the shortest of the lifetimes, in ascending order, with which the key expires later than now."""
    ends = key.expires_at or now
    return next((value for value in offered if now + length_of(value) > ends), offered[-1])
