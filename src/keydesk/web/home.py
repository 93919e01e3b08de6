"""The home page: budget and forecast, the last 30 days, keys that need attention, recent activity."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.audit.policy import Filter
from keydesk.audit.reading import AuditReader
from keydesk.budgets.forecast import Budget, forecast
from keydesk.keys.models import KeyView
from keydesk.kit.people import Person
from keydesk.usage.models import UsageView
from keydesk.usage.question import UsageRequest, parse_period
from keydesk.web.first_steps import first_steps
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews
from keydesk.web.recent import Line, lines
from keydesk.web.refreshing.figures import Figures, updated
from keydesk.web.rendering import page
from keydesk.web.status import KeyStatus, gauge, key_status
from keydesk.web.usage.charts import spend_chart

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_CHANGES_READ, _CHANGES_SHOWN = 30, 6
_KEYS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class _Worth:
    """A key that needs attention, and why."""

    key: KeyView
    state: KeyStatus


@router.get("/", **for_people())
async def home(request: Request, caller: Caller, views: CallerViews) -> Response:
    content = await _content(request, caller, views)
    return await page(request, "home.html", **content)


async def _content(request: Request, person: Person, views: PageViews) -> dict[str, Any]:
    """Return the content of the page. Raises LiteLLMError."""
    services = services_of(request)
    account = await views.account()
    now = services.clock()
    period = parse_period(None, None, now.date())
    keys, teams, usage, changes = await asyncio.gather(
        views.keys(),
        views.teams(),
        services.usage.of_user(account, UsageRequest(period)),
        _changes(services.audit_reader, person),
    )
    by_day = {day.date: day.spend for day in usage.daily_usage}
    budget = Budget(account.spend, account.max_budget, account.budget_reset_at)
    return {
        "account": account,
        "gauge": gauge(account.spend, account.max_budget),
        "forecast": forecast(by_day, budget, now),
        "usage": usage,
        "chart": spend_chart(usage, period),
        "keys": keys,
        "worth": _worth(keys, now)[:_KEYS_SHOWN],
        "teams": [team.team_alias or team.team_id for team in teams],
        "dearest": _dearest(usage),
        "changes": changes,
        "now": now,
        "steps": await first_steps(request, person, views),
        "updated": await updated(request, views, Figures(usage, account, keys)),
    }


async def _changes(reader: AuditReader, person: Person) -> list[Line]:
    found = await reader.page(Filter(actors=(person.ref,)), 1, _CHANGES_READ)
    return lines(found.audit_logs, _CHANGES_SHOWN)


def _worth(keys: list[KeyView], now: datetime) -> list[_Worth]:
    """Return keys that do not work or soon will not, the most urgent first."""
    found = [_Worth(key, key_status(key, now)) for key in keys]
    unhealthy = [each for each in found if each.state.status.tone != "good"]
    return sorted(unhealthy, key=lambda each: (each.state.status.tone != "fair", each.key.expires_at or now))


def _dearest(usage: UsageView) -> list[tuple[str, float]]:
    """Return the models with the highest spend, in US dollars."""
    costs = [
        (name, total.total_spend) for name, total in usage.usage_by_model.items() if total.total_spend > 0
    ]
    return sorted(costs, key=lambda each: -each[1])[:4]
