"""Rows of the page that compares accounts with the directory and the configuration. Pure."""

from dataclasses import dataclass

from keydesk.jobs.resync_accounts import Plan, PlanPart
from keydesk.web.admin.account_settings import setting_label, setting_value
from keydesk.web.language import gettext as _


@dataclass(frozen=True, slots=True)
class AccountRow:
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


def rows_of(plan: Plan) -> list[AccountRow]:
    """Return one row for each change that `keydesk accounts plan` prints."""
    settings = [
        AccountRow(
            each.user_id,
            setting_label(each.setting),
            setting_value(each.setting, each.current),
            setting_value(each.setting, each.wanted),
            _("No change: edited manually") if each.by_hand else _("Change"),
        )
        for each in plan.differences
    ]
    leavers = [
        AccountRow(
            each.user_id, setting_label("keys"), _("active"), _("blocked"), _("Block: left the directory")
        )
        for each in plan.leavers
    ]
    back = [
        AccountRow(
            each.user_id,
            setting_label("keys"),
            _("blocked"),
            _("active"),
            _("Unblock: back in the directory"),
        )
        for each in plan.returners
    ]
    return [*settings, *leavers, *back]
