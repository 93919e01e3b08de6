"""Pages for team admins: the keys that a team owns, one of them, and a new one."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import AppServices, services_of
from keydesk.api.keys import KeyId
from keydesk.api.route_rules import for_team_admins
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.web import form_once
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.form_drafts import draft_of
from keydesk.web.keys.choice import durations, periods, usual_duration
from keydesk.web.keys.creating import issued_page
from keydesk.web.keys.form import KeyForm, faults_of
from keydesk.web.keys.key_usage import known_usage
from keydesk.web.keys.key_use import use_of
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.rendering import page
from keydesk.web.status import key_status
from keydesk.web.teams.service_key_form import ServiceKeyForm
from keydesk.web.teams.service_key_pages import Managed, TeamOfKeys, contact_names, key_facts
from keydesk.web.teams.view import address
from keydesk.web.usage.content import ReportRequest
from keydesk.web.usage.routes import RequestedPeriod

router = APIRouter(prefix="/teams/{team_id}/service-keys", include_in_schema=False, route_class=PageRoute)


@router.get("", **for_team_admins(Permission.TEAM_MANAGE))
async def service_keys_page(request: Request, of: Managed, services: AppServices) -> Response:
    keys, now = await of.keys(), services.clock()
    content: dict[str, Any] = {
        "rows": [(key, key_status(key, now)) for key in keys],
        "people": await contact_names(request, keys),
        "allowance": await of.allowance(),
        "enabled": services.settings.litellm.key_generation.service_keys,
    }
    return await _page(request, "teams/service_keys.html", of, content)


@router.get("/new", **for_team_admins(Permission.TEAM_MANAGE))
async def new_service_key_page(request: Request, of: Managed) -> Response:
    draft = draft_of(request)
    if draft is not None:
        return await _form_page(request, of, ServiceKeyForm.sent(draft))
    left = (await of.allowance()).left_usd
    form = ServiceKeyForm(KeyForm.blank(None, left, usual_duration(of.lifetimes)), of.person.name)
    return await _form_page(request, of, form)


@router.post("", **for_team_admins(Permission.TEAM_MANAGE))
async def create_service_key(request: Request, of: Managed, services: AppServices) -> Response:
    """Create the key and show its secret; on an error, show the form again with the error at its field."""
    sent = await request.form()
    form = ServiceKeyForm.sent(sent)
    choice = await of.choice()
    try:
        form_once.check_not_sent_before(request, sent.get(form_once.FIELD))
        issued = await services.service_keys.create(of.person, of.team.team_id, form.request())
    except (Problem, LiteLLMError) as error:
        return await _form_page(request, of, form, as_problem(error))
    return await issued_page(request, issued, choice, form.key.tools, f"{of.here}/{issued.token}")


@router.get("/{key_id}", **for_team_admins(Permission.TEAM_MANAGE))
async def service_key_page(
    request: Request, of: Managed, key_id: KeyId, period: RequestedPeriod, views: CallerViews
) -> Response:
    key = await of.key(key_id)
    asked = ReportRequest(of.person, views, period, of.team.team_id, key_id)
    usage = await known_usage(request, asked, key)
    facts = await key_facts(request, of.person, key)
    use = use_of(await of.choice(), key, services_of(request).client_config.base_url)
    # The links to other periods need no team: the address of the page has it.
    content = {**usage, **facts, "use": use, "team_id": ""}
    return await _page(request, "teams/service_key.html", of, content)


async def _form_page(
    request: Request, of: TeamOfKeys, form: ServiceKeyForm, problem: Problem | None = None
) -> Response:
    rules = services_of(request).settings.litellm.key_generation
    mark = form_once.mark_for(request)
    content = {
        "form": form.key,
        "contacts": form.contacts,
        "choice": await of.choice(),
        "form_mark": mark,
        "rules": rules,
        "lifetimes": of.lifetimes,
        "durations": durations(of.lifetimes),
        "periods": periods(rules),
        "problem": sentence(problem) if problem else None,
        "faults": faults_of(problem, (), form.key.alias) if problem else {},
    }
    answer = await _page(
        request, "teams/new_service_key.html", of, content, problem.status if problem else 200
    )
    form_once.hand_out(request, answer, mark)
    return answer


async def _page(
    request: Request, template: str, of: TeamOfKeys, content: Mapping[str, Any], status: int = 200
) -> Response:
    team = {
        "team": of.team,
        "team_name": of.name,
        "team_address": address(of.team.team_id),
        "keys_address": of.here,
    }
    return await page(request, template, status=status, **{**content, **team})
