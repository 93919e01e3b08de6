"""Pages for team admins that change a service key, with the forms of people's keys."""

from typing import Any

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import AppServices
from keydesk.api.keys import KeyId
from keydesk.api.route_rules import for_team_admins
from keydesk.keys.models import KeyExtension
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.service_keys.models import ContactsUpdate
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage, undo
from keydesk.web.form_drafts import draft_of
from keydesk.web.form_fields import text_of, validated
from keydesk.web.keys.changing import edit_form_page
from keydesk.web.keys.creating import issued_page
from keydesk.web.keys.edit_form import EditForm
from keydesk.web.keys.extending import extension_form
from keydesk.web.keys.form import faults_of
from keydesk.web.keys.rotating import rotation_question, sent_rotation
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.service_key_form import people_in, typed_contacts
from keydesk.web.teams.service_key_pages import Managed, TeamOfKeys

router = APIRouter(
    prefix="/teams/{team_id}/service-keys/{key_id}", include_in_schema=False, route_class=PageRoute
)
_ADMINS = for_team_admins(Permission.TEAM_MANAGE)


@router.get("/edit", **_ADMINS)
async def edit_page(request: Request, of: Managed, key_id: KeyId) -> Response:
    draft = draft_of(request)
    form = EditForm.of(await of.key(key_id)) if draft is None else EditForm.sent(draft)
    return await _edit_form(request, of, key_id, form)


@router.post("/edit", **_ADMINS)
async def edit(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    """Apply what differs in the form; on an error, show the form again with the error at its field."""
    form = EditForm.sent(await request.form())
    try:
        update = form.update(await of.key(key_id))
        if update is not None:
            await services.service_keys.update(of.person, of.team.team_id, key_id, update)
    except (Problem, LiteLLMError) as error:
        return await _edit_form(request, of, key_id, form, as_problem(error))
    return go_to(request, of.place(key_id).back, FlashMessage(_("Key updated.")))


@router.get("/extend", **_ADMINS)
async def extend_page(request: Request, of: Managed, key_id: KeyId) -> Response:
    return await extension_form(request, await of.key(key_id), of.place(key_id), of.lifetimes)


@router.post("/extend", **_ADMINS)
async def extend(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    form = await request.form()
    try:
        extension = validated(KeyExtension, {"duration": text_of(form, "duration")})
        await services.service_keys.extend(of.person, of.team.team_id, key_id, extension.duration)
    except (Problem, LiteLLMError) as error:
        key, place = await of.key(key_id), of.place(key_id)
        return await extension_form(request, key, place, of.lifetimes, as_problem(error))
    return go_to(request, of.place(key_id).back, FlashMessage(_("Key extended.")))


@router.get("/rotate", **_ADMINS)
async def rotate_page(request: Request, of: Managed, key_id: KeyId) -> Response:
    return await rotation_question(request, await of.key(key_id), of.place(key_id))


@router.post("/rotate", **_ADMINS)
async def rotate(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    """Rotate the key and show its new secret; on an error, show the question again."""
    key, choice, place = await of.key(key_id), await of.choice(), of.place(key_id)
    try:
        asked = await sent_rotation(request)
        rotated = await services.service_keys.rotate(of.person, of.team.team_id, key_id, asked)
    except (Problem, LiteLLMError) as error:
        return await rotation_question(request, key, place, as_problem(error))
    return await issued_page(request, rotated, choice, done=place.back)


@router.get("/end-previous-secret", **_ADMINS)
async def end_page(request: Request, of: Managed, key_id: KeyId) -> Response:
    return await page(request, "keys/end_previous.html", key=await of.key(key_id), place=of.place(key_id))


@router.post("/end-previous-secret", **_ADMINS)
async def end_previous(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    await services.service_keys.end_previous_secret(of.person, of.team.team_id, key_id)
    return go_to(request, of.place(key_id).back, FlashMessage(_("Previous secret ended.")))


@router.post("/block", **_ADMINS)
async def block(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    await services.service_keys.block(of.person, of.team.team_id, key_id)
    text = _("Key blocked. Requests with this key are rejected until you unblock it.")
    place = of.place(key_id)
    return go_to(request, place.back, FlashMessage(text, undo(f"{place.here}/unblock")))


@router.post("/unblock", **_ADMINS)
async def unblock(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    await services.service_keys.unblock(of.person, of.team.team_id, key_id)
    place = of.place(key_id)
    return go_to(request, place.back, FlashMessage(_("Key unblocked."), undo(f"{place.here}/block")))


@router.get("/contacts", **_ADMINS)
async def contacts_page(request: Request, of: Managed, key_id: KeyId) -> Response:
    draft = draft_of(request)
    return await _contacts_form(request, of, key_id, None if draft is None else text_of(draft, "contacts"))


@router.post("/contacts", **_ADMINS)
async def set_contacts(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    typed = text_of(await request.form(), "contacts")
    try:
        contacts = validated(ContactsUpdate, {"contacts": people_in(typed)}).contacts
        await services.service_keys.set_contacts(of.person, of.team.team_id, key_id, contacts)
    except (Problem, LiteLLMError) as error:
        return await _contacts_form(request, of, key_id, typed, as_problem(error))
    return go_to(request, of.place(key_id).back, FlashMessage(_("Contacts updated.")))


@router.get("/delete", **_ADMINS)
async def delete_page(request: Request, of: Managed, key_id: KeyId) -> Response:
    return await page(request, "keys/delete.html", key=await of.key(key_id), use=None, place=of.place(key_id))


@router.post("/delete", **_ADMINS)
async def delete(request: Request, of: Managed, key_id: KeyId, services: AppServices) -> Response:
    await services.service_keys.delete(of.person, of.team.team_id, key_id)
    return go_to(request, of.here, FlashMessage(_("Key deleted.")))


async def _edit_form(
    request: Request, of: TeamOfKeys, key_id: str, form: EditForm, problem: Problem | None = None
) -> Response:
    content: dict[str, Any] = {
        "key": await of.key(key_id),
        "place": of.place(key_id),
        "form": form,
        "choice": await of.choice(),
        "faults": faults_of(problem, (), form.alias) if problem else {},
    }
    return await edit_form_page(request, of.lifetimes, content, problem)


async def _contacts_form(
    request: Request, of: TeamOfKeys, key_id: str, typed: str | None, problem: Problem | None = None
) -> Response:
    key = await of.key(key_id)
    return await page(
        request,
        "teams/service_key_contacts.html",
        status=problem.status if problem else 200,
        key=key,
        place=of.place(key_id),
        typed=typed_contacts(key.contacts) if typed is None else typed,
        problem=sentence(problem) if problem else None,
        faults=faults_of(problem, (), "") if problem else {},
    )
