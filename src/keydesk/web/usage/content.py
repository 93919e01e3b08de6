"""The content of the usage page and its downloads: the report of the person or of one of their teams."""

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.teams.models import TeamView
from keydesk.usage.models import UsageView
from keydesk.usage.question import Period, UsageFilters, UsageRequest
from keydesk.usage.service import Usage
from keydesk.web.date_fields import date_faults
from keydesk.web.page_views import PageViews
from keydesk.web.usage.charts import Measure, model_chart, requests_chart, tokens_chart
from keydesk.web.usage.figures import by_key, by_model, by_team
from keydesk.web.usage.periods import offers


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The person or team, the period, and what the chart by model shows.

    Without a team, the report has all keys of the person. With `key_id`, it has only this key.
    """

    person: Person
    views: PageViews
    period: Period
    team_id: str | None
    key_id: str | None = None
    measure: Measure = "spend"

    @property
    def usage_request(self) -> UsageRequest:
        return UsageRequest(self.period, UsageFilters(key=self.key_id))

    async def read(self, usage: Usage) -> UsageView:
        """Return the usage. Raises LiteLLMError, and NotFound unless the person belongs to the team or manages it."""
        user = await self.views.account()
        if self.team_id:
            return await usage.of_team(self.person, user, self.team_id, self.usage_request)
        return await usage.of_user(user, self.usage_request)


@dataclass(frozen=True, slots=True)
class Report:
    """The report, and the teams whose usage the person can see. `with_money` is False if spend is hidden."""

    report: UsageView
    teams: dict[str, str]
    with_money: bool


@dataclass(frozen=True, slots=True)
class AskedDates:
    """The texts of the filter's fields, and the measure that stays when the period changes."""

    start_date: str
    end_date: str
    team: str = ""
    measure: Measure = "spend"


async def refused_content(asked: AskedDates, views: PageViews, problem: InvalidRequest) -> dict[str, Any]:
    """Return the content of the page for a period that cannot be shown: the filter as it was sent."""
    joined, managed = await asyncio.gather(views.teams(), views.managed_teams())
    return {
        "asked": asked,
        "faults": date_faults(problem, asked.start_date, asked.end_date),
        "team_id": asked.team,
        "teams": _sorted_names(joined, managed),
    }


def _sorted_names(joined: list[TeamView], managed: list[TeamView]) -> dict[str, str]:
    """Return the names of the teams by id, sorted by name."""
    names = {team.team_id: team.team_alias or team.team_id for team in (*joined, *managed)}
    return dict(sorted(names.items(), key=lambda each: each[1].casefold()))


async def find(request: Request, requested: ReportRequest) -> Report:
    """Return the report. Raises what `ReportRequest.read` raises."""
    report, joined, managed = await asyncio.gather(
        requested.read(services_of(request).usage), requested.views.teams(), requested.views.managed_teams()
    )
    hidden = requested.team_id is not None and is_hidden(requested.team_id, [*joined, *managed])
    return Report(report, _sorted_names(joined, managed), with_money=not hidden)


def is_hidden(team_id: str, views: list[TeamView]) -> bool:
    """Return whether the team's spend is hidden in all of the person's roles."""
    mine = [view.budget_hidden for view in views if view.team_id == team_id]
    return bool(mine) and all(mine)


def usage_content(found: Report, requested: ReportRequest) -> dict[str, Any]:
    """Return the content of the template. Pure."""
    report, period = found.report, requested.period
    measure = "tokens" if requested.measure == "spend" and not found.with_money else requested.measure
    models = model_chart(report, period, measure)
    return {
        "report": report,
        "period": period,
        "asked": AskedDates(str(period.start), str(period.end), requested.team_id or "", measure),
        "faults": {},
        "offers": offers(report.as_of.date(), period),
        "team_id": requested.team_id or "",
        "teams": found.teams,
        "with_money": found.with_money,
        "measure": measure,
        "colors": models.colors,
        "drawn": {
            "models": models,
            "tokens": tokens_chart(report, period),
            "requests": requests_chart(report, period),
        },
        "by_model": by_model(report),
        "by_key": by_key(report, found.teams),
        "by_team": by_team(report, found.teams),
    }
