"""POST /keys/selected/...: block, unblock, extend or delete several keys, after a preview, with the result of each."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Request, Response

from keydesk.api.dependencies import Account, AppServices, Caller
from keydesk.api.route_rules import needing
from keydesk.kit.durations import length_of
from keydesk.kit.messages import message
from keydesk.kit.permission import Permission
from keydesk.kit.problems import InvalidRequest
from keydesk.web.error_view import sentence
from keydesk.web.flash_message import FlashMessage, undo
from keydesk.web.form_fields import text_of, texts_of
from keydesk.web.keys.bulk import Action, BulkChange, BulkKeys
from keydesk.web.keys.choice import durations, usual_duration
from keydesk.web.keys.lifetime import rules_of_caller
from keydesk.web.keys.recent_use import recent_use
from keydesk.web.language import gettext as _
from keydesk.web.language import ngettext
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page

router = APIRouter(prefix="/keys/selected", include_in_schema=False, route_class=PageRoute)
_MAX_UNDONE = 40
"""The ids of more keys do not fit into the cookie of a message, so that the result is a page."""
_UNDO: dict[Action, Action] = {"block": "unblock", "unblock": "block"}


async def _bulk_keys(
    caller: Caller, account: Account, services: AppServices
) -> Callable[[], Awaitable[BulkKeys]]:
    async def bulk_keys() -> BulkKeys:
        return BulkKeys(services, caller, await account())

    return bulk_keys


Bulk = Annotated[Callable[[], Awaitable[BulkKeys]], Depends(_bulk_keys)]


def _add_routes(action: Action, permission: Permission) -> None:
    @router.post(f"/{action}", **needing(permission))
    async def preview(request: Request, bulk: Bulk) -> Response:
        return await _preview(request, bulk, action)

    @router.post(f"/{action}/apply", **needing(permission))
    async def apply(request: Request, bulk: Bulk) -> Response:
        return await _apply(request, bulk, action)


for each in get_args(Action):
    _add_routes(each, Permission.KEY_REVOKE if each == "delete" else Permission.KEY_MANAGE)


async def _sent(request: Request, action: Action) -> tuple[BulkChange, list[str], str]:
    """Return the change, the ids of the selected keys, and the page to return to."""
    form = await request.form()
    duration = ""
    if action == "extend":
        duration = text_of(form, "duration") or usual_duration(await rules_of_caller(request, None))
        if duration not in dict(await _durations(request)):
            raise InvalidRequest(message("Choose an option from the list."), param="duration")
    return BulkChange(action, duration), texts_of(form, "key"), await page_after(request, "/keys")


async def _durations(request: Request) -> list[tuple[str, str]]:
    """Return the lifetimes that the policy allows for any of the caller's keys. Each key is checked on its own."""
    rules = [await rules_of_caller(request, team_id) for team_id in (None, "team")]
    offered = {value: label for each in rules for value, label in durations(each)}
    return sorted(offered.items(), key=lambda each: length_of(each[0]))


async def _preview(request: Request, bulk: Bulk, action: Action) -> Response:
    """Show which keys the change would affect and which not, and ask to confirm it."""
    change, key_ids, back = await _sent(request, action)
    content: dict[str, Any] = {"change": change, "back": back, "durations": await _durations(request)}
    try:
        keys = await bulk()
        plan = await keys.planned(change, [*key_ids, *texts_of(await request.form(), "other")])
    except InvalidRequest as problem:
        shown = {"plan": None, "problem": sentence(problem), "use": None}
        return await page(request, "keys/selected.html", status=problem.status, **content, **shown)
    use = await recent_use(request, keys.user) if action == "delete" else None
    return await page(request, "keys/selected.html", plan=plan, problem=None, use=use, **content)


async def _apply(request: Request, bulk: Bulk, action: Action) -> Response:
    """Change the keys. Lead back to the list if all were changed, or else show the result of each."""
    change, key_ids, back = await _sent(request, action)
    result = await (await bulk()).applied(change, key_ids)
    undone = _UNDO.get(action)
    if not result.failed and (undone is None or len(result.done) <= _MAX_UNDONE):
        fields = (("next", back), *(("key", item.key_id) for item in result.done))
        button = undo(f"/keys/selected/{undone}/apply", *fields) if undone else None
        return go_to(request, back, FlashMessage(_done(action, len(result.done)), button))
    content: dict[str, Any] = {
        "back": back,
        "back_label": _("Back to your keys"),
        "result": result,
        "undo": undone,
    }
    title = _done(action, len(result.done)) if result.done else _("No keys were changed.")
    return await page(request, "keys/selected_result.html", title=title, **content)


def _done(action: Action, count: int) -> str:
    if action == "block":
        return ngettext("%(count)d key blocked.", "%(count)d keys blocked.", count, count=count)
    if action == "unblock":
        return ngettext("%(count)d key unblocked.", "%(count)d keys unblocked.", count, count=count)
    if action == "extend":
        return ngettext("%(count)d key extended.", "%(count)d keys extended.", count, count=count)
    return ngettext("%(count)d key deleted.", "%(count)d keys deleted.", count, count=count)
