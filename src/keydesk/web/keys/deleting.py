"""Delete one key, after showing its recent use, or all expired keys."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Account, AppServices, Caller
from keydesk.api.route_rules import needing
from keydesk.keys.models import KeyView
from keydesk.kit.permission import Permission
from keydesk.litellm import User
from keydesk.usage.models import KeyTotalView
from keydesk.web.flash_message import FlashMessage
from keydesk.web.keys.listing import rows
from keydesk.web.keys.own_key import own_key, own_place
from keydesk.web.keys.pages import listed
from keydesk.web.keys.recent_use import recent_use
from keydesk.web.language import gettext as _
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class _Use:
    """A key's usage in the last seven days. `known` is False if LiteLLM is unavailable."""

    known: bool
    total: KeyTotalView | None = None


@router.get("/keys/expired/delete", **needing(Permission.KEY_REVOKE))
async def prune_page(request: Request, views: CallerViews) -> Response:
    expired = [row for row in await listed(request, views) if row.expired]
    return await page(request, "keys/prune.html", rows=expired, back=await page_after(request, "/keys"))


@router.post("/keys/expired/delete", **needing(Permission.KEY_REVOKE))
async def prune(request: Request, caller: Caller, account: Account, services: AppServices) -> Response:
    """Delete the keys that are expired now. A key extended since the page was shown is kept."""
    user = await account()
    keys = services.keys.knowing(await services.keys.owned(user))
    for row in rows(await keys.of(user), {}, services.clock()):
        if row.expired:
            await keys.delete(caller, user, row.key.token)
    return go_to(request, await page_after(request, "/keys"), FlashMessage(_("Expired keys deleted.")))


@router.get("/keys/{key_id}/delete", **needing(Permission.KEY_REVOKE))
async def delete_key_page(request: Request, key_id: str, views: CallerViews) -> Response:
    key = own_key(await views.keys(), key_id)
    use = await _use(request, await views.account(), key)
    return await page(request, "keys/delete.html", key=key, use=use, place=await own_place(request, key_id))


@router.post("/keys/{key_id}/delete", **needing(Permission.KEY_REVOKE))
async def delete_key(
    request: Request, key_id: str, caller: Caller, account: Account, services: AppServices
) -> Response:
    await services.keys.delete(caller, await account(), key_id)
    return go_to(request, await page_after(request, "/keys"), FlashMessage(_("Key deleted.")))


async def _use(request: Request, user: User, key: KeyView) -> _Use:
    totals = await recent_use(request, user)
    return _Use(totals is not None, (totals or {}).get(key.token))
