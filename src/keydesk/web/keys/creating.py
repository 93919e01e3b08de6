"""The page that creates a key and the page that shows its secret once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from keydesk.api.dependencies import AppServices, Caller, RecentAccount, services_of
from keydesk.api.route_rules import needing
from keydesk.keys.models import IssuedKeyView, RotatedKeyView
from keydesk.kit.permission import Permission
from keydesk.kit.problems import AlreadyExists, Problem
from keydesk.litellm import LiteLLMError
from keydesk.models.examples import claude_model, example_model
from keydesk.web import form_once
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.form_drafts import draft_of
from keydesk.web.keys.allowance import allowance_of_caller
from keydesk.web.keys.choice import Choice, choice_of, durations, kept_duration, periods
from keydesk.web.keys.form import KeyForm, faults_of
from keydesk.web.keys.lifetime import rules_of_caller
from keydesk.web.keys.snippets import chosen_first, snippets, tool_names
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/keys/new", **needing(Permission.KEY_CREATE))
async def new_key_page(
    request: Request,
    views: CallerViews,
    team_id: Annotated[str, Query(max_length=255)] = "",
    models: Annotated[tuple[str, ...], Query()] = (),
    duration: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """Show the form. The query contains the current values, because the options depend on the team."""
    user = await views.account()
    choice = await choice_of(views, user, team_id or None)
    lifetimes = await rules_of_caller(request, team_id or None)
    left = (await allowance_of_caller(request)).left_usd
    form = KeyForm.blank(user.max_budget, left, kept_duration(duration, lifetimes))
    form = replace(form, team_id=team_id, models=models[:200])
    if (draft := draft_of(request)) is not None:
        form = KeyForm.sent(draft)
        choice = await choice_of(views, user, form.team_id or None)
    return await _form_page(request, choice, form, {"used": await _key_count(views)})


@router.post("/keys", **needing(Permission.KEY_CREATE))
async def issue_key(
    request: Request, caller: Caller, account: RecentAccount, views: CallerViews, services: AppServices
) -> Response:
    """Issue the key and show its secret; on an error, show the form again with the error at its field."""
    sent = await request.form()
    form = KeyForm.sent(sent)
    choice = await choice_of(views, await views.account(), form.team_id or None)
    try:
        form_once.check_not_sent_before(request, sent.get(form_once.FIELD))
        issued = await services.keys.issuer.issue(caller, await account(), form.request())
    except (Problem, LiteLLMError) as error:
        return await _form_again(request, views, choice, form, error)
    return await issued_page(request, issued, choice, form.tools)


async def _key_count(views: PageViews) -> int | None:
    """Return the number of the person's keys, or None while it is unknown."""
    try:
        return len(await views.keys())
    except LiteLLMError:
        return None


async def _form_again(
    request: Request, views: PageViews, choice: Choice, form: KeyForm, error: Problem | LiteLLMError
) -> Response:
    """Show the form again with its values and errors."""
    problem = as_problem(error)
    # Only this error needs the keys, which cannot be read in every outage.
    keys = await views.keys() if isinstance(problem, AlreadyExists) else []
    aliases = {key.key_alias for key in keys}
    refusal = {"problem": problem, "faults": faults_of(problem, aliases, form.alias)}
    return await _form_page(request, choice, form, refusal)


async def _form_page(request: Request, choice: Choice, form: KeyForm, refusal: Mapping[str, Any]) -> Response:
    problem: Problem | None = refusal.get("problem")
    mark = form_once.mark_for(request)
    rules = services_of(request).settings.litellm.key_generation
    lifetimes = await rules_of_caller(request, form.team_id or None)
    answer = await page(
        request,
        "keys/new.html",
        status=problem.status if problem else 200,
        choice=replace(choice, allowance=await allowance_of_caller(request)),
        form=form,
        form_mark=mark,
        rules=rules,
        lifetimes=lifetimes,
        durations=durations(lifetimes),
        periods=periods(rules),
        tools=tool_names(),
        problem=sentence(problem) if problem else None,
        faults=refusal.get("faults", {}),
        used=refusal.get("used"),
    )
    form_once.hand_out(request, answer, mark)
    return answer


async def issued_page(
    request: Request,
    issued: IssuedKeyView,
    choice: Choice,
    tools: Sequence[str] = (),
    done: str | None = None,
) -> Response:
    """Show the secret. This page makes no call to LiteLLM, which could fail.

    `done` is the page to open afterwards, by default the caller's keys.
    """
    gateway = services_of(request).client_config.base_url
    listed = issued.models or choice.fallback
    model = example_model(listed, choice.catalogue)
    examples = snippets(gateway, issued.key, model, claude_model(listed, choice.catalogue))
    answer = await page(
        request,
        "keys/issued.html",
        issued=issued,
        previous_ends_at=issued.previous_secret_expires_at if isinstance(issued, RotatedKeyView) else None,
        now=services_of(request).clock(),
        choice=choice,
        done=done,
        gateway=gateway,
        snippets=chosen_first(examples, tools),
        model=model,
    )
    form_once.replace_mark(request, answer)
    return answer
