"""The response bodies of /statements and /teams/{team_id}/statements."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from keydesk.chargeback.models import Dimension, LogReason, State
from keydesk.chargeback.policy import plain


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


Exact = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
"""A decimal number as text, so that no digit is lost."""
Usd = Annotated[Exact, Field(description="US dollars, with nine decimals.")]


class StatementView(_View):
    """The statement of a month. An open one changes with every reading of LiteLLM."""

    month: str
    state: State
    closed_at: dt.datetime | None
    checksum: Annotated[
        str | None,
        Field(description="The SHA-256 checksum of the CSV file. Null in the statement of a team."),
    ]
    spend_usd: Usd
    corrections_usd: Annotated[
        Exact, Field(description="The part of the spend that belongs to earlier, closed months.")
    ]
    requests: int
    rows: int
    as_of: Annotated[dt.datetime | None, Field(description="When the oldest of its figures was read.")]
    days_read: Annotated[int, Field(description="The number of days that were read from LiteLLM.")]


class StatementPage(_View):
    statements: Annotated[list[StatementView], Field(description="Newest first.")]


class GroupLine(_View):
    """What one group spent. Ids are empty for spend without a person, team or key."""

    group: str
    label: str
    cost_center: Annotated[str | None, Field(description="Only for groups of people, teams and keys.")]
    spend_usd: Usd
    total_tokens: int
    requests: int


class LoggedDay(_View):
    """A day on which LiteLLM's spend logs differ from its total.

    `no_logs`: they are turned off or were deleted. `fewer_logs`: some were deleted or not written. `more_logs`: calls
    are not in LiteLLM's total.
    """

    date: dt.date
    gateway_usd: Annotated[Exact, Field(description="LiteLLM's own total of the day.")]
    logged_usd: Annotated[
        Exact | None, Field(description="The sum of its spend logs. Null if there are none.")
    ]
    reason: LogReason


class SpendLogTotals(_View):
    """How LiteLLM's spend logs compare with its own totals. Days that Keydesk read late cannot be compared."""

    days_compared: int
    gateway_usd: Annotated[Exact, Field(description="LiteLLM's own total of the compared days.")]
    logged_usd: Annotated[Exact, Field(description="The sum of the spend logs of these days.")]
    difference_usd: Exact
    differing_days: Annotated[list[LoggedDay], Field(description="Oldest first. The others are equal.")]


class Reconciliation(_View):
    """How the statement compares with LiteLLM's own daily totals and spend logs, and which spend has no owner.

    `difference_usd` is the statement minus LiteLLM's total of the month. Late spend that the next statement corrects,
    corrections of earlier months and incomplete days explain it.
    """

    gateway_usd: Annotated[Exact, Field(description="LiteLLM's own total of the days of the month.")]
    difference_usd: Exact
    late_usd: Annotated[Exact, Field(description="Spend of the month that later statements contain.")]
    corrections_usd: Annotated[Exact, Field(description="Spend of earlier months in this statement.")]
    incomplete_days: list[dt.date]
    without_person_usd: Exact
    without_key_usd: Exact
    without_cost_center_usd: Exact
    spend_logs: SpendLogTotals


class GroupedStatement(_View):
    """One statement by a dimension, the largest spend first."""

    statement: StatementView
    group_by: Dimension
    label: Annotated[str | None, Field(description="The label, if `group_by` is `label`.")]
    labels: Annotated[list[str], Field(description="The labels that the statement can be grouped by.")]
    groups: list[GroupLine]
    total: int
    page: int
    page_size: int
    total_pages: int
    display_currency: str | None
    rate: Exact | None


class StatementDetail(GroupedStatement):
    """One statement by cost center, team, person, model or key, the largest spend first."""

    reconciliation: Reconciliation


class TeamStatementDetail(GroupedStatement):
    """What one team spent in a month by model, person or key, the largest spend first."""
