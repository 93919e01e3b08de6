"""The content of the form for a new request: what it is about, and what can be chosen."""

from typing import Any

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.keys.models import KeyView
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound
from keydesk.kit.request_kind import RequestKind
from keydesk.litellm import User
from keydesk.requests.model_policy import requestable
from keydesk.teams.models import TeamView
from keydesk.web.keys.choice import periods
from keydesk.web.keys.own_key import own_key
from keydesk.web.language import gettext as _
from keydesk.web.page_views import PageViews, page_views
from keydesk.web.requests.words import KIND_LABELS, title_of
from keydesk.web.teams.reading import assignable_models, titled_groups


async def form_content(request: Request, caller: Person, typed: dict[str, str]) -> dict[str, Any]:
    """Return the content of the form. Raises NotFound for a key of somebody else, and LiteLLMError."""
    kind, views = kind_of(typed["kind"]), await page_views(request, caller)
    key = own_key(await views.keys(), typed["key_id"]) if typed["key_id"] else None
    account = await views.account()
    team = await _team(views, typed["team_id"]) if kind is RequestKind.MEMBER_BUDGET else None
    settings = services_of(request).requests.settings
    choosable = [each for each in KIND_LABELS if each in settings.kinds]
    return {
        "kind": kind.value,
        "form": _FORMS[kind],
        "kinds": [(each.value, _(KIND_LABELS[each])) for each in choosable],
        "key": key,
        "team": team,
        "title": title_of(kind, _name(key, team)),
        "budget": key.max_budget if key else account.max_budget,
        "models": await _models(request, views, account, key) if kind in _OF_MODELS else [],
        **(await _of_team(request, caller) if kind is RequestKind.NEW_TEAM else {}),
    }


async def _team(views: PageViews, team_id: str) -> TeamView:
    """Return one of the caller's teams. Raises NotFound for others."""
    found = next((team for team in await views.teams() if team.team_id == team_id), None)
    if found is None:
        raise NotFound(message("You are not a member of a team with this id."), param="team_id")
    return found


def _name(key: KeyView | None, team: TeamView | None) -> str | None:
    return team.team_alias or team.team_id if team else key.key_alias if key else None


async def _of_team(request: Request, caller: Person) -> dict[str, Any]:
    """Return what can be chosen for a new team."""
    return {
        "team_models": sorted(await assignable_models(request, caller)),
        "groups": await titled_groups(request, caller),
        "periods": periods(services_of(request).settings.litellm.team_admin),
    }


_FORMS = {
    RequestKind.ACCOUNT_BUDGET: "budget",
    RequestKind.KEY_BUDGET: "budget",
    RequestKind.ACCOUNT_MODELS: "model",
    RequestKind.KEY_MODELS: "model",
    RequestKind.TEAM_MEMBERSHIP: "membership",
    RequestKind.KEY_LIFETIME: "lifetime",
    RequestKind.MEMBER_BUDGET: "member_budget",
    RequestKind.NEW_TEAM: "team",
}
"""The template of the fields of each kind."""
_OF_MODELS = {RequestKind.ACCOUNT_MODELS, RequestKind.KEY_MODELS}


def kind_of(text: str) -> RequestKind:
    """Return the kind that was sent, or that of a budget of the account for another text."""
    return RequestKind(text) if text in [*RequestKind] else RequestKind.ACCOUNT_BUDGET


async def _models(request: Request, views: PageViews, account: User, key: KeyView | None) -> list[str]:
    """Return the names of the models and access groups that can be requested."""
    settings, catalogue = services_of(request).requests.settings, await views.models()
    if key is None:
        return requestable(account.models, None, settings, catalogue)
    team = next((team for team in await views.teams() if team.team_id == key.team_id), None)
    return requestable(key.models, team.models, settings, catalogue) if team else []
