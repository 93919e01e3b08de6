"""Builds the response bodies of statements. Pure."""

from collections.abc import Sequence
from typing import Any

from keydesk.chargeback.comparing import spend_log_totals
from keydesk.chargeback.models import (
    DaysRead,
    DaySums,
    Dimension,
    Grouping,
    Overview,
    Part,
    Rules,
    Statement,
    Sums,
)
from keydesk.chargeback.policy import usd_of
from keydesk.chargeback.responses import GroupLine, Reconciliation, StatementPage, StatementView
from keydesk.chargeback.search_store import Group


def statement_view(statement: Statement, sums: Sums, days: DaysRead) -> StatementView:
    return StatementView(
        month=statement.month,
        state=statement.state,
        closed_at=statement.closed_at,
        checksum=statement.checksum,
        spend_usd=usd_of(sums.spend),
        corrections_usd=usd_of(sums.corrections),
        requests=sums.requests,
        rows=sums.rows,
        as_of=days.oldest_read_at,
        days_read=days.count,
    )


def statements_page(found: Sequence[Overview]) -> StatementPage:
    return StatementPage(statements=[statement_view(each.statement, each.sums, each.days) for each in found])


def grouped(part: Part, grouping: Grouping, found: tuple[Sequence[Group], int]) -> dict[str, Any]:
    """Return the members of `GroupedStatement` for a page of groups and the number of all groups."""
    (groups, total), rules = found, part.rules
    return {
        "group_by": grouping.by,
        "label": grouping.label,
        "labels": [*rules.labels],
        "groups": [_group(each, rules, grouping.by) for each in groups],
        "total": total,
        "page": grouping.page,
        "page_size": grouping.size,
        "total_pages": -(-total // grouping.size),
        "display_currency": rules.currency,
        "rate": rules.rate,
    }


def reconciliation(sums: Sums, days: DaySums) -> Reconciliation:
    return Reconciliation(
        gateway_usd=usd_of(days.gateway),
        difference_usd=usd_of(sums.spend - days.gateway),
        late_usd=usd_of(days.later),
        corrections_usd=usd_of(sums.corrections),
        incomplete_days=[day.day for day in days.totals if not day.complete],
        without_person_usd=usd_of(sums.without_person),
        without_key_usd=usd_of(sums.without_key),
        without_cost_center_usd=usd_of(sums.without_cost_center),
        spend_logs=spend_log_totals(days),
    )


def _group(group: Group, rules: Rules, by: Dimension) -> GroupLine:
    has_center = by in rules.sources
    return GroupLine(
        group=group.id,
        label=group.name or group.id,
        cost_center=group.cost_center if has_center else None,
        spend_usd=usd_of(group.spend),
        total_tokens=group.tokens,
        requests=group.requests,
    )
