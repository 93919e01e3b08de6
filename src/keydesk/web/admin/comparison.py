"""The comparison of accounts with the directory and the configuration."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.jobs.resync_accounts import Plan, PlanPart
from keydesk.web.language import gettext as _
from keydesk.web.setting_text import setting_label, setting_value

_ACCOUNTS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference, and what `keydesk accounts apply` does about it."""

    user_id: str
    setting: str
    current: str
    wanted: str
    action: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`seen` of `total` accounts are compared, with `found` differences. For `unknown` the directory failed."""

    seen: int = 0
    found: int = 0
    unknown: int = 0
    total: int = 0

    def with_part(self, part: PlanPart, total: int) -> "Progress":
        plan = part.plan
        return Progress(
            self.seen + plan.accounts, self.found + len(rows_of(plan)), self.unknown + plan.unknown, total
        )

    @property
    def query(self) -> str:
        return f"seen={self.seen}&found={self.found}&unknown={self.unknown}"


async def comparison_content(request: Request, before: Progress, after: str) -> dict[str, Any]:
    """Return the content of the page: the differences of the accounts that follow the user id `after`."""
    services = services_of(request)
    total = await services.resync_accounts.store.count()
    part = await services.resync_accounts.plan_part(after, _ACCOUNTS_AT_ONCE)
    rows = rows_of(part.plan)
    return {
        "total": total,
        "part": part,
        "rows": rows,
        "names": await services.people_names.of_accounts(row.user_id for row in rows),
        "progress": before.with_part(part, total),
    }


def rows_of(plan: Plan) -> list[DifferenceRow]:
    """Return one row for each change that `keydesk accounts plan` prints."""
    settings = [
        DifferenceRow(
            each.user_id,
            setting_label(each.setting),
            setting_value(each.setting, each.current),
            setting_value(each.setting, each.wanted),
            _("No change: edited manually") if each.by_hand else _("Change"),
        )
        for each in plan.differences
    ]
    leavers = [
        DifferenceRow(
            each.user_id, setting_label("keys"), _("active"), _("blocked"), _("Block: left the directory")
        )
        for each in plan.leavers
    ]
    back = [
        DifferenceRow(
            each.user_id,
            setting_label("keys"),
            _("blocked"),
            _("active"),
            _("Unblock: back in the directory"),
        )
        for each in plan.returners
    ]
    return [*settings, *leavers, *back]
