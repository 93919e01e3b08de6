"""The usage of one key by day and model, and the forecast of its budget."""

from typing import Any

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.budgets.forecast import Budget, forecast
from keydesk.keys.models import KeyView
from keydesk.web.keys.own_key import no_such_key
from keydesk.web.usage.charts import model_chart
from keydesk.web.usage.content import Report, ReportRequest, find
from keydesk.web.usage.figures import by_model
from keydesk.web.usage.periods import offers


async def known_usage(request: Request, asked: ReportRequest, key: KeyView) -> dict[str, Any]:
    """Return the usage of a key in the person's usage, or in that of a team. Raises LiteLLMError and NotFound."""
    found = await find(request, asked)
    spend = {day.date: day.spend for day in found.report.daily_usage}
    budget = Budget(key.spend, key.max_budget, key.budget_reset_at)
    return _content(found, asked) | {
        "forecast": forecast(spend, budget, services_of(request).clock()),
        "team_name": found.teams.get(key.team_id, key.team_id) if key.team_id else None,
    }


async def shared_usage(request: Request, asked: ReportRequest, key_id: str) -> dict[str, Any]:
    """Return the usage of a key in a team, or of a deleted key of the person.

    Raises NotFound for a key without usage in the period, and for a team whose usage the person may not see.
    """
    found = await find(request, asked)
    total = found.report.usage_by_key.get(key_id)
    if total is None:
        raise no_such_key()
    team_name = found.teams.get(total.team_id, total.team_id) if total.team_id else None
    return _content(found, asked) | {"total": total, "team_name": team_name}


def _content(found: Report, asked: ReportRequest) -> dict[str, Any]:
    chart = model_chart(found.report, asked.period, "spend" if found.with_money else "tokens")
    return {
        "key_id": asked.key_id,
        "team_id": asked.team_id or "",
        "report": found.report,
        "period": asked.period,
        "offers": offers(found.report.as_of.date(), asked.period),
        "with_money": found.with_money,
        "measure": "spend",
        "chart": chart,
        "colors": chart.colors,
        "by_model": by_model(found.report),
    }
