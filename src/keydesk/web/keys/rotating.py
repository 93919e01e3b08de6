"""Rotate a key, after a question that says what happens, and end its previous secret early."""

from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Account, AppServices, Caller, services_of
from keydesk.api.route_rules import needing
from keydesk.keys.models import NO_OVERLAP, KeyView, RotationRequest
from keydesk.keys.rotation_policy import overlap_of
from keydesk.kit.durations import length_of
from keydesk.kit.messages import message
from keydesk.kit.permission import Permission
from keydesk.kit.problems import InvalidRequest, Problem
from keydesk.lifetimes.models import Violation
from keydesk.litellm import LiteLLMError
from keydesk.web import form_once
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_fields import text_of
from keydesk.web.keys.choice import choice_of
from keydesk.web.keys.creating import issued_page
from keydesk.web.keys.leaked import LeakNote
from keydesk.web.keys.lifetime import KeyPolicy
from keydesk.web.keys.own_key import KeyPlace, own_key, own_place
from keydesk.web.language import gettext as _
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_ROTATE = needing(Permission.KEY_CREATE, Permission.KEY_REVOKE)


def overlaps(longest: str) -> dict[str, str]:
    """Return the choices of how long the previous secret works, with their labels, up to the longest allowed."""
    return dict(_choices(longest))


def can_rotate(key: KeyView, leak: LeakNote | None, policy: KeyPolicy | None, now: datetime) -> bool:
    """Return whether to offer a rotation: the key works, or Keydesk blocked it because of its secret."""
    is_overdue = policy is not None and policy.blocked_for is Violation.ROTATION_OVERDUE
    has_expired = key.expires_at is not None and key.expires_at <= now
    return not has_expired and (not key.blocked or leak is not None or is_overdue)


def _choices(longest: str) -> Iterator[tuple[str, str]]:
    labels = (("1h", _("1 hour")), ("24h", _("24 hours")), ("3d", _("3 days")), ("7d", _("7 days")))
    for overlap, label in labels:
        if length_of(overlap) <= length_of(longest):
            yield overlap, label
    yield NO_OVERLAP, _("Not at all: it ends immediately")


@router.get("/keys/{key_id}/rotate", **_ROTATE)
async def rotate_page(request: Request, key_id: str, views: CallerViews) -> Response:
    key, place = own_key(await views.keys(), key_id), await own_place(request, key_id)
    return await rotation_question(request, key, place)


@router.post("/keys/{key_id}/rotate", **_ROTATE)
async def rotate(
    request: Request, key_id: str, caller: Caller, account: Account, views: CallerViews
) -> Response:
    """Rotate the key and show its new secret; on an error, show the question again."""
    key = own_key(await views.keys(), key_id)
    choice = await choice_of(views, await views.account(), key.team_id)
    tools = (await views.tools()).get(key_id, ())
    try:
        asked = await sent_rotation(request)
        rotated = await services_of(request).key_rotation.rotate(caller, await account(), key_id, asked)
    except (Problem, LiteLLMError) as error:
        return await rotation_question(request, key, await own_place(request, key_id), as_problem(error))
    return await issued_page(request, rotated, choice, tools)


@router.get("/keys/{key_id}/end-previous-secret", **needing(Permission.KEY_REVOKE))
async def end_page(request: Request, key_id: str, views: CallerViews) -> Response:
    key, place = own_key(await views.keys(), key_id), await own_place(request, key_id)
    return await page(request, "keys/end_previous.html", key=key, place=place)


@router.post("/keys/{key_id}/end-previous-secret", **needing(Permission.KEY_REVOKE))
async def end_previous(
    request: Request, key_id: str, caller: Caller, account: Account, services: AppServices
) -> Response:
    await services.key_rotation.settling.end_now(caller, await account(), key_id)
    return go_to(request, await page_after(request, "/keys"), FlashMessage(_("Previous secret ended.")))


async def sent_rotation(request: Request) -> RotationRequest:
    """Read the submitted question. Raises InvalidRequest, and Conflicting if it was submitted before."""
    sent = await request.form()
    form_once.check_not_sent_before(request, sent.get(form_once.FIELD))
    overlap = text_of(sent, "overlap")
    if overlap not in overlaps(_longest(request)):
        raise InvalidRequest(message("Choose an option from the list."), param="overlap")
    return RotationRequest(overlap=overlap)


async def rotation_question(
    request: Request, key: KeyView, place: KeyPlace, problem: Problem | None = None
) -> Response:
    mark, choices = form_once.mark_for(request), overlaps(_longest(request))
    usual = overlap_of(None, _longest(request))
    answer = await page(
        request,
        "keys/rotate.html",
        status=problem.status if problem else 200,
        key=key,
        now=services_of(request).clock(),
        choices=choices,
        chosen=next(
            (each for each in choices if each != NO_OVERLAP and length_of(each) == usual), NO_OVERLAP
        ),
        form_mark=mark,
        problem=sentence(problem) if problem else None,
        place=place,
    )
    form_once.hand_out(request, answer, mark)
    return answer


def _longest(request: Request) -> str:
    return services_of(request).settings.litellm.key_generation.longest_overlap
