"""What the portal's first page shows of a person: account, spend, keys, and what a new key may be."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request

from keydesk.keys.models import KeyView
from keydesk.litellm import User
from keydesk.models.models import ModelView
from keydesk.models.policy import Reach
from keydesk.teams.models import TeamView
from keydesk.usage.period import parse_period
from keydesk.web.chart import spend_chart
from keydesk.web.form_once import mark_for
from keydesk.web.key_form import KeyForm
from keydesk.web.standing import Gauge, Standing, gauge, standing_of


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in the list; `gauge` is None for one without a budget of its own."""

    key: KeyView
    standing: Standing
    gauge: Gauge | None


@dataclass(frozen=True, slots=True)
class KeyReach:
    """What a key without models of its own may use: the models `listed`, of those in the catalogue."""

    listed: Sequence[str]
    catalogue: Sequence[ModelView]


async def reach_of_key(request: Request, account: User, team_id: str | None) -> KeyReach:
    """What a key of the account, or of the account and a team, falls back on. Raises LiteLLMError."""
    state = request.app.state
    teams, catalogue = await asyncio.gather(state.teams.of(account), state.catalogue.models())
    listed = next((team.models for team in teams if team.team_id == team_id), account.models)
    return KeyReach(listed, catalogue)


async def home_content(request: Request, account: User) -> dict[str, Any]:
    """The page's content with an empty form. Raises LiteLLMError."""
    state = request.app.state
    period = parse_period(None, None, state.usage.clock().date())
    keys, teams, models, usage = await asyncio.gather(
        state.keys.of(account),
        state.teams.of(account),
        state.catalogue.models(),
        state.usage.of_user(account, period),
    )
    return {
        "account": account,
        "gauge": gauge(account.spend, account.max_budget),
        "rows": [_row(key, usage.as_of) for key in keys],
        "teams": teams,
        "team_names": {team.team_id: team.team_alias or team.team_id for team in teams},
        "models": _models_to_choose(account, teams, models),
        "usage": usage,
        "chart": spend_chart({day.date: day.spend for day in usage.daily_usage}, period.start, period.end),
        "config": state.client_config,
        "form": KeyForm.blank(account.max_budget),
        "form_mark": mark_for(request),
        "faults": {},
        "problem": None,
    }


def _row(key: KeyView, now: datetime) -> KeyRow:
    return KeyRow(key, standing_of(key, now), gauge(key.spend, key.max_budget))


def _models_to_choose(account: User, teams: list[TeamView], catalogue: list[ModelView]) -> list[ModelView]:
    """Those within reach of the person, or of a team where people only have models through teams."""
    names = Reach(account.models, catalogue).names
    for team in teams if not names else ():
        names |= Reach(team.models, catalogue).names
    return [model for model in catalogue if model.model_name in names]
