"""The content of the usage page and its downloads: the report of the person or of one of their teams."""

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.kit.people import Person
from keydesk.teams.models import TeamView
from keydesk.usage.models import UsageView
from keydesk.usage.question import Period
from keydesk.web.page_views import PageViews
from keydesk.web.usage.charts import model_tokens_chart, requests_chart, spend_chart, tokens_chart
from keydesk.web.usage.figures import by_key, by_model, by_team
from keydesk.web.usage.periods import offers


@dataclass(frozen=True, slots=True)
class Asked:
    """The person or team, and the period. Without a team, the report has all keys of the person."""

    person: Person
    views: PageViews
    period: Period
    team_id: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The report, and the teams whose usage the person can see. `with_money` is False if spend is hidden."""

    report: UsageView
    teams: dict[str, str]
    with_money: bool


async def find(request: Request, asked: Asked) -> Found:
    """Raises NotFound for a team the person is not in and does not manage, LiteLLMError."""
    usage, user = services_of(request).usage, await asked.views.account()
    reading = (
        usage.of_team(asked.person, user, asked.team_id, asked.period)
        if asked.team_id
        else usage.of_user(user, asked.period)
    )
    report, joined, managed = await asyncio.gather(reading, asked.views.teams(), asked.views.managed_teams())
    teams = {team.team_id: team.team_alias or team.team_id for team in (*joined, *managed)}
    hidden = asked.team_id is not None and is_hidden(asked.team_id, [*joined, *managed])
    return Found(report, teams, with_money=not hidden)


def is_hidden(team_id: str, views: list[TeamView]) -> bool:
    """Whether the team's spend is hidden: one role that shows it is enough."""
    mine = [view.budget_hidden for view in views if view.team_id == team_id]
    return bool(mine) and all(mine)


def usage_content(found: Found, asked: Asked) -> dict[str, Any]:
    """What the template shows. Pure."""
    report, period = found.report, asked.period
    by_day = spend_chart if found.with_money else model_tokens_chart
    return {
        "report": report,
        "period": period,
        "offers": offers(report.as_of.date(), period),
        "team_id": asked.team_id or "",
        "teams": dict(sorted(found.teams.items(), key=lambda each: each[1].casefold())),
        "with_money": found.with_money,
        "charts": {
            "models": by_day(report, period),
            "tokens": tokens_chart(report, period),
            "requests": requests_chart(report, period),
        },
        "by_model": by_model(report),
        "by_key": by_key(report, found.teams),
        "by_team": by_team(report, found.teams),
    }
